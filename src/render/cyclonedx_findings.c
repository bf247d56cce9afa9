/* SPDX-License-Identifier: Apache-2.0 */
#include "render/cyclonedx_findings.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "render/markdown_text.h"

#define TEXT_MAX 1048576
#define PART_MAX 4096

struct listing {
	const struct cyclonedx_ops *ops;
	void *encoder;
	const struct sbom *sbom;
	struct arena arena;
	struct map refs; /* purl, database -> struct sbom_component */
};

static struct str key_of(struct arena *a, struct str purl, struct str path)
{
	return arena_strf(a, "%.*s\x1f%.*s", STR_FMT(purl), STR_FMT(path));
}

static int index_components(struct listing *l, struct err *err)
{
	for (size_t i = 0; i < l->sbom->n_components; i++) {
		struct sbom_component *c = &l->sbom->components[i];
		struct str key = key_of(&l->arena, c->package->purl, c->package->db_path);

		if (!key.p || map_put(&l->refs, key, c) < 0)
			return err_nomem(err);
	}
	return 0;
}

static void text_opt(struct listing *l, const char *name, struct str value)
{
	if (value.n)
		l->ops->text(l->encoder, name, value);
}

/* "feed=..." of the evidence: who published the record that decided. */
static struct str evidence_of(const struct finding *f, const char *key)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str name, value;

		if (str_cut(f->evidence.p[i], '=', &name, &value) && str_is(name, key))
			return value;
	}
	return STR_NULL;
}

static void put_source(struct listing *l, struct str name)
{
	if (name.n == 0)
		return;
	l->ops->open(l->encoder, "source");
	l->ops->text(l->encoder, "name", name);
	l->ops->close(l->encoder);
}

/* Other ids; a reference needs a source, which only the ids themselves tell. */
static struct str database_of(struct str id)
{
	static const struct {
		const char *prefix, *name;
	} known[] = {{"CVE-", "NVD"},	     {"GHSA-", "GitHub"}, {"DSA-", "Debian"},
		     {"DLA-", "Debian"},     {"USN-", "Ubuntu"},  {"UBUNTU-", "Ubuntu"},
		     {"RHSA-", "Red Hat"},   {"GO-", "Go"},	  {"PYSEC-", "PyPA"},
		     {"RUSTSEC-", "RustSec"}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_has_prefix(id, str_of(known[i].prefix)))
			return str_of(known[i].name);
	return STR("OSV");
}

static void put_references(struct listing *l, const struct finding *f)
{
	if (f->aliases.n == 0)
		return;
	l->ops->open_list(l->encoder, "references");
	for (size_t i = 0; i < f->aliases.n; i++) {
		l->ops->open_item(l->encoder, "reference");
		l->ops->text(l->encoder, "id", f->aliases.p[i]);
		put_source(l, database_of(f->aliases.p[i]));
		l->ops->close(l->encoder);
	}
	l->ops->close_list(l->encoder);
}

static const char *method_of(struct str version)
{
	static const char *const methods[][2] = {
		{"2.0", "CVSSv2"}, {"3.0", "CVSSv3"}, {"3.1", "CVSSv31"}, {"4.0", "CVSSv4"}};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (str_is(version, methods[i][0]))
			return methods[i][1];
	return "other";
}

/* The first rating is the one that counts. */
static void put_ratings(struct listing *l, const struct finding *f)
{
	bool minor = f->severity == SEVERITY_NEGLIGIBLE;

	l->ops->open_list(l->encoder, "ratings");
	l->ops->open_item(l->encoder, "rating");
	put_source(l, f->severity_source);
	l->ops->text(l->encoder, "severity", str_of(minor ? "info" : severity_name(f->severity)));
	l->ops->close(l->encoder);
	for (size_t i = 0; i < f->n_cvss; i++) {
		const struct finding_cvss *c = &f->cvss[i];

		l->ops->open_item(l->encoder, "rating");
		put_source(l, c->source);
		if (c->score >= 0)
			l->ops->number(l->encoder, "score", c->score);
		l->ops->text(l->encoder, "method", str_of(method_of(c->version)));
		l->ops->text(l->encoder, "vector", c->vector);
		l->ops->close(l->encoder);
	}
	l->ops->close_list(l->encoder);
}

static void put_advisories(struct listing *l, const struct finding *f)
{
	bool open = false;

	for (size_t i = 0; i < f->references.n; i++) {
		if (!is_web_address(f->references.p[i]))
			continue;
		if (!open)
			l->ops->open_list(l->encoder, "advisories");
		open = true;
		l->ops->open_item(l->encoder, "advisory");
		l->ops->text(l->encoder, "url", f->references.p[i]);
		l->ops->close(l->encoder);
	}
	if (open)
		l->ops->close_list(l->encoder);
}

