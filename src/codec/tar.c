/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct tar {
	struct archive *archive;
	tar_block_fn *next_block;
	tar_skip_fn *skip; /* NULL: what is passed over is read */
	void *context;
	struct err source_error; /* what next_block said; told instead of libarchive's text */
	uint64_t n_entries;
	bool has_holes;		     /* the entry's data is not one run of bytes */
	struct archive_entry *entry; /* the one read last */
};

static la_ssize_t read_block(struct archive *a, void *context, const void **ret)
{
	struct tar *t = context;
	struct str block;
	int r = t->next_block(t->context, &block, &t->source_error);

	if (r < 0) {
		archive_set_error(a, EIO, "%s", t->source_error.msg);
		return -1;
	}
	if (r == 0)
		return 0;
	*ret = block.p;
	return (la_ssize_t)block.n;
}

static la_int64_t skip_bytes(struct archive *a, void *context, la_int64_t n)
{
	struct tar *t = context;

	(void)a;
	return n > 0 ? (la_int64_t)t->skip(t->context, (uint64_t)n) : 0;
}

int tar_open(tar_block_fn *next_block, void *context, struct tar **ret, struct err *err)
{
	return tar_open_skip(next_block, NULL, context, ret, err);
}

int tar_open_skip(tar_block_fn *next_block, tar_skip_fn *skip, void *context, struct tar **ret,
		  struct err *err)
{
	struct tar *t = calloc(1, sizeof *t);

	if (!t)
		return err_nomem(err);
	t->next_block = next_block;
	t->skip = skip;
	t->context = context;
	t->archive = archive_read_new();
	if (!t->archive || archive_read_support_format_tar(t->archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(t->archive) != ARCHIVE_OK) {
		tar_close(t);
		return err_nomem(err);
	}
	if (archive_read_open2(t->archive, t, NULL, read_block, skip ? skip_bytes : NULL, NULL) !=
	    ARCHIVE_OK) {
		int r = t->source_error.code ? -(int)t->source_error.code : -ERR_FORMAT;

		if (err)
			*err = t->source_error;
		if (!t->source_error.code)
			r = err_set(err, ERR_FORMAT, "not a tar archive: %s",
				    archive_error_string(t->archive));
		tar_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void tar_close(struct tar *t)
{
	if (!t)
		return;
	if (t->archive)
		(void)archive_read_free(t->archive); /* nothing is written */
	free(t);
}

/* number: of the entry that was being read. */
static int archive_failure(const struct tar *t, uint64_t number, struct err *err)
{
	const char *text = archive_error_string(t->archive);

	if (t->source_error.code != ERR_OK) {
		if (err)
			*err = t->source_error;
		return -(int)t->source_error.code;
	}
	return err_set(err, ERR_FORMAT, "entry %llu: %s", (unsigned long long)number,
		       text ? text : "damaged");
}

static enum tar_type type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e))
		return TAR_HARDLINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return TAR_FILE;
	case AE_IFDIR:
		return TAR_DIR;
	case AE_IFLNK:
		return TAR_SYMLINK;
	case AE_IFCHR:
		return TAR_CHAR;
	case AE_IFBLK:
		return TAR_BLOCK;
	case AE_IFIFO:
		return TAR_FIFO;
	default:
		return TAR_OTHER;
	}
}

/*
 * A name that is not in the locale's encoding is a warning of libarchive too, and none of ours: the
 * raw bytes are there all the same.
 */
static const char *warning_of(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text && !strstr(text, "be converted") ? text : NULL;
}

/* The value of an extended attribute, or nothing. */
static struct str attribute(struct archive_entry *e, const char *wanted)
{
	const char *name;
	const void *p;
	size_t n;

	if (archive_entry_xattr_count(e) == 0)
		return STR_NULL;
	(void)archive_entry_xattr_reset(e); /* how many there are */
	while (archive_entry_xattr_next(e, &name, &p, &n) == ARCHIVE_OK)
		if (name && strcmp(name, wanted) == 0)
			return str_make(p, n);
	return STR_NULL;
}

int tar_next(struct tar *t, struct tar_entry *ret, struct err *err)
{
	struct archive_entry *e;
	const char *link;
	int r = archive_read_next_header(t->archive, &e);

	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return archive_failure(t, t->n_entries + 1, err);
	t->n_entries++;
	t->entry = e;
	t->has_holes = archive_entry_sparse_count(e) > 0;
	*ret = (struct tar_entry){.path = str_of(archive_entry_pathname(e)), .type = type_of(e)};
	link = ret->type == TAR_HARDLINK ? archive_entry_hardlink(e) : archive_entry_symlink(e);
	ret->link = str_of(link);
	if (archive_entry_size_is_set(e) && archive_entry_size(e) < 0)
		return err_set(err, ERR_FORMAT, "entry %llu: negative size",
			       (unsigned long long)t->n_entries);
	ret->size = ret->type == TAR_FILE ? (uint64_t)archive_entry_size(e) : 0;
	ret->mode = archive_entry_perm(e);
	ret->uid = (uint64_t)archive_entry_uid(e);
	ret->gid = (uint64_t)archive_entry_gid(e);
	ret->dev_major = (uint32_t)archive_entry_rdevmajor(e);
	ret->dev_minor = (uint32_t)archive_entry_rdevminor(e);
	ret->capabilities = attribute(e, "security.capability");
	ret->mtime = archive_entry_mtime(e);
	ret->mtime_ns = (uint32_t)archive_entry_mtime_nsec(e);
	ret->warning = r == ARCHIVE_WARN ? warning_of(t->archive) : NULL;
	return 1;
}

int tar_attributes(const struct tar *t, tar_attribute_fn *fn, void *context)
{
	const char *name;
	const void *p;
	size_t n;
	int r = 0;

	if (!t->entry || archive_entry_xattr_reset(t->entry) == 0)
		return 0;
	while (r == 0 && archive_entry_xattr_next(t->entry, &name, &p, &n) == ARCHIVE_OK)
		if (name)
			r = fn(context, str_of(name), str_make(p, n));
	return r;
}

int tar_data(struct tar *t, struct str *ret_piece, uint64_t *ret_offset, struct err *err)
{
	const void *p = NULL;
	size_t n = 0;
	la_int64_t offset = 0;
	int r = archive_read_data_block(t->archive, &p, &n, &offset);

	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return archive_failure(t, t->n_entries, err);
	*ret_piece = str_make(p, n);
	*ret_offset = (uint64_t)offset;
	return 1;
}

bool tar_data_at(const struct tar *t, uint64_t *ret)
{
	la_int64_t at = archive_filter_bytes(t->archive, 0);

	if (t->has_holes || at < 0)
		return false;
	*ret = (uint64_t)at;
	return true;
}

#define CHECKSUM_AT    148
#define CHECKSUM_BYTES 8

bool tar_is_header(struct str first_bytes)
{
	long written = 0, seen = 0;
	bool has_digits = false;

	if (first_bytes.n < TAR_HEADER_BYTES)
		return false;
	for (size_t i = 0; i < TAR_HEADER_BYTES; i++) {
		unsigned char c = (unsigned char)first_bytes.p[i];
		bool in_sum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;

		seen += in_sum ? ' ' : c;
		if (!in_sum || c < '0' || c > '7')
			continue;
		written = written * 8 + (c - '0');
		has_digits = true;
	}
	return has_digits && written == seen;
}
