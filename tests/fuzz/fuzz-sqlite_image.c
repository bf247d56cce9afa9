/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database and its log, of any bytes: the first two bytes of the input say how long the log at
 * its end is.
 */
#include <assert.h>

#include "codec/sqlite_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int row(void *ctx, const struct sqlite_row *r, struct err *err)
{
	int64_t n;

	(void)err;
	*(size_t *)ctx += sqlite_row_str(r, 0).n + sqlite_row_int(r, 1, &n);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	struct str bytes = str_make(data, size), wal;
	struct err err = {0};
	size_t n = 0, wal_n;

	if (size < 2)
		return 0;
	wal_n = (size_t)data[0] << 8 | data[1];
	bytes = str_skip(bytes, 2);
	wal_n = wal_n > bytes.n ? bytes.n : wal_n;
	wal = str_skip(bytes, bytes.n - wal_n);
	bytes = str_sub(bytes, 0, bytes.n - wal_n);
	if (sqlite_image_open(bytes, wal, &db, &err) < 0 ||
	    sqlite_image_each(db, "SELECT path, deriver FROM ValidPaths ORDER BY id", row, &n,
			      &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	return 0;
}
