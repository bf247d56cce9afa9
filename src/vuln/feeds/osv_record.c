/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/osv_record.h"

#include "base/cleanup.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/osv_ranges.h"
#include "vuln/feeds/shape.h"

/* What kind of record an id's prefix tells. */
enum {
	NOTICE = 1 << 0,       /* a distribution's, about CVEs: those are never its aliases */
	NOT_SECURITY = 1 << 1, /* fixes bugs, adds features, or patches a running kernel */
	WORD_FIRST = 1 << 2,   /* the severity is the summary's first word: "Important: .." */
	BY_BINARY = 1 << 3,    /* names binary packages */
	SEE_ALSO = 1 << 4,     /* "related" is what it says, not what it is about */
};

static const struct publisher {
	const char *prefix;
	const char *name; /* of the source of its severity */
	unsigned flags;
} publishers[] = {
	{"ALBA-", "AlmaLinux", NOT_SECURITY},
	{"ALEA-", "AlmaLinux", NOT_SECURITY},
	{"ALPINE-", "Alpine", NOTICE},
	{"ALSA-", "AlmaLinux", NOTICE | WORD_FIRST | BY_BINARY},
	{"BIT-", "Bitnami", 0},
	{"DEBIAN-", "Debian", NOTICE},
	{"DLA-", "Debian", NOTICE},
	{"DSA-", "Debian", NOTICE},
	{"DTSA-", "Debian", NOTICE},
	{"ELA-", "Debian", NOTICE},
	{"GHSA-", "GitHub", 0},
	{"LSN-", "Ubuntu", NOT_SECURITY},
	{"MGAA-", "Mageia", NOT_SECURITY},
	{"MGASA-", "Mageia", NOTICE},
	{"OESA-", "openEuler", NOTICE},
	{"RHBA-", "Red Hat", NOTICE | BY_BINARY},
	{"RHEA-", "Red Hat", NOTICE | BY_BINARY},
	{"RHSA-", "Red Hat", NOTICE | WORD_FIRST | BY_BINARY},
	{"RLBA-", "Rocky Linux", NOT_SECURITY},
	{"RLEA-", "Rocky Linux", NOT_SECURITY},
	{"RLSA-", "Rocky Linux", NOTICE | WORD_FIRST},
	{"RXSA-", "Rocky Linux", NOTICE | WORD_FIRST},
	{"SUSE-", "SUSE", NOTICE},
	{"UBUNTU-", "Ubuntu", NOTICE},
	{"USN-", "Ubuntu", NOTICE | SEE_ALSO},
	{"openSUSE-", "SUSE", NOTICE},
};

#define SEVERITY_FIELDS                                                                            \
	{"severity", SHAPE_LIST}, {"severity[]", SHAPE_MAP}, {"severity[].type", SHAPE_TEXT},      \
	{                                                                                          \
		"severity[].score", SHAPE_TEXT                                                     \
	}

#define RANGE_FIELDS(at, free)                                                                     \
	{at, SHAPE_LIST | (free)}, {at "[]", SHAPE_MAP | (free)},                                  \
		{at "[].type", SHAPE_TEXT | (free)}, {at "[].events", SHAPE_LIST | (free)},        \
		{at "[].events[]", SHAPE_MAP | (free)},                                            \
		{at "[].events[].introduced", SHAPE_TEXT | (free)},                                \
		{at "[].events[].fixed", SHAPE_TEXT | (free)},                                     \
		{at "[].events[].last_affected", SHAPE_TEXT | (free)},                             \
	{                                                                                          \
		at "[].events[].limit", SHAPE_TEXT | (free)                                        \
	}

#define FREE_TEXT (SHAPE_TEXT | SHAPE_FREE)
#define FREE_LIST (SHAPE_LIST | SHAPE_FREE)

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"id", SHAPE_TEXT},
	{"aliases", SHAPE_LIST},
	{"aliases[]", SHAPE_TEXT},
	{"upstream", SHAPE_LIST},
	{"upstream[]", SHAPE_TEXT},
	{"related", SHAPE_LIST},
	{"related[]", SHAPE_TEXT},
	{"summary", SHAPE_TEXT},
	{"details", SHAPE_TEXT},
	{"published", SHAPE_TEXT},
	{"modified", SHAPE_TEXT},
	{"withdrawn", SHAPE_TEXT},
	{"references", SHAPE_LIST},
	{"references[]", SHAPE_MAP},
	{"references[].type", SHAPE_TEXT},
	{"references[].url", SHAPE_TEXT},
	SEVERITY_FIELDS,
	{"database_specific", SHAPE_MAP | SHAPE_FREE},
	{"database_specific.severity", FREE_TEXT},
	{"database_specific.cwe_ids", FREE_LIST},
	{"database_specific.cwe_ids[]", FREE_TEXT},
	{"affected", SHAPE_LIST},
	{"affected[]", SHAPE_MAP},
};

