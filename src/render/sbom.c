/* SPDX-License-Identifier: Apache-2.0 */
#include "render/sbom.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "package/purl.h"

#define PURL_MAX       65536   /* bytes */
#define EXPRESSION_MAX 1048576 /* bytes of the licences of one package */

/* ---- names ---- */

/* "host/path/name:tag@digest" cut into repository and tag. */
static void cut_reference(struct str reference, struct str *ret_repository, struct str *ret_tag)
{
	struct str repository = reference, digest, before, tag;

	*ret_tag = STR_NULL;
	(void)str_cut(reference, '@', &repository, &digest); /* without one it stays whole */
	if (str_rcut(repository, ':', &before, &tag) && str_find_char(tag, '/') == tag.n) {
		repository = before;
		*ret_tag = tag;
	}
	*ret_repository = repository;
}

static int set_name(struct sbom *s, struct err *err)
{
	const struct report *r = s->report;
	struct str tag, name = r->target.given;

	if (r->image.name.n)
		cut_reference(r->image.name, &name, &tag);
	if (str_is_empty(name))
		name = STR("unnamed");
	s->name = name;
	s->version = r->image.manifest_digest.n ? r->image.manifest_digest : r->image.config_digest;
	s->root_ref = arena_strf(&s->arena, "image:%.*s%s%.*s", STR_FMT(name),
				 s->version.n ? "@" : "", STR_FMT(s->version));
	if (r->distro.id.n)
		s->os_ref = arena_strf(&s->arena, "operating-system:%.*s@%.*s",
				       STR_FMT(r->distro.id), STR_FMT(r->distro.version_id));
	if (!s->root_ref.p || (r->distro.id.n && !s->os_ref.p))
		return err_nomem(err);
	return 0;
}

/* A name that no purl can be made of leaves the image without one: the digest still names it. */
static int set_purl(struct sbom *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(PURL_MAX);
	const struct report_image *image = &s->report->image;
	struct purl_qualifier qualifiers[3];
	struct purl u = {
		.type = STR("oci"), .version = image->manifest_digest, .qualifiers = qualifiers};
	struct str repository, tag, directory;

	if (str_is_empty(image->manifest_digest) || str_is_empty(image->name))
		return 0;
	cut_reference(image->name, &repository, &tag);
	if (!str_rcut(repository, '/', &directory, &u.name))
		u.name = repository;
	if (image->architecture.n)
		qualifiers[u.n_qualifiers++] =
			(struct purl_qualifier){STR("arch"), image->architecture};
	if (u.name.n < repository.n)
		qualifiers[u.n_qualifiers++] =
			(struct purl_qualifier){STR("repository_url"), repository};
	if (tag.n)
		qualifiers[u.n_qualifiers++] = (struct purl_qualifier){STR("tag"), tag};
	if (purl_build(&u, &sb, NULL) < 0)
		return 0;
	s->purl = arena_str(&s->arena, strbuf_str(&sb));
	return s->purl.p ? 0 : err_nomem(err);
}

/* Packages are sorted by purl, so repetitions stand together. '|' is never in a purl. */
static int set_components(struct sbom *s, struct err *err)
{
	const struct vec *packages = &s->report->packages;
	struct str last = STR_NULL;
	size_t repetition = 1;

	s->components =
		arena_array(&s->arena, packages->n ? packages->n : 1, sizeof *s->components);
	if (!s->components)
		return err_nomem(err);
	for (size_t i = 0; i < packages->n; i++) {
		const struct report_package *p = vec_at(packages, i);
		struct sbom_component *c = &s->components[i];

		c->package = p;
		repetition = i > 0 && str_eq(p->purl, last) ? repetition + 1 : 1;
		last = p->purl;
		if (str_is_empty(p->purl))
			c->ref = arena_strf(&s->arena, "package|%zu", i + 1);
		else if (repetition > 1)
			c->ref = arena_strf(&s->arena, "%.*s|%zu", STR_FMT(p->purl), repetition);
		else
			c->ref = p->purl;
		if (!c->ref.p)
			return err_nomem(err);
	}
	s->n_components = packages->n;
	return 0;
}

/* ---- completeness ---- */

/* Coverage of analyses that find no packages says nothing about an inventory. */
static bool is_about_packages(struct str what)
{
	static const char *const others[] = {"vulnerabilities",	 "secrets",	  "malware",
					     "misconfiguration", "configuration", "waste"};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (str_has_prefix(what, str_of(others[i])))
			return false;
	return true;
}

static bool is_complete(const struct report *r)
{
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (c->state != COVERAGE_ASSESSED && is_about_packages(c->what))
			return false;
	}
	return r->coverage.n > 0; /* silence is no statement */
}

/* ---- licences ---- */

