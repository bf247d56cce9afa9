/* SPDX-License-Identifier: Apache-2.0 */
#include "render/spdx_document.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"

#define TEXT_MAX    1048576 /* bytes of one text */
#define NAME_MAX_ID 64	    /* bytes of a name that stay readable in an element id */
#define HASH_BYTES  10	    /* in an element id: no two of a million meet, also not on purpose */

/* ---- licences ---- */

struct ref_sink {
	struct license_refs base;
	struct spdx_document *d;
	bool full;
};

static void add_ref(struct license_refs *base, struct str id, struct str text)
{
	struct ref_sink *sink = (struct ref_sink *)base; /* base is its first member */
	struct spdx_document *d = sink->d;
	struct spdx_license *l;
	struct str key;

	if (map_get(&d->seen, id))
		return;
	key = arena_str(&d->arena, id);
	l = key.p ? vec_push(&d->licenses) : NULL;
	if (!l || map_put(&d->seen, key, d) < 0) {
		sink->full = true;
		return;
	}
	l->id = key;
	l->text = arena_str(&d->arena, text);
	sink->full |= !l->text.p;
}

static int compare_licenses(const void *va, const void *vb)
{
	const struct spdx_license *a = va, *b = vb;

	return str_cmp(a->id, b->id);
}

static int set_license(struct spdx_document *d, const struct package *p, struct str *ret,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct ref_sink sink = {.base = {add_ref}, .d = d};
	int r;

	if (sbom_add_licenses(p, &sb, &sink.base) == LICENSE_NONE)
		strbuf_adds(&sb, "NOASSERTION");
	r = strbuf_check(&sb, err);
	if (r < 0)
		return r;
	*ret = arena_str(&d->arena, strbuf_str(&sb));
	return sink.full || !ret->p ? err_nomem(err) : 0;
}

/* ---- packages ---- */

/* Letters, digits, '.' and '-'; everything else becomes '-'. */
static void add_id_part(struct strbuf *sb, struct str s)
{
	for (size_t i = 0; i < s.n && i < NAME_MAX_ID; i++) {
		char c = s.p[i];

		strbuf_addc(sb, char_is_alnum(c) || c == '.' ? c : '-');
	}
}

static int set_id(struct spdx_document *d, const struct sbom_component *c, struct str *ret,
		  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct digest_value v;
	int r = digest_of(c->ref, &v, err);

	if (r < 0)
		return r;
	strbuf_adds(&sb, "SPDXRef-Package-");
	add_id_part(&sb, c->package->p.type);
	strbuf_addc(&sb, '-');
	add_id_part(&sb, c->package->p.name);
	strbuf_addc(&sb, '-');
	for (size_t i = 0; i < HASH_BYTES; i++)
		strbuf_addf(&sb, "%02x", v.bytes[i]);
	*ret = arena_str(&d->arena, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

/* "Name <mail>" is a person's, anything else an organisation's. */
static int set_supplier(struct spdx_document *d, struct str vendor, struct str *ret,
			struct err *err)
{
	struct str name, mail;

	if (str_is_empty(vendor))
		return 0;
	if (str_cut(vendor, '<', &name, &mail) && str_has_suffix(mail, STR(">")) &&
	    str_trim(name).n)
		*ret = arena_strf(&d->arena, "Person: %.*s (%.*s)", STR_FMT(str_trim(name)),
				  STR_FMT(str_sub(mail, 0, mail.n - 1)));
	else
		*ret = arena_strf(&d->arena, "Organization: %.*s", STR_FMT(vendor));
	return ret->p ? 0 : err_nomem(err);
}

static int set_texts(struct spdx_document *d, const struct report_package *p,
		     struct spdx_package *ret, struct err *err)
{
	struct str version = p->p.source_version.n ? p->p.source_version : p->p.version;

	if (p->p.source_name.n) {
		ret->source_info = arena_strf(&d->arena, "built from the source package %.*s %.*s",
					      STR_FMT(p->p.source_name), STR_FMT(version));
		if (!ret->source_info.p)
			return err_nomem(err);
	}
	ret->comment =
		arena_strf(&d->arena, "found by %.*s in %.*s%s%.*s", STR_FMT(p->db),
			   STR_FMT(p->db_path), p->layer.n ? " of layer " : "", STR_FMT(p->layer));
	return ret->comment.p ? 0 : err_nomem(err);
}

static int set_package(struct spdx_document *d, const struct sbom_component *c,
		       struct spdx_package *ret, struct err *err)
{
	int r = set_id(d, c, &ret->id, err);

	if (r == 0)
		r = set_license(d, &c->package->p, &ret->license, err);
	if (r == 0)
		r = set_supplier(d, c->package->p.vendor, &ret->supplier, err);
	return r < 0 ? r : set_texts(d, c->package, ret, err);
}

/* ---- the document ---- */

static int set_comment(struct spdx_document *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_ARENA_BYTES);
	const struct vec *coverage = &d->sbom->report->coverage;

	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state == COVERAGE_ASSESSED)
			continue;
		strbuf_adds(&sb, sb.n ? "; " : "");
		strbuf_adds(&sb, c->state == COVERAGE_PARTIAL ? "partially assessed: "
							      : "not assessed: ");
		strbuf_add(&sb, c->what);
		strbuf_adds(&sb, c->reason.n ? ", " : "");
		strbuf_add(&sb, c->reason);
	}
	if (sb.n == 0)
		return 0;
	d->comment = arena_str(&d->arena, strbuf_str(&sb));
	return d->comment.p ? strbuf_check(&sb, err) : err_nomem(err);
}

static int set_head(struct spdx_document *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	const struct sbom *s = d->sbom;

	strbuf_adds(&sb, "https://spdx.org/spdxdocs/plimsoll-");
	add_id_part(&sb, s->name);
	strbuf_addf(&sb, "-%s", s->uuid);
	d->name = s->name;
	d->namespace = arena_str(&d->arena, strbuf_str(&sb));
	d->created = s->time[0] ? str_of(s->time) : STR("1970-01-01T00:00:00Z");
	d->creator = arena_strf(&d->arena, "Tool: plimsoll-%.*s", STR_FMT(s->report->tool_version));
	if (!d->namespace.p || !d->creator.p)
		return err_nomem(err);
	return set_comment(d, err);
}

int spdx_document_init(struct spdx_document *d, const struct sbom *sbom, struct err *err)
{
	int r;

	*d = (struct spdx_document){.sbom = sbom};
	d->licenses = (struct vec)VEC_INIT(struct spdx_license, LIMIT_PACKAGES);
	map_init(&d->seen, LIMIT_PACKAGES);
	arena_init(&d->arena, LIMIT_ARENA_BYTES);
	d->packages = arena_array(&d->arena, sbom->n_components ? sbom->n_components : 1,
				  sizeof *d->packages);
	r = d->packages ? set_head(d, err) : err_nomem(err);
	for (size_t i = 0; r == 0 && i < sbom->n_components; i++)
		r = set_package(d, &sbom->components[i], &d->packages[i], err);
	vec_sort(&d->licenses, compare_licenses);
	return r;
}

void spdx_document_done(struct spdx_document *d)
{
	vec_done(&d->licenses);
	map_done(&d->seen);
	arena_done(&d->arena);
}
