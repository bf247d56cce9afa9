/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "lsp/frame.h"

static int feed(struct frames *f, struct str in, size_t step, struct strbuf *bodies,
		struct err *err)
{
	struct str body;

	while (in.n) {
		int r = frames_add(f, str_sub(in, 0, step), err);

		in = str_skip(in, step);
		while (r == 0 && (r = frames_next(f, &body, err)) > 0) {
			strbuf_add(bodies, body);
			strbuf_addc(bodies, ';');
			r = 0;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static const struct {
	const char *in, *want;
} rows[] = {
	{"Content-Length: 2\r\n\r\n{}", "{};"},
	{"Content-Length: 0\r\n\r\n", ";"},
	{"Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", "{};[1];"},
	{"content-length:2\r\nContent-Type: a; charset=UTF-8\r\n\r\n{}", "{};"},
	{"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "{};"},
	{"Content-Length: 10\r\n\r\n{}", ""},
	{"Content-Length: 4\r\n\r\n\r\n\r\nContent-Length: 1\r\n\r\n1", "\r\n\r\n;1;"},
};

TEST(messages_are_cut_wherever_the_bytes_are)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t step = 1; step < 60; step++) {
			CLEANUP(frames_done) struct frames f;
			CLEANUP(strbuf_done) struct strbuf bodies = STRBUF_INIT(1000);

			frames_init(&f);
			assert_int_equal(feed(&f, str_of(rows[i].in), step, &bodies, NULL), 0);
			assert_str(strbuf_str(&bodies), rows[i].want);
		}
}

static const struct {
	const char *in, *says;
} broken[] = {
	{"Content-Length: -1\r\n\r\n", "Content-Length is no number: \"-1\""},
	{"Content-Length: 1 2\r\n\r\n", "no number: \"1 2\""},
	{"Content-Length: 18446744073709551616\r\n\r\n", "no number"},
	{"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "twice"},
	{"A: b\r\n\r\n", "without Content-Length"},
	{"nothing\r\n\r\n", "no header field: \"nothing\""},
	{"\r\n\r\n", "no header field: \"\""},
	{": 1\r\n\r\n", "no header field"},
	{"Content-Length: 2\n", "ends with \\r\\n: \"Content-Length: 2\""},
};

TEST(a_header_that_is_none_says_why)
{
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(frames_done) struct frames f;
		CLEANUP(strbuf_done) struct strbuf bodies = STRBUF_INIT(1000);
		struct err err = {0};

		frames_init(&f);
		assert_int_equal(feed(&f, str_of(broken[i].in), 100, &bodies, &err), -ERR_FORMAT);
		assert_has(err.msg, broken[i].says);
	}
}

TEST(a_header_without_an_end_is_bounded)
{
	CLEANUP(frames_done) struct frames f;
	struct str body;
	struct err err = {0};
	int r = 0;

	frames_init(&f);
	for (int i = 0; r == 0 && i < LIMIT_LSP_HEADER_BYTES; i++) {
		assert_int_equal(frames_add(&f, STR("aaaa"), NULL), 0);
		r = frames_next(&f, &body, &err);
	}
	assert_int_equal(r, -ERR_FORMAT);
	assert_has(err.msg, "lsp_header_bytes");
	assert_true(f.in.n < LIMIT_LSP_HEADER_BYTES + 10);
}

TEST(a_message_too_long_is_passed_over_without_being_kept)
{
	static const char filler[65536];
	CLEANUP(frames_done) struct frames f;
	struct err err = {0};
	struct str body;
	size_t left = (size_t)LIMIT_LSP_MESSAGE_BYTES + 1;

	frames_init(&f);
	assert_int_equal(frames_add(&f, STR("Content-Length: 16777217\r\n\r\n"), NULL), 0);
	assert_int_equal(frames_next(&f, &body, &err), -ERR_LIMIT);
	assert_has(err.msg, "16777217 bytes: more than lsp_message_bytes (16777216)");
	assert_true(frames_is_inside(&f));
	while (left) {
		size_t n = left < sizeof filler ? left : sizeof filler;

		assert_int_equal(frames_add(&f, str_make(filler, n), NULL), 0);
		assert_int_equal(frames_next(&f, &body, NULL), 0);
		left -= n;
	}
	assert_false(frames_is_inside(&f));
	assert_true(f.in.cap <= 4 * sizeof filler);
	assert_int_equal(frames_add(&f, STR("Content-Length: 2\r\n\r\n{}"), NULL), 0);
	assert_int_equal(frames_next(&f, &body, NULL), 1);
	assert_str(body, "{}");
}

TEST(what_is_written_is_read_again)
{
	CLEANUP(frames_done) struct frames f;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
	struct str body;

	frames_init(&f);
	frame_write(&out, STR("{\"a\":\"\xc3\xa9\"}"));
	assert_str(strbuf_str(&out), "Content-Length: 10\r\n\r\n{\"a\":\"\xc3\xa9\"}");
	assert_int_equal(frames_add(&f, strbuf_str(&out), NULL), 0);
	assert_int_equal(frames_next(&f, &body, NULL), 1);
	assert_str(body, "{\"a\":\"\xc3\xa9\"}");
	assert_int_equal(frames_next(&f, &body, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(messages_are_cut_wherever_the_bytes_are),
		RUN(a_header_that_is_none_says_why),
		RUN(a_header_without_an_end_is_bounded),
		RUN(a_message_too_long_is_passed_over_without_being_kept),
		RUN(what_is_written_is_read_again),
	};

	return RUN_ALL(tests);
}