/* One licence field, in parentheses where the join with its neighbours needs them. */
static enum license_kind add_license(const struct package *p, size_t i, struct strbuf *out,
				     struct license_refs *refs)
{
	CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(EXPRESSION_MAX);
	enum license_kind kind = license_convert(p->licenses.p[i], &one, refs);
	bool wrap = p->licenses.n > 1 && license_needs_parentheses(strbuf_str(&one));

	if (one.error != ERR_OK && out->error == ERR_OK)
		out->error = one.error;
	strbuf_adds(out, wrap ? "(" : "");
	strbuf_add(out, strbuf_str(&one));
	strbuf_adds(out, wrap ? ")" : "");
	return kind;
}

enum license_kind sbom_add_licenses(const struct package *p, struct strbuf *out,
				    struct license_refs *refs)
{
	enum license_kind whole = LICENSE_NONE;

	for (size_t i = 0; i < p->licenses.n; i++) {
		size_t start = out->n;
		enum license_kind kind;

		if (whole != LICENSE_NONE)
			strbuf_adds(out, " AND ");
		kind = add_license(p, i, out, refs);
		if (kind == LICENSE_NONE)
			out->n = start;
		else if (whole != LICENSE_NONE && kind < LICENSE_EXPRESSION)
			kind = LICENSE_EXPRESSION;
		whole = kind > whole ? kind : whole;
	}
	return whole;
}

/* ---- properties ---- */

static void property_opt(struct sbom_property_sink *sink, const char *name, struct str value)
{
	if (value.n)
		sink->add(sink, name, value);
}

void sbom_package_properties(const struct report_package *p, struct sbom_property_sink *sink)
{
	property_opt(sink, "plimsoll:layer:diffId", p->layer);
	if (!str_eq(p->layer, p->layer_changed))
		property_opt(sink, "plimsoll:layer:changedDiffId", p->layer_changed);
	property_opt(sink, "plimsoll:package:arch", p->p.arch);
	for (size_t i = 0; i < p->p.attributes.n; i++)
		property_opt(sink, "plimsoll:package:attribute", p->p.attributes.p[i]);
	property_opt(sink, "plimsoll:package:db", p->db);
	property_opt(sink, "plimsoll:package:dbPath", p->db_path);
	property_opt(sink, "plimsoll:package:modularity", p->p.modularity);
	property_opt(sink, "plimsoll:package:sourceName", p->p.source_name);
	property_opt(sink, "plimsoll:package:sourceVersion", p->p.source_version);
	property_opt(sink, "plimsoll:package:type", p->p.type);
}

/* "<diff id> <value>": what is known of one layer. */
static void layer_property(const struct report_layer *l, const char *name, struct str value,
			   struct sbom_property_sink *sink)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EXPRESSION_MAX);

	strbuf_add(&sb, l->diff_id);
	strbuf_addc(&sb, ' ');
	strbuf_add(&sb, value);
	if (sb.error == ERR_OK && value.n && l->diff_id.n)
		sink->add(sink, name, strbuf_str(&sb));
}

/* Where the packages of a layer came from, which Red Hat's advisories ask for. */
static void add_repositories(const struct report_layer *l, struct sbom_property_sink *sink)
{
	CLEANUP(strbuf_done) struct strbuf sets = STRBUF_INIT(EXPRESSION_MAX);
	CLEANUP(strbuf_done) struct strbuf build = STRBUF_INIT(EXPRESSION_MAX);

	strbuf_add(&build, l->build_nvr);
	strbuf_adds(&build, l->build_arch.n ? " " : "");
	strbuf_add(&build, l->build_arch);
	for (size_t i = 0; i < l->content_sets.n; i++) {
		strbuf_adds(&sets, i ? " " : "");
		strbuf_add(&sets, l->content_sets.p[i]);
	}
	layer_property(l, "plimsoll:image:layer:build", strbuf_str(&build), sink);
	layer_property(l, "plimsoll:image:layer:contentSets", strbuf_str(&sets), sink);
}

void sbom_image_properties(const struct sbom *s, struct sbom_property_sink *sink)
{
	const struct report *r = s->report;

	property_opt(sink, "plimsoll:image:architecture", r->image.architecture);
	property_opt(sink, "plimsoll:image:configDigest", r->image.config_digest);
	property_opt(sink, "plimsoll:image:manifestDigest", r->image.manifest_digest);
	property_opt(sink, "plimsoll:image:os", r->image.os);
	property_opt(sink, "plimsoll:image:reference", r->image.name);
	property_opt(sink, "plimsoll:image:variant", r->image.variant);
	for (size_t i = 0; i < r->layers.n; i++) {
		const struct report_layer *l = vec_at(&r->layers, i);

		property_opt(sink, "plimsoll:image:layer:diffId", l->diff_id);
		add_repositories(l, sink);
	}
}