/* Of one of "affected". */
static const struct shape_field affected_shape[] = {
	{"package", SHAPE_MAP},
	{"package.name", SHAPE_TEXT},
	{"package.ecosystem", SHAPE_TEXT},
	{"package.purl", SHAPE_TEXT},
	SEVERITY_FIELDS,
	RANGE_FIELDS("ranges", 0),
	{"versions", SHAPE_LIST},
	{"versions[]", SHAPE_TEXT},
	{"database_specific", SHAPE_MAP | SHAPE_FREE},
	{"database_specific.last_known_affected_version_range", FREE_TEXT},
	{"database_specific.informational", FREE_TEXT},
	{"database_specific.categories", FREE_LIST},
	{"database_specific.categories[]", FREE_TEXT},
	{"ecosystem_specific", SHAPE_MAP | SHAPE_FREE},
	{"ecosystem_specific.urgency", FREE_TEXT},
	{"ecosystem_specific.ubuntu_priority", FREE_TEXT},
	{"ecosystem_specific.imports", FREE_LIST},
	{"ecosystem_specific.imports[]", SHAPE_MAP | SHAPE_FREE},
	{"ecosystem_specific.imports[].path", FREE_TEXT},
	{"ecosystem_specific.imports[].symbols", FREE_LIST},
	{"ecosystem_specific.imports[].symbols[]", FREE_TEXT},
	RANGE_FIELDS("ecosystem_specific.custom_ranges", SHAPE_FREE),
};

static const struct publisher *publisher_of(struct str id)
{
	static const struct publisher other = {"", "", 0};

	for (size_t i = 0; i < ARRAY_LEN(publishers); i++)
		if (str_has_prefix(id, str_of(publishers[i].prefix)))
			return &publishers[i];
	return &other;
}

/* "UBUNTU-CVE-2024-1" is what Ubuntu says of CVE-2024-1. */
static struct str cve_of_view(struct str id)
{
	size_t at = str_find(id, STR("-CVE-"));

	if (at < id.n && (str_has_prefix(id, STR("UBUNTU-")) ||
			  str_has_prefix(id, STR("DEBIAN-")) || str_has_prefix(id, STR("ALPINE-"))))
		return str_skip(id, at + 1);
	return id;
}

static void add_upstream(struct draft *d, const struct json *ids, bool cves_only)
{
	for (size_t i = 0; i < json_len(ids); i++) {
		struct str id = cve_of_view(json_str(json_at(ids, i)));

		if (!cves_only || str_has_prefix(id, STR("CVE-")))
			draft_add(d, &d->upstream, id);
	}
}

static void read_ids(const struct json *doc, const struct publisher *who, struct draft *d)
{
	struct str own = cve_of_view(d->a.id);

	add_upstream(d, json_get(doc, "upstream"), false);
	if (!(who->flags & NOTICE)) {
		draft_add_json(d, &d->aliases, json_get(doc, "aliases"));
		return;
	}
	if (own.n < d->a.id.n)
		draft_add(d, &d->upstream, own);
	if (d->upstream.n == 0)
		add_upstream(d, json_get(doc, "aliases"), false);
	if (d->upstream.n == 0 && !(who->flags & SEE_ALSO))
		add_upstream(d, json_get(doc, "related"), true);
}

static void add_vectors(struct draft *d, const struct json *severity)
{
	for (size_t i = 0; i < json_len(severity); i++) {
		const struct json *s = json_at(severity, i);

		if (str_has_prefix(json_get_str(s, "type"), STR("CVSS_")))
			draft_add(d, &d->cvss, json_get_str(s, "score"));
		else if (str_is(json_get_str(s, "type"), "Ubuntu"))
			d->a.severity = advisory_severity_parse(json_get_str(s, "score"));
	}
}

static void read_severity(const struct json *doc, const struct publisher *who, struct draft *d)
{
	struct str word = json_get_str(json_get(doc, "database_specific"), "severity"), rest;

	add_vectors(d, json_get(doc, "severity"));
	if (who->flags & WORD_FIRST && word.n == 0)
		(void)str_cut(json_get_str(doc, "summary"), ':', &word, &rest); /* or no word */
	if (word.n)
		d->a.severity = advisory_severity_parse(word);
	d->a.severity_source = str_of(who->name);
}

