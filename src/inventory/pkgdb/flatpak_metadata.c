/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flatpak's own record of a deployment, flatpak/{app,runtime}/ID/ARCH/BRANCH/COMMIT/metadata:
 *
 *     [Application]                                  or [Runtime]
 *     name=org.gimp.GIMP
 *     runtime=org.gnome.Platform/x86_64/46
 *
 * It has no version. A runtime's branch is one ("46"), so a runtime is a package. An application
 * has its version in the AppStream data (flatpak.c); this adds to it, and stands in for it when the
 * deployment exports none.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

struct metadata {
	struct str name, runtime;
	bool is_runtime;
};

static struct metadata read_metadata(struct str bytes)
{
	struct metadata m = {0};
	struct str line, key, value, group = STR_NULL;

	while (str_pull_line(&bytes, &line)) {
		line = str_trim(line);
		if (str_has_prefix(line, STR("[")))
			group = line;
		if (!str_is(group, "[Application]") && !str_is(group, "[Runtime]"))
			continue;
		m.is_runtime |= str_is(group, "[Runtime]");
		if (!str_cut(line, '=', &key, &value))
			continue;
		if (str_is(str_trim(key), "name"))
			m.name = str_trim(value);
		else if (str_is(str_trim(key), "runtime"))
			m.runtime = str_trim(value);
	}
	return m;
}

static bool has_appstream(struct str dir, struct str name, struct pkg_sink *sink, bool *ret_nomem)
{
	static const struct {
		const char *before, *after;
	} forms[] = {
		{"metainfo/", ".metainfo.xml"},
		{"metainfo/", ".appdata.xml"},
		{"appdata/", ".appdata.xml"},
	};
	struct str bytes;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct str path =
			arena_strf(sink->scratch, "%.*s/export/share/%s%.*s%s", STR_FMT(dir),
				   forms[i].before, STR_FMT(name), forms[i].after);

		*ret_nomem |= !path.p;
		if (path.p && pkg_sink_sibling(sink, path, &bytes))
			return true;
	}
	return false;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct metadata m = read_metadata(in->bytes);
	struct str commit_dir = path_dir(in->path), branch_dir = path_dir(commit_dir);
	struct str branch = path_base(branch_dir);
	struct package p = {
		.type = STR("flatpak"),
		.name = m.name,
		.arch = path_base(path_dir(branch_dir)),
	};
	bool no_memory = false, add_only;
	int r;

	if (p.name.n == 0)
		return err_set(err, ERR_FORMAT, "no name in [Application] or [Runtime]");
	attributes_add(&attrs, "branch", branch);
	attributes_add(&attrs, "commit", path_base(commit_dir));
	attributes_add(&attrs, "runtime", m.is_runtime ? STR_NULL : m.runtime);
	r = attributes_get(&attrs, &p.attributes, err);
	if (r < 0)
		return r;
	if (m.is_runtime)
		p.version = branch;
	add_only = !m.is_runtime && has_appstream(commit_dir, m.name, sink, &no_memory);
	if (no_memory)
		return err_nomem(err);
	if (add_only)
		p.arch = STR_NULL; /* the AppStream record has none to be joined by */
	return add_only ? pkg_sink_fragment(sink, &p) : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/flatpak/app/*/*/*/*/metadata",
				    "**/flatpak/runtime/*/*/*/*/metadata", NULL};

const struct pkgdb pkgdb_flatpak_metadata = {
	.id = "flatpak_metadata",
	.title = "Flatpak deployments",
	.spec = "flatpak-metadata(5)",
	.paths = paths,
	.max_size = LIMIT_KEPT_FILE_BYTES,
	.parse = parse,
};
