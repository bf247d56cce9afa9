/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opkg's files about single packages: info/NAME.control, a stanza as in status but without Status,
 * and info/NAME.list, the paths it installed.
 *
 *     /etc/config/network<TAB>0100644                 mode, and target of a link, are optional
 *
 * Where a status file stands beside info/, it decides what is installed, and a control file only
 * adds licence and attributes. Where there is none (it was removed, or the package was copied into
 * the image) each control file is a package.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/file_list.h"
#include "inventory/pkgdb/opkg_stanza.h"

static int parse_control(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct str status, bytes;
	struct dpkg_dialect dialect = {
		.type = "opkg",
		.status_is_optional = true,
		.complete = opkg_complete,
	};

	status = arena_strf(sink->scratch, "%.*s/status", STR_FMT(path_dir(path_dir(in->path))));
	if (!status.p)
		return err_nomem(err);
	dialect.as_fragment = pkg_sink_sibling(sink, status, &bytes);
	return dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
}

static int parse_list(const struct pkgdb_input *in, struct str name, struct pkg_sink *sink,
		      struct err *err)
{
	CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
	struct package p = {.type = STR("opkg"), .name = name};
	struct str rest = in->bytes, line;
	int r = 0;

	while (r == 0 && str_pull_line(&rest, &line))
		if (line.n)
			r = file_list_add(&files, str_sub(line, 0, str_find_char(line, '\t')), err);
	if (r == 0)
		r = file_list_drop_parents(&files, err);
	p.files = file_list_get(&files);
	return r < 0 || p.files.n == 0 ? r : pkg_sink_fragment(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct str name, suffix;

	if (!str_rcut(path_base(in->path), '.', &name, &suffix) || name.n == 0)
		return err_set(err, ERR_FORMAT, "file name is no NAME.control or NAME.list");
	return str_is(suffix, "list") ? parse_list(in, name, sink, err)
				      : parse_control(in, sink, err);
}

static const char *const paths[] = {"usr/lib/opkg/info/*.control",
				    "usr/lib/opkg/info/*.list",
				    "var/lib/opkg/info/*.control",
				    "var/lib/opkg/info/*.list",
				    "lib/opkg/info/*.control",
				    "lib/opkg/info/*.list",
				    NULL};

const struct pkgdb pkgdb_opkg_info = {
	.id = "opkg_info",
	.title = "control files and file lists of opkg packages",
	.spec = "https://git.yoctoproject.org/opkg, pkg.c; deb-control(5)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
