/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opkg's status (OpenWrt, Yocto): dpkg's format, see dpkg_stanza.h.
 *
 *     Package: ubus
 *     Version: 2024.10.20~252a9b0c-r1
 *     Status: install user installed
 *     Architecture: x86_64
 *     Auto-Installed: yes
 *
 * The status says less than the package's own control file in info/ beside it; source, licence and
 * maintainer come from there when that file is in the same layer (opkg_info.c adds the rest).
 */
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "inventory/pkgdb/opkg_stanza.h"

struct opkg_run {
	struct str directory; /* of the status file */
	struct map asked;     /* names whose control file was read: once each, however often the
				 status repeats them */
};

/* The first stanza of the package's control file, if it is of that version. */
static int find_control(struct opkg_run *run, const struct package *p, struct dpkg_stanza *ret,
			bool *ret_found, struct pkg_sink *sink, struct err *err)
{
	struct str path, bytes;
	struct deb822 d;

	*ret_found = false;
	if (map_get(&run->asked, p->name))
		return 0;
	path = arena_strf(sink->scratch, "%.*s/info/%.*s.control", STR_FMT(run->directory),
			  STR_FMT(p->name));
	if (!path.p || map_put(&run->asked, p->name, run) < 0)
		return err_nomem(err);
	if (!pkg_sink_sibling(sink, path, &bytes))
		return 0;
	d = deb822_make(bytes);
	*ret_found =
		dpkg_stanza_next(&d, ret, NULL) > 0 && str_eq(ret->field[DPKG_VERSION], p->version);
	return 0;
}

static int complete_from_control(const struct dpkg_dialect *dialect,
				 const struct dpkg_stanza *stanza, struct package *p,
				 struct pkg_sink *sink, struct err *err)
{
	struct dpkg_stanza control;
	bool found;
	int r = find_control(dialect->context, p, &control, &found, sink, err);

	if (r < 0)
		return r;
	if (!found)
		return opkg_complete(dialect, stanza, p, sink, err);
	if (p->vendor.n == 0)
		p->vendor = control.field[DPKG_MAINTAINER];
	return opkg_complete(dialect, &control, p, sink, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct opkg_run run = {.directory = path_dir(in->path)};
	const struct dpkg_dialect dialect = {
		.type = "opkg",
		.complete = complete_from_control,
		.context = &run,
	};
	int r;

	map_init(&run.asked, LIMIT_PACKAGES);
	r = dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
	map_done(&run.asked);
	return r;
}

static const char *const paths[] = {"usr/lib/opkg/status", "var/lib/opkg/status", "lib/opkg/status",
				    NULL};

const struct pkgdb pkgdb_opkg = {
	.id = "opkg",
	.title = "opkg of OpenWrt and Yocto",
	.spec = "https://git.yoctoproject.org/opkg, pkg_parse.c; deb-control(5)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