static void read_texts(const struct json *doc, struct draft *d)
{
	const struct json *references = json_get(doc, "references");
	struct str summary = json_get_str(doc, "summary");

	if (summary.n)
		draft_summary(d, summary);
	else
		draft_summary_of_details(d, json_get_str(doc, "details"));
	d->a.published = draft_date(json_get_str(doc, "published"));
	d->a.modified = draft_date(json_get_str(doc, "modified"));
	d->a.withdrawn = json_get_str(doc, "withdrawn").n > 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < json_len(references); i++) {
			const struct json *r = json_at(references, i);

			if (str_is(json_get_str(r, "type"), "ADVISORY") == (pass == 0))
				draft_add(d, &d->references, json_get_str(r, "url"));
		}
}

static const struct {
	const char *word;
	enum advisory_kind kind;
} informational[] = {
	{"unmaintained", ADVISORY_UNMAINTAINED},
	{"unsound", ADVISORY_UNSOUND},
	{"notice", ADVISORY_NOTICE},
};

/* RustSec says for each package what the record is about. */
static void read_kind(const struct json *specific, struct draft *d)
{
	struct str word = json_get_str(specific, "informational");
	const struct json *categories = json_get(specific, "categories");

	for (size_t i = 0; i < ARRAY_LEN(informational); i++)
		if (str_is(word, informational[i].word))
			d->a.kind = informational[i].kind;
	for (size_t i = 0; i < json_len(categories); i++)
		if (str_is(json_str(json_at(categories, i)), "malicious"))
			d->a.kind = ADVISORY_MALWARE;
}

/* "distro=esm-apps/jammy" of a purl tells more than "Ubuntu:Pro:22.04:LTS". */
static struct str ubuntu_channel(struct str purl, struct str channel)
{
	size_t at = str_find(purl, STR("distro="));
	struct str distro, rest, part, codename;

	distro = str_skip(purl, at + 7);
	if (channel.n == 0 || at == purl.n || !str_pull_until(&distro, '&', &rest) ||
	    !str_cut(rest, '/', &part, &codename))
		return channel;
	return str_is(codename, "esm") ? STR("esm-infra") : part; /* "trusty/esm" is the old form */
}

static void read_debian(const struct json *affected, struct advisory_affected *p)
{
	struct str urgency = json_get_str(json_get(affected, "ecosystem_specific"), "urgency");

	if (str_is(urgency, "end-of-life"))
		p->status = STATUS_END_OF_LIFE;
	else
		p->severity = advisory_severity_parse(urgency);
}

static void add_symbols(const struct json *imports, struct draft *d)
{
	for (size_t i = 0; i < json_len(imports); i++) {
		struct str path = json_get_str(json_at(imports, i), "path");
		const struct json *symbols = json_get(json_at(imports, i), "symbols");

		if (json_len(symbols) == 0)
			draft_add(d, &d->symbols, path);
		for (size_t k = 0; k < json_len(symbols); k++) {
			struct str name = json_str(json_at(symbols, k));

			draft_add(d, &d->symbols,
				  draft_keepf(d, "%.*s.%.*s", STR_FMT(path), STR_FMT(name)));
		}
	}
}

/* Whether the path of a module has a major version in it, so that it can be 2 or more. */
static bool has_major(struct str path)
{
	struct str before, last;

	if (str_has_prefix(path, STR("gopkg.in/")))
		return true;
	return str_rcut(path, '/', &before, &last) && last.n > 1 && last.p[0] == 'v' &&
	       char_is_digit(last.p[1]);
}

/*
 * Go: "introduced 0" with custom_ranges means that upstream counts its releases in a way no Go
 * version of this module can have. What can be a version of the module stays affected altogether,
 * as govulncheck has it; a release number of 2 or more is judged by the custom ranges.
 */
static void read_go(const struct json *affected, struct str path, struct str shard, struct draft *d)
{
	const struct json *specific = json_get(affected, "ecosystem_specific");
	const struct json *custom = json_get(specific, "custom_ranges");

	add_symbols(json_get(specific, "imports"), d);
	if (!osv_has_ranges(custom) || has_major(path) ||
	    !osv_affects_all(json_get(affected, "ranges"))) {
		osv_ranges(d, shard, json_get(affected, "ranges"), STR_NULL);
		return;
	}
	draft_interval(d, STR_NULL, STR("2.0.0-0"), STR_NULL);
	osv_ranges(d, shard, custom, STR_NULL);
}

