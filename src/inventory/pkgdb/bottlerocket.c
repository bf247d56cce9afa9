/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bottlerocket has no package manager at run time; its build leaves a list of what is in the image:
 *
 *     {"Content": [{"Name": "glibc", "Version": "2.38", "Release": "1.1700000000.br1",
 *                   "Epoch": "0", "Architecture": "x86_64", "Publisher": "Bottlerocket",
 *                   "Url": "https://..."}, ...]}
 */
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

/* [epoch:]version[-release], as an rpm has it: the packages are built from spec files. */
static struct str full_version(const struct json *entry, struct arena *a)
{
	struct str epoch = json_get_str(entry, "Epoch"), release = json_get_str(entry, "Release");
	struct str version = json_get_str(entry, "Version");

	if (str_is(epoch, "0"))
		epoch = STR_NULL;
	return arena_strf(a, "%.*s%s%.*s%s%.*s", STR_FMT(epoch), epoch.n ? ":" : "",
			  STR_FMT(version), release.n ? "-" : "", STR_FMT(release));
}

static int add(const struct json *entry, size_t i, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = STR("bottlerocket"),
		.name = json_get_str(entry, "Name"),
		.version = full_version(entry, sink->scratch),
		.arch = json_get_str(entry, "Architecture"),
		.vendor = json_get_str(entry, "Publisher"),
	};
	struct err problem;
	int r;

	if (!p.version.p)
		return err_nomem(err);
	if (p.name.n == 0) {
		(void)err_set(&problem, ERR_FORMAT, "Content[%zu]: no Name", i);
		return pkg_sink_problem(sink, &problem);
	}
	attributes_add(&attrs, "url", json_get_str(entry, "Url"));
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *content;
	int r = json_parse(in->bytes, &doc, err);

	if (r < 0)
		return r;
	content = json_get(doc, "Content");
	if (json_kind_of(content) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "no list \"Content\"");
	for (size_t i = 0; r == 0 && i < json_len(content); i++)
		r = add(json_at(content, i), i, sink, err);
	return r;
}

static const char *const paths[] = {"usr/share/bottlerocket/application-inventory.json", NULL};

const struct pkgdb pkgdb_bottlerocket = {
	.id = "bottlerocket",
	.title = "Bottlerocket application inventory",
	.spec = "https://github.com/bottlerocket-os/bottlerocket, application-inventory.json",
	.paths = paths,
	.max_size = LIMIT_JSON_BYTES,
	.parse = parse,
};
