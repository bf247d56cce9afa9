/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX 2.3 in its tag-value form; what it says is worked out in spdx_document.c.
 *
 *     PackageName: curl
 *     SPDXID: SPDXRef-Package-deb-curl-0a1b2c3d4e5f60718293
 *
 * A value is one line: line breaks and control characters in it are written as \xHH, so that a
 * hostile name cannot bring tags of its own.
 */
#include "base/cleanup.h"
#include "render/render.h"
#include "render/spdx_document.h"
#include "render/text.h"

static void put(struct strbuf *out, const char *tag, struct str value)
{
	strbuf_adds(out, tag);
	strbuf_adds(out, ": ");
	(void)text_add(out, value, SIZE_MAX, true); /* its width does not matter */
	strbuf_addc(out, '\n');
}

static void put_opt(struct strbuf *out, const char *tag, struct str value)
{
	if (value.n)
		put(out, tag, value);
}

/* Fields that may hold anything stand in <text>; one that holds the end mark cannot end it. */
static void put_text(struct strbuf *out, const char *tag, struct str value)
{
	struct str end = STR("</text>");

	if (value.n == 0)
		return;
	strbuf_adds(out, tag);
	strbuf_adds(out, ": <text>");
	while (value.n) {
		size_t at = str_find(value, end);

		(void)text_add(out, str_sub(value, 0, at), SIZE_MAX, true); /* as above */
		if (at < value.n)
			strbuf_adds(out, "\\x3c/text>");
		value = str_skip(value, at + end.n);
	}
	strbuf_adds(out, "</text>\n");
}

static void put_purl(struct strbuf *out, struct str purl)
{
	if (str_is_empty(purl))
		return;
	strbuf_adds(out, "ExternalRef: PACKAGE-MANAGER purl ");
	(void)text_add(out, purl, SIZE_MAX, true); /* its width does not matter */
	strbuf_addc(out, '\n');
}

static void open_package(struct strbuf *out, struct str id, struct str name, struct str version)
{
	strbuf_addc(out, '\n');
	put(out, "PackageName", name);
	put(out, "SPDXID", id);
	put_opt(out, "PackageVersion", version);
}

static void close_package(struct strbuf *out, struct str license)
{
	put(out, "PackageLicenseConcluded", STR("NOASSERTION"));
	put(out, "PackageLicenseDeclared", license);
	put(out, "PackageCopyrightText", STR("NOASSERTION"));
}

static void put_download(struct strbuf *out)
{
	put(out, "PackageDownloadLocation", STR("NOASSERTION"));
	put(out, "FilesAnalyzed", STR("false"));
}

static void put_image(struct strbuf *out, const struct sbom *s)
{
	struct str hex;

	open_package(out, STR(SPDX_IMAGE_ID), s->name, s->version);
	put_download(out);
	if (sbom_sha256_hex(s->report->image.manifest_digest, &hex)) {
		strbuf_adds(out, "PackageChecksum: SHA256: ");
		strbuf_add(out, hex);
		strbuf_addc(out, '\n');
	}
	close_package(out, STR("NOASSERTION"));
	put_purl(out, s->purl);
	put(out, "PrimaryPackagePurpose", STR("CONTAINER"));
}

static void put_os(struct strbuf *out, const struct sbom *s)
{
	const struct distro *d = &s->report->distro;

	if (str_is_empty(s->os_ref))
		return;
	open_package(out, STR(SPDX_OS_ID), d->id, d->version_id);
	put_download(out);
	close_package(out, STR("NOASSERTION"));
	put_text(out, "PackageDescription", d->pretty_name);
	put(out, "PrimaryPackagePurpose", STR("OPERATING-SYSTEM"));
}

static void put_package(struct strbuf *out, const struct report_package *p,
			const struct spdx_package *sp)
{
	open_package(out, sp->id, p->p.name, p->p.version);
	put_opt(out, "PackageSupplier", sp->supplier);
	put_download(out);
	put_text(out, "PackageSourceInfo", sp->source_info);
	close_package(out, sp->license);
	put_text(out, "PackageComment", sp->comment);
	put_purl(out, p->purl);
}

static void put_licenses(struct strbuf *out, const struct vec *licenses)
{
	for (size_t i = 0; i < licenses->n; i++) {
		const struct spdx_license *l = vec_at(licenses, i);

		strbuf_addc(out, '\n');
		put(out, "LicenseID", l->id);
		put_text(out, "ExtractedText", l->text);
		put(out, "LicenseName", l->text);
	}
}

static void put_relationships(struct strbuf *out, const struct spdx_document *d)
{
	strbuf_adds(out, "\nRelationship: SPDXRef-DOCUMENT DESCRIBES " SPDX_IMAGE_ID "\n");
	if (d->sbom->os_ref.n)
		strbuf_adds(out, "Relationship: " SPDX_IMAGE_ID " CONTAINS " SPDX_OS_ID "\n");
	for (size_t i = 0; i < d->sbom->n_components; i++) {
		strbuf_adds(out, "Relationship: " SPDX_IMAGE_ID " CONTAINS ");
		strbuf_add(out, d->packages[i].id);
		strbuf_addc(out, '\n');
	}
}

static void put_document(struct strbuf *out, const struct spdx_document *d)
{
	const struct sbom *s = d->sbom;

	put(out, "SPDXVersion", STR("SPDX-2.3"));
	put(out, "DataLicense", STR("CC0-1.0"));
	put(out, "SPDXID", STR("SPDXRef-DOCUMENT"));
	put(out, "DocumentName", d->name);
	put(out, "DocumentNamespace", d->namespace);
	put_text(out, "DocumentComment", d->comment);
	put(out, "LicenseListVersion", STR("3.28"));
	put(out, "Creator", d->creator);
	put(out, "Created", d->created);
	put_image(out, s);
	put_os(out, s);
	for (size_t i = 0; i < s->n_components; i++)
		put_package(out, s->components[i].package, &d->packages[i]);
	put_licenses(out, &d->licenses);
	put_relationships(out, d);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	CLEANUP(sbom_done) struct sbom sbom;
	CLEANUP(spdx_document_done) struct spdx_document document = {0};
	int r = sbom_init(&sbom, report, err);

	if (r == 0)
		r = spdx_document_init(&document, &sbom, err);
	if (r < 0)
		return r;
	put_document(out, &document);
	return strbuf_check(out, err);
}

const struct renderer renderer_spdx = {
	.id = "spdx",
	.title = "SBOM, SPDX 2.3 in tag-value form",
	.media_type = "text/spdx",
	.render = render,
};
