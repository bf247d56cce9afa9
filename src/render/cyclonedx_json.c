/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX in JSON; what it says is in cyclonedx.c. */
#include "render/cyclonedx.h"

#include "base/cleanup.h"
#include "codec/json_writer.h"
#include "render/render.h"

static void open(void *w, const char *name)
{
	json_key(w, name);
	json_open_map(w);
}

static void close(void *w)
{
	json_close_map(w);
}

static void open_list(void *w, const char *name)
{
	json_key(w, name);
	json_open_list(w);
}

static void close_list(void *w)
{
	json_close_list(w);
}

/* Items have no name in JSON. */
static void open_item(void *w, const char *name)
{
	json_open_map(w);
}

static void text(void *w, const char *name, struct str value)
{
	json_put_str(w, name, value);
}

static void number(void *w, const char *name, double value)
{
	json_put_decimal(w, name, value, 1);
}

/* The key is "response", the value a list. */
static void word(void *w, const char *list, const char *item, struct str value)
{
	json_key(w, item);
	json_open_list(w);
	json_add_str(w, value);
	json_close_list(w);
}

static void property(void *w, const char *name, struct str value)
{
	json_open_map(w);
	json_put_text(w, "name", name);
	json_put_str(w, "value", value);
	json_close_map(w);
}

static void hash(void *w, const char *algorithm, struct str hex)
{
	json_open_map(w);
	json_put_text(w, "alg", algorithm);
	json_put_str(w, "content", hex);
	json_close_map(w);
}

static void reference(void *w, const char *name, struct str ref)
{
	json_add_str(w, ref);
}

static void expression(void *w, struct str text_)
{
	json_open_map(w);
	json_put_str(w, "expression", text_);
	json_close_map(w);
}

static void license(void *w, const char *field, struct str value)
{
	json_open_map(w);
	json_key(w, "license");
	json_open_map(w);
	json_put_str(w, field, value);
	json_close_map(w);
	json_close_map(w);
}

static void open_dependency(void *w, struct str ref)
{
	json_open_map(w);
	json_put_str(w, "ref", ref);
	json_key(w, "dependsOn");
	json_open_list(w);
}

static void close_dependency(void *w)
{
	json_close_list(w);
	json_close_map(w);
}

static const struct cyclonedx_ops ops = {
	.open = open,
	.close = close,
	.open_list = open_list,
	.close_list = close_list,
	.open_item = open_item,
	.attribute = text,
	.text = text,
	.number = number,
	.word = word,
	.property = property,
	.hash = hash,
	.reference = reference,
	.expression = expression,
	.license = license,
	.open_dependency = open_dependency,
	.close_dependency = close_dependency,
};

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	CLEANUP(sbom_done) struct sbom sbom;
	struct json_writer w;
	char serial[64];
	int r = sbom_init(&sbom, report, err);

	if (r < 0)
		return r;
	(void)snprintf(serial, sizeof serial, "urn:uuid:%s", sbom.uuid); /* 45 bytes */
	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	json_put_text(&w, "bomFormat", "CycloneDX");
	json_put_text(&w, "specVersion", "1.6");
	json_put_text(&w, "serialNumber", serial);
	json_put_uint(&w, "version", 1);
	r = cyclonedx_walk(&sbom, &ops, &w, err);
	if (r < 0)
		return r;
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

const struct renderer renderer_cyclonedx_json = {
	.id = "cyclonedx-json",
	.title = "SBOM, CycloneDX 1.6 in JSON",
	.media_type = "application/vnd.cyclonedx+json; version=1.6",
	.render = render,
};
