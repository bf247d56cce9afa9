/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google's Container-Optimized OS lists the ebuilds in its image:
 *
 *     {"installedPackages": [{"category": "sys-libs", "name": "zlib",
 *                             "version": "17162.336.17", "ebuild_version": "1.2.11-r5"}, ...],
 *      "buildTimePackages": [...]}
 *
 * `version` is that of the image the package was built for; it is what Google's advisories use, so
 * it is the version here and the ebuild's is kept beside it. Build-time packages are not installed.
 */
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

static int add(const struct json *entry, size_t i, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = STR("cos"),
		.name = json_get_str(entry, "name"),
		.version = json_get_str(entry, "version"),
	};
	struct err problem;
	int r;

	if (p.name.n == 0) {
		(void)err_set(&problem, ERR_FORMAT, "installedPackages[%zu]: no name", i);
		return pkg_sink_problem(sink, &problem);
	}
	attributes_add(&attrs, "category", json_get_str(entry, "category"));
	attributes_add(&attrs, "ebuild_version", json_get_str(entry, "ebuild_version"));
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *list;
	enum json_kind kind;
	int r = json_parse(in->bytes, &doc, err);

	if (r < 0)
		return r;
	list = json_get(doc, "installedPackages");
	kind = json_kind_of(list);
	if (json_kind_of(doc) != JSON_KIND_MAP ||
	    (kind != JSON_KIND_LIST && kind != JSON_KIND_ABSENT && kind != JSON_KIND_NULL))
		return err_set(err, ERR_FORMAT, "\"installedPackages\" is no list");
	for (size_t i = 0; r == 0 && i < json_len(list); i++)
		r = add(json_at(list, i), i, sink, err);
	return r;
}

static const char *const paths[] = {"etc/cos-package-info.json", NULL};

const struct pkgdb pkgdb_cos = {
	.id = "cos",
	.title = "Container-Optimized OS package list",
	.spec = "https://cloud.google.com/container-optimized-os/docs, cos-package-info.json",
	.paths = paths,
	.max_size = LIMIT_JSON_BYTES,
	.parse = parse,
};
