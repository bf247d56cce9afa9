/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Debian packages that went into a snap, which has no dpkg database of its own:
 *
 *     snap/manifest.yaml              usr/share/snappy/dpkg.yaml (base snaps)
 *       name: hello                     packages:
 *       version: "2.10"                 - adduser=3.118ubuntu2
 *       primed-stage-packages:          - libc6:amd64=2.35-0ubuntu3
 *       - libc6=2.35-0ubuntu3
 *       parts:
 *         x: {stage-packages: [a=1, b=2]}
 *
 * What was primed is in the snap; of a part's stage packages some files may have been left out, so
 * they count only where no primed list is there. snap/snapcraft.yaml, the recipe, may lie beside
 * it; its package names have no versions. The snap itself comes from meta/snap.yaml (snap.c), from
 * these only when that is missing.
 */
#include "base/limits.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "inventory/pkgdb.h"

/* NAME[:ARCH]=VERSION; an entry without version is only a wish of a recipe. */
static int add_deb(struct str entry, struct pkg_sink *sink)
{
	struct package p = {.type = STR("deb")};

	if (!str_cut(str_trim(entry), '=', &p.name, &p.version) || p.version.n == 0)
		return 0;
	(void)str_cut(p.name, ':', &p.name, &p.arch);
	return p.name.n ? pkg_sink_add(sink, &p) : 0;
}

static int add_debs(const struct yaml_node *list, struct pkg_sink *sink)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < yaml_len(list); i++)
		r = add_deb(yaml_str(yaml_at(list, i)), sink);
	return r;
}

static int add_parts(const struct yaml_node *parts, struct pkg_sink *sink)
{
	const struct yaml_node *key, *part;
	int r = 0;

	for (size_t i = 0; r == 0 && yaml_entry(parts, i, &key, &part); i++)
		r = add_debs(yaml_get(part, "stage-packages"), sink);
	return r;
}

static int add_snap(const struct pkgdb_input *in, const struct yaml_node *doc,
		    struct pkg_sink *sink, struct err *err)
{
	struct str root = path_dir(path_dir(in->path)), meta, bytes;
	const struct package p = {
		.type = STR("snap"),
		.name = yaml_get_str(doc, "name"),
		.version = yaml_get_str(doc, "version"),
	};

	/* A recipe may leave the version to the build ("git", or none). */
	if (p.name.n == 0 || p.version.n == 0 || str_is(p.version, "git"))
		return 0;
	meta = arena_strf(sink->scratch, "%.*s%smeta/snap.yaml", STR_FMT(root), root.n ? "/" : "");
	if (!meta.p)
		return err_nomem(err);
	return pkg_sink_sibling(sink, meta, &bytes) ? 0 : pkg_sink_add(sink, &p);
}

static bool stands_behind_manifest(const struct pkgdb_input *in, struct pkg_sink *sink,
				   bool *ret_nomem)
{
	struct str path, bytes;

	if (!str_is(path_base(in->path), "snapcraft.yaml"))
		return false;
	path = arena_strf(sink->scratch, "%.*s/manifest.yaml", STR_FMT(path_dir(in->path)));
	*ret_nomem = !path.p;
	return path.p && pkg_sink_sibling(sink, path, &bytes);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	const struct yaml_node *doc, *primed;
	bool no_memory = false;
	int r;

	if (stands_behind_manifest(in, sink, &no_memory))
		return 0;
	r = no_memory ? err_nomem(err) : yaml_parse(in->bytes, &file, err);
	if (r < 0)
		return r;
	doc = yaml_document(file, 0);
	if (yaml_kind_of(doc) != YAML_MAP)
		return err_set(err, ERR_FORMAT, "line 1: expected a map");
	if (!str_is(path_base(in->path), "dpkg.yaml"))
		r = add_snap(in, doc, sink, err);
	if (r == 0)
		r = add_debs(yaml_get(doc, "packages"), sink);
	primed = yaml_get(doc, "primed-stage-packages");
	if (r == 0)
		r = primed ? add_debs(primed, sink) : add_parts(yaml_get(doc, "parts"), sink);
	return r;
}

static const char *const paths[] = {
	"snap/manifest.yaml",
	"snap/snapcraft.yaml",
	"snap/*/*/snap/manifest.yaml",
	"snap/*/*/usr/share/snappy/dpkg.yaml",
	"usr/share/snappy/dpkg.yaml",
	"var/lib/snapd/snap/*/*/snap/manifest.yaml",
	"var/lib/snapd/snap/*/*/usr/share/snappy/dpkg.yaml",
	NULL,
};

const struct pkgdb pkgdb_snap_manifest = {
	.id = "snap_manifest",
	.title = "Debian packages inside snaps",
	.spec = "https://snapcraft.io/docs, snapcraft manifest",
	.paths = paths,
	.max_size = LIMIT_YAML_BYTES,
	.parse = parse,
};
