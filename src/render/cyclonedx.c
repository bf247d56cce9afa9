/* SPDX-License-Identifier: Apache-2.0 */
#include "render/cyclonedx.h"

#include "base/cleanup.h"
#include "render/cyclonedx_findings.h"

#define EXPRESSION_MAX 1048576 /* bytes of the licences of one package */

struct walk {
	struct sbom_property_sink sink;
	const struct sbom *sbom;
	const struct cyclonedx_ops *ops;
	void *encoder;
	struct err *err;
};

static void text_opt(struct walk *w, const char *name, struct str value)
{
	if (value.n)
		w->ops->text(w->encoder, name, value);
}

static void add_property(struct sbom_property_sink *sink, const char *name, struct str value)
{
	struct walk *w = (struct walk *)sink; /* the sink is its first member */

	w->ops->property(w->encoder, name, value);
}

/* ---- licences ---- */

static void put_license(struct walk *w, struct str written)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EXPRESSION_MAX);

	switch (license_convert(written, &sb, NULL)) {
	case LICENSE_NONE:
		break;
	case LICENSE_ID:
		w->ops->license(w->encoder, "id", strbuf_str(&sb));
		break;
	case LICENSE_EXPRESSION:
	case LICENSE_NAMED:
		w->ops->license(w->encoder, "name", written);
		break;
	}
}

/* An expression when all is known to SPDX, else a list of ids and names. */
static int put_licenses(struct walk *w, const struct package *p)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EXPRESSION_MAX);
	enum license_kind kind = sbom_add_licenses(p, &sb, NULL);

	if (kind == LICENSE_NONE)
		return strbuf_check(&sb, w->err);
	w->ops->open_list(w->encoder, "licenses");
	if (kind == LICENSE_EXPRESSION)
		w->ops->expression(w->encoder, strbuf_str(&sb));
	else
		for (size_t i = 0; i < p->licenses.n; i++)
			put_license(w, p->licenses.p[i]);
	w->ops->close_list(w->encoder);
	return strbuf_check(&sb, w->err);
}

/* ---- components ---- */

static void put_supplier(struct walk *w, struct str vendor)
{
	if (str_is_empty(vendor))
		return;
	w->ops->open(w->encoder, "supplier");
	w->ops->text(w->encoder, "name", vendor);
	w->ops->close(w->encoder);
}

static int put_package(struct walk *w, const struct sbom_component *c)
{
	const struct report_package *p = c->package;
	int r;

	w->ops->open_item(w->encoder, "component");
	w->ops->attribute(w->encoder, "type", STR("library"));
	w->ops->attribute(w->encoder, "bom-ref", c->ref);
	put_supplier(w, p->p.vendor);
	text_opt(w, "group", p->p.namespace);
	w->ops->text(w->encoder, "name", p->p.name);
	text_opt(w, "version", p->p.version);
	r = put_licenses(w, &p->p);
	text_opt(w, "purl", p->purl);
	w->ops->open_list(w->encoder, "properties");
	sbom_package_properties(p, &w->sink);
	w->ops->close_list(w->encoder);
	w->ops->close(w->encoder);
	return r;
}

static void put_os(struct walk *w)
{
	const struct distro *d = &w->sbom->report->distro;

	if (str_is_empty(w->sbom->os_ref))
		return;
	w->ops->open_item(w->encoder, "component");
	w->ops->attribute(w->encoder, "type", STR("operating-system"));
	w->ops->attribute(w->encoder, "bom-ref", w->sbom->os_ref);
	w->ops->text(w->encoder, "name", d->id);
	text_opt(w, "version", d->version_id);
	text_opt(w, "description", d->pretty_name);
	text_opt(w, "cpe", d->cpe);
	w->ops->open_list(w->encoder, "properties");
	sbom_os_properties(w->sbom, &w->sink);
	w->ops->close_list(w->encoder);
	w->ops->close(w->encoder);
}

