/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 in JSON; what it says is worked out in spdx_document.c. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json_writer.h"
#include "render/render.h"
#include "render/spdx_document.h"

static void put_creation(struct json_writer *w, const struct spdx_document *d)
{
	json_key(w, "creationInfo");
	json_open_map(w);
	json_put_str(w, "created", d->created);
	json_key(w, "creators");
	json_open_list(w);
	json_add_str(w, d->creator);
	json_close_list(w);
	json_put_text(w, "licenseListVersion", "3.28");
	json_close_map(w);
}

static void put_purl(struct json_writer *w, struct str purl)
{
	if (str_is_empty(purl))
		return;
	json_key(w, "externalRefs");
	json_open_list(w);
	json_open_map(w);
	json_put_text(w, "referenceCategory", "PACKAGE-MANAGER");
	json_put_str(w, "referenceLocator", purl);
	json_put_text(w, "referenceType", "purl");
	json_close_map(w);
	json_close_list(w);
}

static void put_checksum(struct json_writer *w, struct str digest)
{
	struct str hex;

	if (!sbom_sha256_hex(digest, &hex))
		return;
	json_key(w, "checksums");
	json_open_list(w);
	json_open_map(w);
	json_put_text(w, "algorithm", "SHA256");
	json_put_str(w, "checksumValue", hex);
	json_close_map(w);
	json_close_list(w);
}

/* ---- annotations ---- */

/* Facts without a field, a line each: "name=value", where "%0A" is a line's end. */
struct fact_lines {
	struct sbom_property_sink base;
	struct strbuf text;
};

static void add_fact(struct sbom_property_sink *sink, const char *name, struct str value)
{
	struct strbuf *sb = &((struct fact_lines *)sink)->text; /* the base is its first member */

	strbuf_adds(sb, sb->n ? "\n" : "");
	strbuf_adds(sb, name);
	strbuf_addc(sb, '=');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\n' || c == '%' || c == '\r')
			strbuf_addf(sb, "%%%02X", (unsigned)c);
		else
			strbuf_addc(sb, c);
	}
}

static void put_facts(struct json_writer *w, const struct spdx_document *d,
		      const struct strbuf *facts)
{
	if (facts->error != ERR_OK && w->out->error == ERR_OK)
		w->out->error = facts->error;
	if (facts->n == 0)
		return;
	json_key(w, "annotations");
	json_open_list(w);
	json_open_map(w);
	json_put_str(w, "annotationDate", d->created);
	json_put_text(w, "annotationType", "OTHER");
	json_put_str(w, "annotator", d->creator);
	json_put_str(w, "comment", strbuf_str(facts));
	json_close_map(w);
	json_close_list(w);
}

/* ---- packages ---- */

/* The fields that every package has, in the order of the specification. */
static void open_package(struct json_writer *w, struct str id, struct str name, struct str version)
{
	json_open_map(w);
	json_put_str(w, "SPDXID", id);
	json_put_str(w, "name", name);
	json_put_opt(w, "versionInfo", version);
	json_put_text(w, "downloadLocation", "NOASSERTION");
	json_put_bool(w, "filesAnalyzed", false);
}

static void close_package(struct json_writer *w, struct str license, const char *purpose)
{
	json_put_text(w, "licenseConcluded", "NOASSERTION");
	json_put_str(w, "licenseDeclared", license);
	json_put_text(w, "copyrightText", "NOASSERTION");
	if (purpose)
		json_put_text(w, "primaryPackagePurpose", purpose);
	json_close_map(w);
}

static void put_image(struct json_writer *w, const struct spdx_document *d)
{
	const struct sbom *s = d->sbom;
	struct fact_lines facts = {{add_fact}, STRBUF_INIT(LIMIT_ARENA_BYTES)};

	sbom_image_properties(s, &facts.base);
	open_package(w, STR(SPDX_IMAGE_ID), s->name, s->version);
	put_checksum(w, s->report->image.manifest_digest);
	put_purl(w, s->purl);
	put_facts(w, d, &facts.text);
	close_package(w, STR("NOASSERTION"), "CONTAINER");
	strbuf_done(&facts.text);
}

