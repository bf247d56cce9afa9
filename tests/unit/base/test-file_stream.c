/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"

/* A file of ten digits. */
static int digits(void)
{
	int fd = memfd_create("digits", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, STR("0123456789"), NULL), 0);
	return fd;
}

static const struct {
	uint64_t offset, size;
	const char *want;
} ranges[] = {
	{0, 10, "0123456789"},
	{3, 4, "3456"},
	{3, 0, ""},
	{8, 100, "89"},
	{100, 5, ""},
	{0, UINT64_MAX, "0123456789"},
	{5, UINT64_MAX, "56789"},
	{UINT64_MAX / 2, UINT64_MAX, ""},
};

TEST(a_stream_gives_its_range_and_no_more)
{
	CLEANUP(fd_closep) int fd = digits();

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		for (size_t room = 1; room < 16; room += 4) {
			CLEANUP(stream_closep) struct stream *s = NULL;
			CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(100);
			char buf[16];
			ssize_t n;

			assert_int_equal(
				file_stream_new(fd, ranges[i].offset, ranges[i].size, &s, NULL), 0);
			while ((n = stream_read(s, buf, room, NULL)) > 0)
				strbuf_add_bytes(&got, buf, (size_t)n);
			assert_int_equal(n, 0);
			assert_str(strbuf_str(&got), ranges[i].want);
		}
}

TEST(streams_share_a_descriptor)
{
	CLEANUP(fd_closep) int fd = digits();
	CLEANUP(stream_closep) struct stream *a = NULL;
	CLEANUP(stream_closep) struct stream *b = NULL;
	char buf[4];

	assert_int_equal(file_stream_new(fd, 0, 10, &a, NULL), 0);
	assert_int_equal(file_stream_new(fd, 5, 5, &b, NULL), 0);
	assert_int_equal(stream_read(a, buf, 2, NULL), 2);
	assert_int_equal(stream_read(b, buf + 2, 2, NULL), 2);
	assert_memory_equal(buf, "0156", 4);
	assert_int_equal(stream_read(a, buf, 2, NULL), 2);
	assert_memory_equal(buf, "23", 2);
}

TEST(a_descriptor_that_cannot_be_read_is_an_error)
{
	CLEANUP(stream_closep) struct stream *s = NULL;
	struct err err = {0};
	char buf[4];

	assert_int_equal(file_stream_new(-1, 0, 10, &s, NULL), 0);
	assert_int_equal(stream_read(s, buf, 4, &err), -ERR_IO);
	assert_has(err.msg, "Bad file descriptor");
}

TEST(an_identity_changes_with_the_file_and_the_offset)
{
	CLEANUP(fd_closep) int fd = digits();
	char a[FILE_IDENTITY_MAX], b[FILE_IDENTITY_MAX];

	assert_true(str_eq(file_identity(fd, 0, a), file_identity(fd, 0, b)));
	assert_false(str_eq(file_identity(fd, 0, a), file_identity(fd, 1, b)));
	(void)file_identity(fd, 0, a); /* before the change */
	assert_int_equal(fd_write_all(fd, STR("x"), NULL), 0);
	assert_false(str_eq(str_of(a), file_identity(fd, 0, b)));
	assert_int_equal(file_identity(-1, 0, a).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_stream_gives_its_range_and_no_more),
		RUN(streams_share_a_descriptor),
		RUN(a_descriptor_that_cannot_be_read_is_an_error),
		RUN(an_identity_changes_with_the_file_and_the_offset),
	};

	return RUN_ALL(tests);
}
