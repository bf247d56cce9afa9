/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files belong to a package of dpkg: var/lib/dpkg/info/NAME[:ARCH].list, a path a line.
 *
 *     /.
 *     /usr
 *     /usr/bin
 *     /usr/bin/hello
 *
 * Directories are listed like files. One that is the parent of another entry is left out; an empty
 * one that the package ships stays. NAME.md5sums is read only where the .list is missing, as in
 * images from which .list files were removed.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/dpkg_files.h"

static int parse_list(struct str bytes, struct file_list *files, struct err *err)
{
	struct str line;
	int r = 0;

	while (r == 0 && str_pull_line(&bytes, &line))
		if (line.n)
			r = file_list_add(files, line, err);
	return r < 0 ? r : file_list_drop_parents(files, err);
}

static int find_list(struct str path_of_md5sums, struct pkg_sink *sink, bool *ret_found,
		     struct err *err)
{
	struct str stem, suffix, bytes, list;

	(void)str_rcut(path_of_md5sums, '.', &stem, &suffix); /* it ends in .md5sums */
	list = arena_strf(sink->scratch, "%.*s.list", STR_FMT(stem));
	if (!list.p)
		return err_nomem(err);
	*ret_found = pkg_sink_sibling(sink, list, &bytes);
	return 0;
}

static int parse_md5sums(const struct pkgdb_input *in, struct file_list *files, struct err *err)
{
	bool found = false;
	int r = find_list(in->path, files->sink, &found, err);

	return r < 0 || found ? r : dpkg_md5sums_parse(in->bytes, files, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
	struct package p = {.type = STR("deb")};
	struct str stem, suffix;
	int r;

	if (!str_rcut(path_base(in->path), '.', &stem, &suffix) || stem.n == 0)
		return err_set(err, ERR_FORMAT, "file name is no NAME.list or NAME.md5sums");
	if (!str_cut(stem, ':', &p.name, &p.arch))
		p.name = stem;
	if (p.name.n == 0)
		return err_set(err, ERR_FORMAT, "no package name before ':' in the file name");
	r = str_is(suffix, "md5sums") ? parse_md5sums(in, &files, err)
				      : parse_list(in->bytes, &files, err);
	p.files = file_list_get(&files);
	return r < 0 || p.files.n == 0 ? r : pkg_sink_fragment(sink, &p);
}

static const char *const paths[] = {"var/lib/dpkg/info/*.list", "var/lib/dpkg/info/*.md5sums",
				    NULL};

const struct pkgdb pkgdb_dpkg_info = {
	.id = "dpkg_info",
	.title = "file lists of dpkg packages",
	.spec = "dpkg(1), section FILES; dpkg-query(1) --listfiles",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
