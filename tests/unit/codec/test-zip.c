/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include "base/fd.h"
#include "codec/zip.h"
#include "tests/unit/test.h"

/* Two members: "a/b.json" deflated, "c" stored; made by Python's zipfile. */
static const char fixture[] = "/fuzz/zip/two";

struct archive {
	char bytes[4096];
	size_t n;
	int fd;
	struct zip *zip;
};

static void load(struct archive *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(sizeof a->bytes);
	char path[4096];

	(void)snprintf(path, sizeof path, "%s%s", getenv("PLIMSOLL_FIXTURES"), fixture);
	assert_int_equal(file_read(path, &sb, NULL), 0);
	*a = (struct archive){.n = sb.n, .fd = -1};
	memcpy(a->bytes, sb.p, sb.n);
}

static int open_archive(struct archive *a, struct err *err)
{
	a->fd = memfd_create("zip", MFD_CLOEXEC);
	assert_int_equal(fd_write_all(a->fd, str_make(a->bytes, a->n), NULL), 0);
	return zip_open(a->fd, &a->zip, err);
}

static void done(struct archive *a)
{
	zip_close(a->zip);
	fd_closep(&a->fd);
}

/* The whole of the member at hand, read in small pieces. */
static ssize_t read_member(struct zip *z, struct strbuf *sb, struct err *err)
{
	char piece[7];
	ssize_t n;

	while ((n = zip_read(z, piece, sizeof piece, err)) > 0)
		strbuf_add_bytes(sb, piece, (size_t)n);
	return n;
}

TEST(members_come_back_by_the_directory)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct zip_entry entry;
	struct archive a;

	load(&a);
	assert_int_equal(open_archive(&a, NULL), 0);
	assert_int_equal(zip_next(a.zip, &entry, NULL), 1);
	assert_str(entry.path, "a/b.json");
	assert_int_equal(entry.size, 210);
	assert_true(entry.is_file);
	assert_int_equal(read_member(a.zip, &sb, NULL), 0);
	assert_int_equal(sb.n, 210);
	assert_true(str_has_prefix(strbuf_str(&sb), STR("{\"a\":1}{\"a\":1}")));
	assert_int_equal(zip_next(a.zip, &entry, NULL), 1);
	strbuf_reset(&sb);
	assert_int_equal(read_member(a.zip, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "stored");
	assert_int_equal(zip_next(a.zip, &entry, NULL), 0);
	done(&a);
}

TEST(a_member_may_be_passed_over)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct zip_entry entry;
	struct archive a;

	load(&a);
	assert_int_equal(open_archive(&a, NULL), 0);
	assert_int_equal(zip_next(a.zip, &entry, NULL), 1);
	assert_int_equal(zip_next(a.zip, &entry, NULL), 1);
	assert_int_equal(read_member(a.zip, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "stored");
	done(&a);
}

TEST(a_cut_archive_is_refused_wherever_it_is_cut)
{
	struct archive whole;

	load(&whole);
	for (size_t n = 0; n < whole.n; n++) {
		struct archive a = whole;
		struct err err = {0};

		a.n = n;
		if (open_archive(&a, &err) == 0)
			fail_msg("%zu of %zu bytes are enough", n, whole.n);
		assert_has(err.msg, "zip: ");
		done(&a);
	}
}

/* One byte of the archive changed: at an offset from the first occurrence of a text. */
TEST(a_damaged_member_is_told)
{
	static const struct {
		const char *after;
		size_t offset;
		char value;
		const char *message;
	} rows[] = {
		{"PK\1\2", 8, 1, "zip: encrypted"},
		{"PK\1\2", 10, 12, "zip: packed by method 12"},
		{"PK\1\2", 16, 0, "zip: data does not match its checksum"},
		{"PK\1\2", 24, 9, "zip: more data than the directory says"},
		{"PK\1\2", 25, 9, "zip: less data than the directory says"},
		{"PK\3\4", 0, 'x', "zip: no local header at offset 0"},
		{"b.json", 6, 7, "zip: data is no deflate stream"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
		struct zip_entry entry;
		struct err err = {0};
		struct archive a;
		size_t at;

		load(&a);
		at = str_find(str_make(a.bytes, a.n), str_of(rows[i].after));
		a.bytes[at + rows[i].offset] = rows[i].value;
		assert_int_equal(open_archive(&a, NULL), 0);
		assert_int_equal(zip_next(a.zip, &entry, NULL), 1);
		assert_true(read_member(a.zip, &sb, &err) < 0);
		assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(zip_next(a.zip, &entry, NULL), 1); /* the next one is fine */
		strbuf_reset(&sb);
		assert_int_equal(read_member(a.zip, &sb, NULL), 0);
		assert_str(strbuf_str(&sb), "stored");
		done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(members_come_back_by_the_directory),
		RUN(a_member_may_be_passed_over),
		RUN(a_cut_archive_is_refused_wherever_it_is_cut),
		RUN(a_damaged_member_is_told),
	};

	return RUN_ALL(tests);
}
