/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX in XML; what it says is in cyclonedx.c. */
#include "render/cyclonedx.h"

#include "base/cleanup.h"
#include "codec/xml_writer.h"
#include "render/render.h"

/* Maps, lists and their items are all elements. */
static void open(void *w, const char *name)
{
	xml_open(w, name);
}

static void close(void *w)
{
	xml_close(w);
}

static void attribute(void *w, const char *name, struct str value)
{
	xml_attr(w, name, value);
}

static void text(void *w, const char *name, struct str value)
{
	xml_text(w, name, value);
}

/* xs:decimal; by whole numbers, so that no locale has a say. */
static void number(void *w, const char *name, double value)
{
	int tenths = (int)(value * 10 + 0.5);
	char digits[32];

	(void)snprintf(digits, sizeof digits, "%d.%d", tenths / 10, tenths % 10);
	xml_text(w, name, str_of(digits));
}

static void word(void *w, const char *list, const char *item, struct str value)
{
	xml_open(w, list);
	xml_text(w, item, value);
	xml_close(w);
}

static void property(void *w, const char *name, struct str value)
{
	xml_open(w, "property");
	xml_attr(w, "name", str_of(name));
	xml_content(w, value);
	xml_close(w);
}

static void hash(void *w, const char *algorithm, struct str hex)
{
	xml_open(w, "hash");
	xml_attr(w, "alg", str_of(algorithm));
	xml_content(w, hex);
	xml_close(w);
}

static void reference(void *w, const char *name, struct str ref)
{
	xml_open(w, name);
	xml_attr(w, "ref", ref);
	xml_close(w);
}

static void expression(void *w, struct str value)
{
	xml_text(w, "expression", value);
}

static void license(void *w, const char *field, struct str value)
{
	xml_open(w, "license");
	xml_text(w, field, value);
	xml_close(w);
}

static void open_dependency(void *w, struct str ref)
{
	xml_open(w, "dependency");
	xml_attr(w, "ref", ref);
}

static const struct cyclonedx_ops ops = {
	.open = open,
	.close = close,
	.open_list = open,
	.close_list = close,
	.open_item = open,
	.attribute = attribute,
	.text = text,
	.number = number,
	.word = word,
	.property = property,
	.hash = hash,
	.reference = reference,
	.expression = expression,
	.license = license,
	.open_dependency = open_dependency,
	.close_dependency = close,
};

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	CLEANUP(sbom_done) struct sbom sbom;
	struct xml_writer w;
	char serial[64];
	int r = sbom_init(&sbom, report, err);

	if (r < 0)
		return r;
	(void)snprintf(serial, sizeof serial, "urn:uuid:%s", sbom.uuid); /* 45 bytes */
	xml_writer_init(&w, out);
	xml_open(&w, "bom");
	xml_attr(&w, "xmlns", STR("http://cyclonedx.org/schema/bom/1.6"));
	xml_attr(&w, "serialNumber", str_of(serial));
	xml_attr(&w, "version", STR("1"));
	r = cyclonedx_walk(&sbom, &ops, &w, err);
	if (r < 0)
		return r;
	xml_close(&w);
	return strbuf_check(out, err);
}

const struct renderer renderer_cyclonedx_xml = {
	.id = "cyclonedx-xml",
	.title = "SBOM, CycloneDX 1.6 in XML",
	.media_type = "application/vnd.cyclonedx+xml; version=1.6",
	.render = render,
};