static void put_os(struct json_writer *w, const struct spdx_document *d)
{
	const struct distro *distro = &d->sbom->report->distro;
	struct fact_lines facts = {{add_fact}, STRBUF_INIT(LIMIT_ARENA_BYTES)};

	if (str_is_empty(d->sbom->os_ref))
		return;
	sbom_os_properties(d->sbom, &facts.base);
	if (distro->cpe.n)
		add_fact(&facts.base, "plimsoll:distro:cpe", distro->cpe);
	open_package(w, STR(SPDX_OS_ID), distro->id, distro->version_id);
	json_put_opt(w, "description", distro->pretty_name);
	put_facts(w, d, &facts.text);
	close_package(w, STR("NOASSERTION"), "OPERATING_SYSTEM");
	strbuf_done(&facts.text);
}

static void put_package(struct json_writer *w, const struct spdx_document *d,
			const struct report_package *p, const struct spdx_package *sp)
{
	struct fact_lines facts = {{add_fact}, STRBUF_INIT(LIMIT_ARENA_BYTES)};

	sbom_package_properties(p, &facts.base);
	if (p->p.namespace.n)
		add_fact(&facts.base, "plimsoll:package:namespace", p->p.namespace);
	if (p->p.vendor.n)
		add_fact(&facts.base, "plimsoll:package:vendor", p->p.vendor);
	open_package(w, sp->id, p->p.name, p->p.version);
	json_put_opt(w, "supplier", sp->supplier);
	json_put_opt(w, "sourceInfo", sp->source_info);
	json_put_opt(w, "comment", sp->comment);
	put_purl(w, p->purl);
	put_facts(w, d, &facts.text);
	close_package(w, sp->license, NULL);
	strbuf_done(&facts.text);
}

static void put_packages(struct json_writer *w, const struct spdx_document *d)
{
	const struct sbom *s = d->sbom;

	json_key(w, "packages");
	json_open_list(w);
	put_image(w, d);
	put_os(w, d);
	for (size_t i = 0; i < s->n_components; i++)
		put_package(w, d, s->components[i].package, &d->packages[i]);
	json_close_list(w);
}

static void put_licenses(struct json_writer *w, const struct vec *licenses)
{
	if (licenses->n == 0)
		return;
	json_key(w, "hasExtractedLicensingInfos");
	json_open_list(w);
	for (size_t i = 0; i < licenses->n; i++) {
		const struct spdx_license *l = vec_at(licenses, i);

		json_open_map(w);
		json_put_str(w, "licenseId", l->id);
		json_put_str(w, "name", l->text);
		json_put_str(w, "extractedText", l->text);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_relationship(struct json_writer *w, const char *from, const char *type,
			     struct str to)
{
	json_open_map(w);
	json_put_text(w, "spdxElementId", from);
	json_put_text(w, "relationshipType", type);
	json_put_str(w, "relatedSpdxElement", to);
	json_close_map(w);
}

static void put_relationships(struct json_writer *w, const struct spdx_document *d)
{
	json_key(w, "relationships");
	json_open_list(w);
	put_relationship(w, "SPDXRef-DOCUMENT", "DESCRIBES", STR(SPDX_IMAGE_ID));
	if (d->sbom->os_ref.n)
		put_relationship(w, SPDX_IMAGE_ID, "CONTAINS", STR(SPDX_OS_ID));
	for (size_t i = 0; i < d->sbom->n_components; i++)
		put_relationship(w, SPDX_IMAGE_ID, "CONTAINS", d->packages[i].id);
	json_close_list(w);
}

static void put_document(struct json_writer *w, const struct spdx_document *d)
{
	json_open_map(w);
	json_put_text(w, "spdxVersion", "SPDX-2.3");
	json_put_text(w, "dataLicense", "CC0-1.0");
	json_put_text(w, "SPDXID", "SPDXRef-DOCUMENT");
	json_put_str(w, "name", d->name);
	json_put_str(w, "documentNamespace", d->namespace);
	json_put_opt(w, "comment", d->comment);
	put_creation(w, d);
	put_packages(w, d);
	put_licenses(w, &d->licenses);
	put_relationships(w, d);
	json_close_map(w);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	CLEANUP(sbom_done) struct sbom sbom;
	CLEANUP(spdx_document_done) struct spdx_document document = {0};
	struct json_writer w;
	int r = sbom_init(&sbom, report, err);

	if (r == 0)
		r = spdx_document_init(&document, &sbom, err);
	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_INDENT);
	put_document(&w, &document);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

const struct renderer renderer_spdx_json = {
	.id = "spdx-json",
	.title = "SBOM, SPDX 2.3 in JSON",
	.media_type = "application/spdx+json",
	.render = render,
};
