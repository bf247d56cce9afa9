/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stream_lines.h"
#include "base/memory_stream.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

static void read_lines(struct str text, size_t most, size_t max, struct strbuf *out)
{
	struct memory_stream m = memory_stream_make(text);
	CLEANUP(stream_lines_done) struct stream_lines l = STREAM_LINES_INIT(&m.stream, max);
	struct err err = {0};
	struct str line;
	int r;

	m.most = most;
	while ((r = stream_lines_next(&l, &line, &err)) != 0) {
		if (r < 0)
			strbuf_addf(out, "(%s)", err.msg);
		else
			strbuf_addf(out, "%zu=%.*s;", l.number, STR_FMT(line));
	}
}

TEST(lines_come_without_their_ends)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", ""},
		{"a", "1=a;"},
		{"a\nbc\r\n\nd", "1=a;2=bc;3=;4=d;"},
		{"\n", "1=;"},
		{"0123456789\nb\n", "(line 1: longer than 8 bytes)2=b;"},
		{"b\n0123456789", "1=b;(line 2: longer than 8 bytes)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t most = 0; most < 4; most++) {
			CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);

			read_lines(str_of(rows[i].text), most, 8, &out);
			assert_str(strbuf_str(&out), rows[i].want[0] ? rows[i].want : "");
		}
	}
}

TEST(a_line_longer_than_the_buffer_is_kept_whole)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(1 << 20);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);

	for (int i = 0; i < 20000; i++)
		strbuf_adds(&text, "0123456789");
	read_lines(strbuf_str(&text), 1000, 1 << 20, &out);
	assert_int_equal(out.n, 200000 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lines_come_without_their_ends),
		RUN(a_line_longer_than_the_buffer_is_kept_whole),
	};

	return RUN_ALL(tests);
}
