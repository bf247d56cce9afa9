/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/head_stream.h"
#include "base/memory_stream.h"
#include "base/strbuf.h"

#define TEXT "0123456789abcdefghij"

static void add_all(struct stream *in, size_t step, struct strbuf *sb)
{
	char buf[64];
	ssize_t n;

	while ((n = stream_read(in, buf, step, NULL)) > 0)
		strbuf_add_bytes(sb, buf, (size_t)n);
	assert_int_equal(n, 0);
}

static struct head_stream *open_head(struct memory_stream *m, size_t max)
{
	struct head_stream *h = NULL;

	*m = memory_stream_make(STR(TEXT));
	m->most = 3;
	assert_int_equal(head_stream_new(&m->stream, max, &h, NULL), 0);
	return h;
}

TEST(every_peek_begins_at_the_first_byte_and_nothing_is_lost)
{
	for (size_t step = 1; step < 12; step++) {
		struct memory_stream m;
		struct head_stream *h = open_head(&m, 64);
		CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(64);
		struct stream *peek = NULL;
		char buf[16];

		for (int i = 0; i < 3; i++) {
			assert_int_equal(head_stream_peek(h, &peek, NULL), 0);
			assert_true(stream_read(peek, buf, step, NULL) > 0);
			assert_int_equal(buf[0], '0');
			stream_close(peek);
		}
		add_all(head_stream_stream(h), step, &all);
		assert_str(strbuf_str(&all), TEXT);
		assert_false(head_stream_is_cut(h));
		stream_close(head_stream_stream(h));
	}
}

TEST(a_peek_ends_where_no_more_is_kept)
{
	struct memory_stream m;
	struct head_stream *h = open_head(&m, 10);
	CLEANUP(strbuf_done) struct strbuf seen = STRBUF_INIT(64);
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(64);
	struct stream *peek = NULL;

	assert_int_equal(head_stream_peek(h, &peek, NULL), 0);
	add_all(peek, 4, &seen);
	stream_close(peek);
	assert_str(strbuf_str(&seen), "0123456789");
	assert_true(head_stream_is_cut(h));
	add_all(head_stream_stream(h), 64, &all);
	assert_str(strbuf_str(&all), TEXT);
	stream_close(head_stream_stream(h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_peek_begins_at_the_first_byte_and_nothing_is_lost),
		RUN(a_peek_ends_where_no_more_is_kept),
	};

	return RUN_ALL(tests);
}
