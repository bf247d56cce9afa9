/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg's database of installed packages: one stanza a package, see dpkg_stanza.h.
 *
 *     Package: bash
 *     Status: install ok installed
 *     Architecture: amd64
 *     Source: bash (5.2.15-2)
 *     Version: 5.2.15-2+b13
 *
 * A stanza without Status counts as not installed, as for dpkg itself. Which files belong to a
 * package is in var/lib/dpkg/info (dpkg_info.c), its licences are in usr/share/doc
 * (dpkg_copyright.c).
 */
#include "base/limits.h"
#include "inventory/pkgdb/dpkg_stanza.h"

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	static const struct dpkg_dialect dialect = {.type = "deb"};

	return dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
}

static const char *const paths[] = {"var/lib/dpkg/status", "usr/lib/dpkg/status", NULL};

const struct pkgdb pkgdb_dpkg = {
	.id = "dpkg",
	.title = "dpkg of Debian and its relatives",
	.spec = "deb822(5), deb-control(5), dpkg-query(1)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