static const char *response_of(const struct finding *f)
{
	switch (f->status) {
	case STATUS_WILL_NOT_FIX:
	case STATUS_END_OF_LIFE:
		return "will_not_fix";
	case STATUS_AFFECTED:
	case STATUS_FIXED:
	case STATUS_FIX_DEFERRED:
	case STATUS_UNDER_INVESTIGATION:
	case STATUS_NOT_AFFECTED:
		break;
	}
	return f->fix_version.n ? "update" : NULL;
}

static void put_analysis(struct listing *l, const struct finding *f)
{
	const char *response = response_of(f);
	bool in_triage = f->status == STATUS_UNDER_INVESTIGATION;

	if (!response && !in_triage && f->status != STATUS_NOT_AFFECTED)
		return;
	l->ops->open(l->encoder, "analysis");
	if (in_triage || f->status == STATUS_NOT_AFFECTED)
		l->ops->text(l->encoder, "state", str_of(in_triage ? "in_triage" : "not_affected"));
	if (response)
		l->ops->word(l->encoder, "responses", "response", str_of(response));
	l->ops->close(l->encoder);
}

static void put_affects(struct listing *l, const struct finding *f)
{
	struct str key = key_of(&l->arena, f->subject.purl, f->subject.path);
	const struct sbom_component *c = key.p ? map_get(&l->refs, key) : NULL;

	l->ops->open_list(l->encoder, "affects");
	l->ops->open_item(l->encoder, "target");
	l->ops->text(l->encoder, "ref", c ? c->ref : l->sbom->root_ref);
	l->ops->close(l->encoder);
	l->ops->close_list(l->encoder);
}

static void put_properties(struct listing *l, const struct finding *f)
{
	char text[32];

	l->ops->open_list(l->encoder, "properties");
	l->ops->property(l->encoder, "plimsoll:status", str_of(finding_status_name(f->status)));
	l->ops->property(l->encoder, "plimsoll:knownExploited",
			 f->known_exploited ? STR("true") : STR("false"));
	if (f->fix_version.n)
		l->ops->property(l->encoder, "plimsoll:fixedVersion", f->fix_version);
	if (f->risk >= 0) {
		(void)snprintf(text, sizeof text, "%d.%d", (int)(f->risk * 10 + 0.5) / 10,
			       (int)(f->risk * 10 + 0.5) % 10); /* 0.0 to 100.0 */
		l->ops->property(l->encoder, "plimsoll:risk", str_of(text));
	}
	if (f->suppressed_by.n) {
		l->ops->property(l->encoder, "plimsoll:suppressedBy", f->suppressed_by);
		l->ops->property(l->encoder, "plimsoll:suppressedReason", f->suppressed_reason);
	}
	l->ops->close_list(l->encoder);
}

static void put_finding(struct listing *l, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf ref = STRBUF_INIT(TEXT_MAX);

	strbuf_adds(&ref, "finding-");
	strbuf_add(&ref, str_sub(f->id, 0, PART_MAX));
	l->ops->open_item(l->encoder, "vulnerability");
	l->ops->attribute(l->encoder, "bom-ref", strbuf_str(&ref));
	l->ops->text(l->encoder, "id", f->rule);
	put_source(l, evidence_of(f, "feed"));
	put_references(l, f);
	put_ratings(l, f);
	text_opt(l, "description", f->title);
	text_opt(l, "recommendation", f->fix_action);
	put_advisories(l, f);
	put_analysis(l, f);
	put_affects(l, f);
	put_properties(l, f);
	l->ops->close(l->encoder);
}

static bool is_listed(const struct finding *f)
{
	return f->subject.kind == SUBJECT_PACKAGE && f->kind == FINDING_VULNERABILITY;
}

static void put_list(struct listing *l)
{
	const struct vec *findings = &l->sbom->report->findings;
	bool open = false;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *f = vec_at(findings, i);

		if (!is_listed(f))
			continue;
		if (!open)
			l->ops->open_list(l->encoder, "vulnerabilities");
		open = true;
		put_finding(l, f);
	}
	if (open)
		l->ops->close_list(l->encoder);
}

int cyclonedx_put_findings(const struct sbom *s, const struct cyclonedx_ops *ops, void *encoder,
			   struct err *err)
{
	struct listing l = {.ops = ops, .encoder = encoder, .sbom = s};
	int r;

	arena_init(&l.arena, LIMIT_ARENA_BYTES);
	map_init(&l.refs, LIMIT_PACKAGES);
	r = index_components(&l, err);
	if (r == 0)
		put_list(&l);
	map_done(&l.refs);
	arena_done(&l.arena);
	return r;
}
