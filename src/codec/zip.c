/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/zip.h"

#include <archive.h>
#include <archive_entry.h>

#define BLOCK_BYTES ((size_t)64 << 10)

struct zip {
	struct archive *archive;
	uint64_t n_entries;
};

static int failure(const struct zip *z, struct err *err)
{
	const char *text = archive_error_string(z->archive);

	return err_set(err, ERR_FORMAT, "zip: member %llu: %s", (unsigned long long)z->n_entries,
		       text ? text : "damaged");
}

int zip_open(int fd, struct zip **ret, struct err *err)
{
	struct zip *z = calloc(1, sizeof *z);

	if (!z)
		return err_nomem(err);
	z->archive = archive_read_new();
	if (!z->archive || archive_read_support_format_zip_seekable(z->archive) != ARCHIVE_OK) {
		zip_close(z);
		return err_nomem(err);
	}
	if (archive_read_open_fd(z->archive, fd, BLOCK_BYTES) != ARCHIVE_OK) {
		const char *text = archive_error_string(z->archive);
		int r = err_set(err, ERR_FORMAT, "zip: no whole archive: %s",
				text ? text : "damaged");

		zip_close(z);
		return r;
	}
	*ret = z;
	return 0;
}

void zip_close(struct zip *z)
{
	if (!z)
		return;
	if (z->archive)
		(void)archive_read_free(z->archive); /* nothing is written */
	free(z);
}

void zip_closep(struct zip **z)
{
	zip_close(*z);
	*z = NULL;
}

int zip_next(struct zip *z, struct zip_entry *ret, struct err *err)
{
	struct archive_entry *e;
	int r = archive_read_next_header(z->archive, &e);

	if (r == ARCHIVE_EOF)
		return 0;
	z->n_entries++;
	/* ARCHIVE_WARN: a name that is not UTF-8; the raw bytes are there all the same. */
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return failure(z, err);
	*ret = (struct zip_entry){
		.path = str_of(archive_entry_pathname(e)),
		.is_file = archive_entry_filetype(e) == AE_IFREG,
		.encrypted = archive_entry_is_encrypted(e) != 0,
	};
	if (archive_entry_size_is_set(e) && archive_entry_size(e) > 0)
		ret->size = (uint64_t)archive_entry_size(e);
	return 1;
}

ssize_t zip_read(struct zip *z, void *buf, size_t n, struct err *err)
{
	la_ssize_t got = archive_read_data(z->archive, buf, n);

	return got < 0 ? failure(z, err) : (ssize_t)got;
}