void sbom_os_properties(const struct sbom *s, struct sbom_property_sink *sink)
{
	const struct distro *d = &s->report->distro;

	property_opt(sink, "plimsoll:distro:baseRelease", d->base_release);
	property_opt(sink, "plimsoll:distro:codename", d->codename);
	property_opt(sink, "plimsoll:distro:eol", d->eol);
	property_opt(sink, "plimsoll:distro:eolAsOf", d->eol_as_of);
	property_opt(sink, "plimsoll:distro:eolExtended", d->eol_extended);
	for (size_t i = 0; i < d->id_like.n; i++)
		property_opt(sink, "plimsoll:distro:idLike", d->id_like.p[i]);
	property_opt(sink, "plimsoll:distro:name", d->name);
	property_opt(sink, "plimsoll:distro:pointRelease", d->point_release);
	property_opt(sink, "plimsoll:distro:release", d->release);
	property_opt(sink, "plimsoll:distro:source", d->source);
	property_opt(sink, "plimsoll:distro:variantId", d->variant_id);
}

bool sbom_sha256_hex(struct str digest, struct str *ret_hex)
{
	struct digest_value v;

	if (digest_parse(digest, &v, NULL) < 0 || v.algorithm != DIGEST_SHA256)
		return false;
	return str_pull_prefix(&digest, STR("sha256:")) ? (*ret_hex = digest, true) : false;
}

/* ---- the uuid ---- */

static void hash_field(struct digest *d, struct str s)
{
	char length[24];

	digest_update(d, str_make(length, (size_t)snprintf(length, sizeof length, "%zu:", s.n)));
	digest_update(d, s);
}

static void hash_list(struct digest *d, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		hash_field(d, list.p[i]);
	hash_field(d, STR("end"));
}

static void hash_component(struct digest *d, const struct sbom_component *c)
{
	const struct report_package *p = c->package;
	const struct str fields[] = {
		c->ref,	    p->p.name,		 p->p.version, p->p.source_name, p->db,
		p->db_path, p->p.source_version, p->p.vendor,  p->layer,	 p->layer_changed};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		hash_field(d, fields[i]);
	hash_list(d, p->p.licenses);
	hash_list(d, p->p.attributes);
}

struct hash_sink {
	struct sbom_property_sink base;
	struct digest *digest;
};

static void hash_property(struct sbom_property_sink *sink, const char *name, struct str value)
{
	struct digest *d = ((struct hash_sink *)sink)->digest; /* the base is its first member */

	hash_field(d, str_of(name));
	hash_field(d, value);
}

static void hash_report(struct digest *d, const struct sbom *s)
{
	struct hash_sink sink = {{hash_property}, d};
	const struct report *r = s->report;
	const struct str fields[] = {
		r->tool_version,	r->image.name,	 s->root_ref,	       s->os_ref,
		r->image.config_digest, str_of(s->time), r->distro.pretty_name};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		hash_field(d, fields[i]);
	for (size_t i = 0; i < s->n_components; i++)
		hash_component(d, &s->components[i]);
	sbom_image_properties(s, &sink.base);
	sbom_os_properties(s, &sink.base);
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		hash_field(d, c->what);
		hash_field(d, str_of(coverage_state_name(c->state)));
		hash_field(d, c->reason);
	}
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		hash_field(d, f->id);
		hash_field(d, str_of(severity_name(f->severity)));
		hash_field(d, f->fix_version);
		hash_field(d, f->suppressed_by);
	}
}

/* The layout of RFC 9562 version 5 (a name-based uuid), filled from SHA-256. */
static int set_uuid(struct sbom *s, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value v;
	size_t at = 0;
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	hash_report(&d, s);
	digest_final(&d, &v);
	v.bytes[6] = (unsigned char)(0x50 | (v.bytes[6] & 0x0f));
	v.bytes[8] = (unsigned char)(0x80 | (v.bytes[8] & 0x3f));
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			s->uuid[at++] = '-';
		(void)snprintf(s->uuid + at, 3, "%02x", v.bytes[i]); /* two digits always fit */
		at += 2;
	}
	return 0;
}

int sbom_init(struct sbom *s, const struct report *report, struct err *err)
{
	int r;

	*s = (struct sbom){.report = report, .complete = is_complete(report)};
	arena_init(&s->arena, LIMIT_ARENA_BYTES);
	if (report->has_time && !clock_format(report->time, s->time))
		s->time[0] = '\0';
	r = set_name(s, err);
	if (r == 0)
		r = set_purl(s, err);
	if (r == 0)
		r = set_components(s, err);
	return r < 0 ? r : set_uuid(s, err);
}

void sbom_done(struct sbom *s)
{
	arena_done(&s->arena);
}
