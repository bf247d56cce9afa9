/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snap describes itself in meta/snap.yaml: at the root of an image that is one unpacked snap, or
 * below the mount point snap/NAME/REVISION of an installed one.
 *
 *     name: core
 *     version: 16-2.61.4
 *     type: os                       app when absent
 *     grade: stable
 *     confinement: strict
 *     base: core22
 *     architectures: [amd64]
 *     license: GPL-3.0
 */
#include "base/limits.h"
#include "codec/yaml.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

enum { ARCHITECTURES_MAX = 16 };

/* One architecture, or several joined by commas; "all" is every one. */
static struct str architectures(const struct yaml_node *list, struct arena *a)
{
	struct str joined = yaml_str(yaml_at(list, 0));

	if (joined.n == 0)
		return STR("");
	for (size_t i = 1; joined.p && i < yaml_len(list) && i < ARCHITECTURES_MAX; i++)
		joined = arena_strf(a, "%.*s,%.*s", STR_FMT(joined),
				    STR_FMT(yaml_str(yaml_at(list, i))));
	return joined;
}

static int add_attributes(struct package *p, const struct yaml_node *doc, struct attributes *attrs,
			  struct err *err)
{
	attributes_add(attrs, "base", yaml_get_str(doc, "base"));
	attributes_add(attrs, "confinement", yaml_get_str(doc, "confinement"));
	attributes_add(attrs, "grade", yaml_get_str(doc, "grade"));
	attributes_add(attrs, "type", yaml_get_str(doc, "type"));
	return attributes_get(attrs, &p->attributes, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("snap")};
	const struct yaml_node *doc;
	struct str license;
	int r = yaml_parse(in->bytes, &file, err);

	if (r < 0)
		return r;
	doc = yaml_document(file, 0);
	p.name = yaml_get_str(doc, "name");
	p.version = yaml_get_str(doc, "version");
	if (p.name.n == 0 || p.version.n == 0)
		return err_set(err, ERR_FORMAT, "no %s", p.name.n ? "version" : "name");
	p.arch = architectures(yaml_get(doc, "architectures"), sink->scratch);
	if (!p.arch.p)
		return err_nomem(err);
	license = yaml_get_str(doc, "license");
	if (license.n)
		p.licenses = (struct str_list){&license, 1};
	r = add_attributes(&p, doc, &attrs, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"meta/snap.yaml", "snap/*/*/meta/snap.yaml",
				    "var/lib/snapd/snap/*/*/meta/snap.yaml", NULL};

const struct pkgdb pkgdb_snap = {
	.id = "snap",
	.title = "Snaps",
	.spec = "https://snapcraft.io/docs/snap-format",
	.paths = paths,
	.max_size = LIMIT_YAML_BYTES,
	.parse = parse,
};
