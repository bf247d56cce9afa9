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
 * The state is shorter than the package's own control file in info/ beside it; source, licence and
 * maintainer come from there when that file is in the same layer (opkg_info.c adds the rest).
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/opkg_stanza.h"

static int complete_from_control(const struct dpkg_dialect *dialect,
				 const struct dpkg_stanza *stanza, struct package *p,
				 struct pkg_sink *sink, struct err *err)
{
	const struct pkgdb_input *in = dialect->context;
	struct dpkg_stanza control;
	struct str path, bytes;
	struct deb822 d;

	path = arena_strf(sink->scratch, "%.*s/info/%.*s.control", STR_FMT(path_dir(in->path)),
			  STR_FMT(p->name));
	if (!path.p)
		return err_nomem(err);
	if (!pkg_sink_sibling(sink, path, &bytes))
		return opkg_complete(dialect, stanza, p, sink, err);
	d = deb822_make(bytes);
	if (dpkg_stanza_next(&d, &control, NULL) < 1 ||
	    !str_eq(control.field[DPKG_VERSION], p->version))
		return opkg_complete(dialect, stanza, p, sink, err);
	if (p->vendor.n == 0)
		p->vendor = control.field[DPKG_MAINTAINER];
	return opkg_complete(dialect, &control, p, sink, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	const struct dpkg_dialect dialect = {
		.type = "opkg",
		.complete = complete_from_control,
		.context = in,
	};

	return dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
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
