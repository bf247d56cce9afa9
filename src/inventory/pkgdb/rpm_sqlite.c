/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm's database since 4.16, rpmdb.sqlite: table Packages (hnum INTEGER PRIMARY KEY, blob BLOB).
 *
 * The other tables are indexes into the same headers and are not read.
 */
#include <inttypes.h>

#include "base/limits.h"
#include "codec/sqlite_image.h"
#include "inventory/pkgdb/rpm_header.h"

struct rows {
	struct rpm_records recs;
	int64_t last;	    /* hnum of the row before */
	uint64_t bytes;	    /* of all blobs so far */
	uint64_t max_bytes; /* of the files: a damaged tree can show the same bytes for ever */
};

static int add_row(void *ctx, const struct sqlite_row *row, struct err *err)
{
	struct rows *rows = ctx;
	struct str blob = sqlite_row_str(row, 1);
	char where[32];
	int64_t hnum = 0;

	if (!sqlite_row_int(row, 0, &hnum) || hnum <= rows->last)
		return err_set(err, ERR_FORMAT, "hnum %" PRId64 " after hnum %" PRId64, hnum,
			       rows->last);
	rows->last = hnum;
	rows->bytes += blob.n;
	if (rows->bytes > rows->max_bytes)
		return err_set(err, ERR_FORMAT, "hnum %" PRId64 ": more bytes than the file has",
			       hnum);
	(void)snprintf(where, sizeof where, "hnum %" PRId64, hnum);
	return rpm_records_add(&rows->recs, blob, where, err);
}

/* A log that cannot be used is a problem; the database is read as it is then. */
static int open_image(const struct pkgdb_input *in, struct str wal, struct pkg_sink *sink,
		      struct sqlite_image **ret, struct err *err)
{
	struct err why = {0};
	int r = sqlite_image_open(in->bytes, wal, ret, &why);

	if (r == -ERR_FORMAT && str_has_prefix(str_of(why.msg), STR("write-ahead log"))) {
		r = pkg_sink_problem(sink, &why);
		return r < 0 ? r : sqlite_image_open(in->bytes, STR_NULL, ret, err);
	}
	return r < 0 ? err_set(err, why.code, "%s", why.msg) : 0;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	struct rows rows = {.recs = RPM_RECORDS_INIT(sink), .last = INT64_MIN};
	struct str wal = STR_NULL, wal_path;
	int r;

	wal_path = arena_strf(sink->scratch, "%.*s-wal", STR_FMT(in->path));
	if (!wal_path.p)
		return err_nomem(err);
	(void)pkg_sink_sibling(sink, wal_path, &wal); /* mostly there is none */
	rows.max_bytes = (uint64_t)in->bytes.n + wal.n;
	r = open_image(in, wal, sink, &db, err);
	if (r == 0 && !sqlite_image_has_table(db, "Packages"))
		r = err_set(err, ERR_FORMAT, "no ordinary table Packages");
	if (r == 0)
		r = sqlite_image_each(db, "SELECT rowid, [blob] FROM main.[Packages] NOT INDEXED",
				      add_row, &rows, err);
	rpm_records_done(&rows.recs);
	return r;
}

static const char *const paths[] = {
	"var/lib/rpm/rpmdb.sqlite",
	"usr/lib/sysimage/rpm/rpmdb.sqlite",
	"usr/share/rpm/rpmdb.sqlite",
	NULL,
};

const struct pkgdb pkgdb_rpm_sqlite = {
	.id = "rpm-sqlite",
	.title = "rpm, SQLite",
	.spec = "https://github.com/rpm-software-management/rpm, lib/backend/sqlite.cc",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.parse = parse,
};