static void read_package(const struct json *affected, struct str name, const struct ecosystem *e,
			 const struct publisher *who, struct draft *d)
{
	struct str shard = draft_keep(d, str_of(e->shard));
	struct str channel = draft_keep(d, str_of(e->channel));
	struct str purl = json_get_str(json_get(affected, "package"), "purl");
	const struct json *specific = json_get(affected, "database_specific");
	struct str bound = json_get_str(specific, "last_known_affected_version_range");
	struct advisory_affected *p = draft_package(d, shard, name);

	if (!p)
		return;
	p->channel = channel;
	p->by_binary = who->flags & BY_BINARY;
	read_kind(specific, d);
	add_vectors(d, json_get(affected, "severity"));
	if (str_has_prefix(shard, STR("debian-")))
		read_debian(affected, p);
	if (str_has_prefix(shard, STR("ubuntu-"))) {
		p->channel = ubuntu_channel(purl, channel);
		p->severity = advisory_severity_parse(
			json_get_str(json_get(affected, "ecosystem_specific"), "ubuntu_priority"));
	}
	if (str_is(shard, "go"))
		read_go(affected, name, shard, d);
	else
		osv_ranges(d, shard, json_get(affected, "ranges"), bound);
	osv_versions(d, shard, json_get(affected, "versions"));
}

static bool is_modular(const struct draft *d)
{
	for (size_t i = 0; i < d->intervals.n; i++) {
		struct str fixed =
			((const struct advisory_interval *)vec_at(&d->intervals, i))->fixed;

		if (str_find(fixed, STR(".module_el")) < fixed.n ||
		    str_find(fixed, STR(".module+el")) < fixed.n)
			return true;
	}
	return false;
}

/*
 * "Important: python39:3.9 and python39-devel:3.9 security update": a record names its modules in
 * the summary alone. Each of them gets a row; without a stream it is "NAME:*".
 */
static void read_modules(struct str summary, const struct publisher *who, struct draft *d)
{
	struct advisory_affected *p = vec_at(&d->packages, d->packages.n - 1);
	struct str word, severity, rest, name, stream, first = STR_NULL;

	if (!p || d->failed || !is_modular(d))
		return;
	if (who->flags & WORD_FIRST && str_cut(summary, ':', &severity, &rest) &&
	    advisory_severity_parse(severity) != SEVERITY_UNKNOWN)
		summary = rest;
	while (p && str_pull_word(&summary, &word)) {
		first = first.n ? first : word;
		/* "ALSA-2022:5468:" is the record itself */
		if (!str_cut(word, ':', &name, &stream) || name.n == 0 || stream.n == 0 ||
		    word.p[word.n - 1] == ':')
			continue;
		if (p->module.n)
			p = draft_package_again(d);
		if (p)
			p->module = word.p[word.n - 1] == ',' ? str_sub(word, 0, word.n - 1) : word;
	}
	if (p && p->module.n == 0)
		p->module = draft_keepf(d, "%.*s:*", STR_FMT(first));
}

static void read_affected(const struct json *affected, struct str summary,
			  const struct publisher *who, struct draft *d)
{
	const struct json *package = json_get(affected, "package");
	struct str name = json_get_str(package, "name");
	struct str ecosystem = json_get_str(package, "ecosystem");
	struct ecosystem e;

	/* A repository, commits alone, or nothing at all: no version of a package is affected. */
	if (!package || (!osv_has_ranges(json_get(affected, "ranges")) &&
			 json_len(json_get(affected, "versions")) == 0))
		return;
	if (!ecosystem_of_osv(ecosystem, &e)) {
		draft_problem(d->sink, d->a.id, ERR_UNSUPPORTED, "ecosystem \"%.*s\" is not known",
			      STR_FMT(ecosystem));
		return;
	}
	read_package(affected, name, &e, who, d);
	if (who->flags & WORD_FIRST)
		read_modules(summary, who, d);
}

bool osv_record(const struct json *doc, struct draft *d)
{
	const struct json *affected = json_get(doc, "affected");
	const struct publisher *who;

	d->a.id = json_get_str(doc, "id");
	if (d->a.id.n == 0) {
		draft_fail(d, ERR_FORMAT, "a record without \"id\"");
		return true;
	}
	who = publisher_of(d->a.id);
	if (who->flags & NOT_SECURITY)
		return false;
	draft_shape(d, doc, shape, ARRAY_LEN(shape));
	if (str_has_prefix(d->a.id, STR("MAL-")))
		d->a.kind = ADVISORY_MALWARE;
	read_ids(doc, who, d);
	read_severity(doc, who, d);
	read_texts(doc, d);
	draft_add_json(d, &d->cwes, json_get(json_get(doc, "database_specific"), "cwe_ids"));
	for (size_t i = 0; i < json_len(affected) && !d->failed; i++) {
		const struct json *entry = json_at(affected, i);

		draft_shape_entry(d, "affected", i, entry, affected_shape,
				  ARRAY_LEN(affected_shape));
		read_affected(entry, d->a.summary, who, d);
	}
	if (d->a.severity == SEVERITY_UNKNOWN)
		d->a.severity_source = STR_NULL;
	return true;
}
