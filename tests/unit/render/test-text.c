/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/text.h"

static const struct {
	const char *in;
	size_t max;
	bool unicode;
	const char *want;
	size_t columns;
} rows[] = {
	{"curl", 10, true, "curl", 4},
	{"curl", 4, true, "curl", 4},
	{"curly", 4, true, "cur\u2026", 4},
	{"curly", 4, false, "c...", 4},
	{"curly", 2, false, "", 0},
	{"curly", 0, true, "", 0},
	{"\u6e2f\u6e2f", 4, true, "\u6e2f\u6e2f", 4},
	{"\u6e2f\u6e2f\u6e2f", 4, true, "\u6e2f\u2026", 3},
	{"e\u0301", 9, true, "e\u0301", 1},
	{"\u00e9", 9, true, "\u00e9", 1},
	{"\u00e9", 9, false, "\\xc3\\xa9", 8},
	{"\x1b[0m", 20, true, "\\x1b[0m", 7},
	{"a\tb\n", 20, true, "a\\x09b\\x0a", 10},
	{"\xc2\x9b", 20, true, "\\xc2\\x9b", 8},
	{"\xff", 20, true, "\\xff", 4},
	{"\xe6\xb8", 20, true, "\\xe6\\xb8", 8},
	{"\u202e", 20, true, "\\xe2\\x80\\xae", 12},
	{"\u2066", 20, true, "\\xe2\\x81\\xa6", 12},
	{"\u200b", 20, true, "\\xe2\\x80\\x8b", 12},
	{"\x7f", 20, true, "\\x7f", 4},
	{"\U0001f433", 9, true, "\U0001f433", 2},
	{"\U000e0041", 20, true, "\\xf3\\xa0\\x81\\x81", 16},
};

TEST(is_harmless_and_fits)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		size_t columns = text_add(&sb, str_of(rows[i].in), rows[i].max, rows[i].unicode);

		assert_str(strbuf_str(&sb), rows[i].want);
		if (columns != rows[i].columns)
			fail_msg("row %zu: %zu columns", i, columns);
	}
}

TEST(wraps_between_words_and_breaks_what_is_too_long)
{
	static const struct {
		const char *in;
		size_t indent, width;
		const char *want;
	} wrap_rows[] = {
		{"one two three four", 2, 12, "one two\n  three four\n"},
		{"one", 2, 12, "one\n"},
		{"", 2, 12, "\n"},
		{"0123456789abcdef", 2, 12, "0123456789\n  abcdef\n"},
		{"a 0123456789abcdef b", 2, 12, "a\n  0123456789\n  abcdef b\n"},
		{"a  b\nc", 0, 12, "a b c\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrap_rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		text_wrap(&sb, str_of(wrap_rows[i].in), wrap_rows[i].indent, wrap_rows[i].width,
			  true);
		assert_str(strbuf_str(&sb), wrap_rows[i].want);
	}
}

TEST(sizes_have_three_digits)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} size_rows[] = {
		{0, "0 B"},
		{999, "999 B"},
		{1000, "1.00 kB"},
		{1999, "1.99 kB"},
		{12345, "12.3 kB"},
		{999999, "999 kB"},
		{77654321, "77.6 MB"},
		{412000000000, "412 GB"},
		{UINT64_MAX, "18.4 EB"},
	};

	for (size_t i = 0; i < ARRAY_LEN(size_rows); i++) {
		char buf[TEXT_BYTES_MAX];

		assert_str(text_bytes(size_rows[i].bytes, buf), size_rows[i].want);
	}
}

TEST(counts_have_separators)
{
	char buf[TEXT_COUNT_MAX];

	assert_str(text_count(0, buf), "0");
	assert_str(text_count(999, buf), "999");
	assert_str(text_count(1000, buf), "1,000");
	assert_str(text_count(UINT64_MAX, buf), "18,446,744,073,709,551,615");
}

TEST(digests_are_shortened_and_other_words_are_not)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	text_shorten(&sb, STR("layer sha256:0123456789abcdef0123456789abcdef, cafe, \xff"));
	assert_str(strbuf_str(&sb), "layer sha256:0123456789ab, cafe, \xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(is_harmless_and_fits),
		RUN(wraps_between_words_and_breaks_what_is_too_long),
		RUN(sizes_have_three_digits),
		RUN(counts_have_separators),
		RUN(digests_are_shortened_and_other_words_are_not),
	};

	return RUN_ALL(tests);
}
