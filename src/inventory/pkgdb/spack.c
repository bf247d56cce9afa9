/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spack writes what it built, with all it depends on, into each prefix:
 *
 *     {"spec": {"_meta": {"version": 5}, "nodes": [
 *         {"name": "zlib", "version": "1.3.1", "hash": "abc..",
 *          "arch": {"platform": "linux", "platform_os": "ubuntu24.04",
 *                   "target": {"name": "skylake"}  or  "x86_64"},
 *          "external": {"path": "/usr"}  for what was there before Spack: not its package}, ...]}}
 *
 * Spec files older than format 2 have a list of {NAME: {...}} under "spec" itself.
 */
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

static int add(const struct json *node, struct str name, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	const struct json *arch = json_get(node, "arch"), *target = json_get(arch, "target");
	enum json_kind external = json_kind_of(json_get(node, "external"));
	struct package p = {
		.type = STR("spack"),
		.name = name,
		.version = json_get_str(node, "version"),
		.arch = json_str(target).n ? json_str(target) : json_get_str(target, "name"),
	};
	struct err problem;
	int r;

	if (external != JSON_KIND_ABSENT && external != JSON_KIND_NULL)
		return 0;
	if (p.name.n == 0 || p.version.n == 0) {
		(void)err_set(&problem, ERR_FORMAT, "node \"%.*s\": no %s",
			      STR_FMT(str_sub(p.name, 0, 100)), p.name.n ? "version" : "name");
		return pkg_sink_problem(sink, &problem);
	}
	attributes_add(&attrs, "hash", json_get_str(node, "hash"));
	attributes_add(&attrs, "platform", json_get_str(arch, "platform"));
	attributes_add(&attrs, "platform_os", json_get_str(arch, "platform_os"));
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int parse_nodes(const struct json *nodes, struct pkg_sink *sink, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_len(nodes); i++)
		r = add(json_at(nodes, i), json_get_str(json_at(nodes, i), "name"), sink, err);
	return r;
}

static int parse_old(const struct json *list, struct pkg_sink *sink, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_len(list); i++) {
		const struct json *node;
		struct str name;
		void *iter = NULL;

		while (r == 0 && json_each(json_at(list, i), &iter, &name, &node))
			r = add(node, name, sink, err);
	}
	return r;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *spec;
	int r = json_parse(in->bytes, &doc, err);

	if (r < 0)
		return r;
	spec = json_get(doc, "spec");
	if (json_kind_of(spec) == JSON_KIND_LIST)
		return parse_old(spec, sink, err);
	if (json_kind_of(json_get(spec, "nodes")) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "no list \"nodes\" in \"spec\"");
	return parse_nodes(json_get(spec, "nodes"), sink, err);
}

static const char *const paths[] = {"**/.spack/spec.json", NULL};

const struct pkgdb pkgdb_spack = {
	.id = "spack",
	.title = "Spack",
	.spec = "https://spack.readthedocs.io, lib/spack/spack/spec.py, to_dict",
	.paths = paths,
	.max_size = LIMIT_JSON_BYTES,
	.parse = parse,
};
