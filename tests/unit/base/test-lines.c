/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/fd.h"
#include "base/lines.h"

/* A pipe that holds the text and is closed for writing. */
static int pipe_with(struct str text)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fd_write_all(ends[1], text, NULL), 0);
	close(ends[1]);
	return ends[0];
}

TEST(gives_lines_without_their_ends)
{
	CLEANUP(fd_closep) int fd = pipe_with(STR("a\nb\r\n\nlast"));
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, 10);
	static const char *const want[] = {"a", "b", "", "last"};
	struct str line;

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_int_equal(lines_next(&in, &line, NULL), 1);
		assert_str(line, want[i]);
		assert_int_equal(in.number, i + 1);
	}
	assert_int_equal(lines_next(&in, &line, NULL), 0);
	assert_int_equal(lines_next(&in, &line, NULL), 0);
}

TEST(says_whether_a_line_is_at_hand)
{
	CLEANUP(fd_closep) int fd = pipe_with(STR("a\nb\nc"));
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, 10);
	struct str line;

	assert_false(lines_ready(&in));
	assert_int_equal(lines_next(&in, &line, NULL), 1);
	assert_true(lines_ready(&in));
	assert_int_equal(lines_next(&in, &line, NULL), 1);
	assert_false(lines_ready(&in));
}

TEST(skips_a_line_that_is_too_long_and_goes_on)
{
	CLEANUP(fd_closep) int fd = pipe_with(STR("12345\n123456\nnext\n"));
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, 5);
	struct err err = {0};
	struct str line;

	assert_int_equal(lines_next(&in, &line, &err), 1);
	assert_str(line, "12345");
	assert_int_equal(lines_next(&in, &line, &err), -ERR_LIMIT);
	assert_string_equal(err.msg, "line 2: longer than 5 bytes");
	assert_int_equal(lines_next(&in, &line, &err), 1);
	assert_str(line, "next");
	assert_int_equal(in.number, 3);
}

/* Longer than the buffer itself, from a file because a pipe would block. */
TEST(skips_a_line_longer_than_the_buffer)
{
	char path[] = "/tmp/plimsoll-lines-XXXXXX";
	CLEANUP(fd_closep) int fd = mkstemp(path);
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, 5);
	static char big[300000];
	struct str line;

	assert_true(fd >= 0);
	unlink(path);
	memset(big, 'x', sizeof big);
	assert_int_equal(fd_write_all(fd, str_make(big, sizeof big), NULL), 0);
	assert_int_equal(fd_write_all(fd, STR("\nok"), NULL), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(lines_next(&in, &line, NULL), -ERR_LIMIT);
	assert_int_equal(lines_next(&in, &line, NULL), 1);
	assert_str(line, "ok");
	assert_int_equal(in.number, 2);
}

TEST(passes_a_read_error_on)
{
	CLEANUP(lines_done) struct lines in = LINES_INIT(-1, 5);
	struct err err = {0};
	struct str line;

	assert_true(lines_next(&in, &line, &err) < 0);
	assert_has(err.msg, "line 1: read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(gives_lines_without_their_ends),
		RUN(says_whether_a_line_is_at_hand),
		RUN(skips_a_line_that_is_too_long_and_goes_on),
		RUN(skips_a_line_longer_than_the_buffer),
		RUN(passes_a_read_error_on),
	};

	return RUN_ALL(tests);
}
