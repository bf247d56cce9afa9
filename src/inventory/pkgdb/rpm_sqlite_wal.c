/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The write-ahead log beside rpmdb.sqlite: kept for rpm_sqlite.c, which asks for it by path. Empty
 * after an orderly close.
 */
#include "base/limits.h"
#include "inventory/pkgdb.h"

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	return 0;
}

static const char *const paths[] = {
	"var/lib/rpm/rpmdb.sqlite-wal",
	"usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
	"usr/share/rpm/rpmdb.sqlite-wal",
	NULL,
};

const struct pkgdb pkgdb_rpm_sqlite_wal = {
	.id = "rpm-sqlite-wal",
	.title = "rpm, write-ahead log of the SQLite database",
	.spec = "https://www.sqlite.org/fileformat2.html#the_write_ahead_log",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY | PKGDB_SIBLING_ONLY,
	.parse = parse,
};