static void put_image(struct walk *w)
{
	const struct sbom *s = w->sbom;
	struct str hex;

	w->ops->open(w->encoder, "component");
	w->ops->attribute(w->encoder, "type", STR("container"));
	w->ops->attribute(w->encoder, "bom-ref", s->root_ref);
	w->ops->text(w->encoder, "name", s->name);
	text_opt(w, "version", s->version);
	if (sbom_sha256_hex(s->report->image.manifest_digest, &hex)) {
		w->ops->open_list(w->encoder, "hashes");
		w->ops->hash(w->encoder, "SHA-256", hex);
		w->ops->close_list(w->encoder);
	}
	text_opt(w, "purl", s->purl);
	w->ops->open_list(w->encoder, "properties");
	sbom_image_properties(s, &w->sink);
	w->ops->close_list(w->encoder);
	w->ops->close(w->encoder);
}

static void put_tool(struct walk *w)
{
	w->ops->open(w->encoder, "tools");
	w->ops->open_list(w->encoder, "components");
	w->ops->open_item(w->encoder, "component");
	w->ops->attribute(w->encoder, "type", STR("application"));
	w->ops->text(w->encoder, "name", STR("plimsoll"));
	text_opt(w, "version", w->sbom->report->tool_version);
	w->ops->close(w->encoder);
	w->ops->close_list(w->encoder);
	w->ops->close(w->encoder);
}

/* What was not assessed, so that an empty part is not taken for a clean one. */
static void put_gaps(struct walk *w)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EXPRESSION_MAX);
	const struct vec *coverage = &w->sbom->report->coverage;

	if (report_is_complete(w->sbom->report))
		return;
	w->ops->open_list(w->encoder, "properties");
	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state == COVERAGE_ASSESSED)
			continue;
		strbuf_reset(&sb);
		strbuf_add(&sb, c->what);
		strbuf_adds(&sb, ": ");
		strbuf_add(&sb, c->reason);
		w->ops->property(w->encoder,
				 c->state == COVERAGE_PARTIAL ? "plimsoll:coverage:partial"
							      : "plimsoll:coverage:notAssessed",
				 strbuf_str(&sb));
	}
	w->ops->close_list(w->encoder);
}

static void put_metadata(struct walk *w)
{
	w->ops->open(w->encoder, "metadata");
	text_opt(w, "timestamp", str_of(w->sbom->time));
	put_tool(w);
	put_image(w);
	put_gaps(w);
	w->ops->close(w->encoder);
}

static int put_components(struct walk *w)
{
	int r = 0;

	w->ops->open_list(w->encoder, "components");
	put_os(w);
	for (size_t i = 0; r == 0 && i < w->sbom->n_components; i++)
		r = put_package(w, &w->sbom->components[i]);
	w->ops->close_list(w->encoder);
	return r;
}

/* ---- how they hang together ---- */

static void put_dependencies(struct walk *w)
{
	const struct sbom *s = w->sbom;

	w->ops->open_list(w->encoder, "dependencies");
	w->ops->open_dependency(w->encoder, s->root_ref);
	if (s->os_ref.n)
		w->ops->reference(w->encoder, "dependency", s->os_ref);
	for (size_t i = 0; i < s->n_components; i++)
		w->ops->reference(w->encoder, "dependency", s->components[i].ref);
	w->ops->close_dependency(w->encoder);
	w->ops->close_list(w->encoder);
}

/* Whether all packages of the image are named here. Their own dependencies are not stated. */
static void put_compositions(struct walk *w)
{
	const struct sbom *s = w->sbom;

	w->ops->open_list(w->encoder, "compositions");
	w->ops->open_item(w->encoder, "composition");
	w->ops->text(w->encoder, "aggregate", s->complete ? STR("complete") : STR("incomplete"));
	w->ops->open_list(w->encoder, "assemblies");
	w->ops->reference(w->encoder, "assembly", s->root_ref);
	w->ops->close_list(w->encoder);
	w->ops->close(w->encoder);
	w->ops->close_list(w->encoder);
}

int cyclonedx_walk(const struct sbom *s, const struct cyclonedx_ops *ops, void *encoder,
		   struct err *err)
{
	struct walk w = {
		.sink = {add_property}, .sbom = s, .ops = ops, .encoder = encoder, .err = err};
	int r;

	put_metadata(&w);
	r = put_components(&w);
	if (r < 0)
		return r;
	put_dependencies(&w);
	put_compositions(&w);
	return cyclonedx_put_findings(s, ops, encoder, err);
}
