/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "browse/keys.h"
#include "browse/screen.h"

static const struct {
	const char *bytes;
	enum key_code code;
	const char *text, *rest;
} keys[] = {
	{"\x1b[A", KEY_UP, "", ""},
	{"\x1bOBx", KEY_DOWN, "", "x"},
	{"\x1b[1;5C", KEY_RIGHT, "", ""},
	{"\x1b[5~\x1b", KEY_PAGE_UP, "", "\x1b"},
	{"\x1b[4~", KEY_END, "", ""},
	{"\x1b[200~", KEY_NONE, "", ""},
	{"\x1b[<0;1;1M", KEY_NONE, "", ""},
	{"\x1bx", KEY_ESCAPE, "", "x"},
	{"\x1b\x1b", KEY_ESCAPE, "", "\x1b"},
	{"\r", KEY_ENTER, "", ""},
	{"\x7f", KEY_BACKSPACE, "", ""},
	{"q1", KEY_TEXT, "q", "1"},
	{"\xc3\xa4z", KEY_TEXT, "\xc3\xa4", "z"},
	{"\xff", KEY_NONE, "\xff", ""},
	{"\xc3z", KEY_NONE, "\xc3z", ""},
};

TEST(bytes_of_a_terminal_are_keys)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str bytes = str_of(keys[i].bytes);
		struct key key;

		assert_true(key_pull(&bytes, false, &key));
		if (key.code != keys[i].code)
			fail_msg("row %zu: %d", i, (int)key.code);
		if (key.code == KEY_TEXT)
			assert_str(key.text, keys[i].text);
		assert_str(bytes, keys[i].rest);
	}
}

TEST(a_sequence_that_has_not_ended_waits_and_a_lone_escape_is_one_in_the_end)
{
	static const char *const begun[] = {"\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\xe2\x82"};

	for (size_t i = 0; i < ARRAY_LEN(begun); i++) {
		struct str bytes = str_of(begun[i]);
		size_t n = bytes.n;
		struct key key;

		assert_false(key_pull(&bytes, false, &key));
		assert_int_equal(bytes.n, n);
		assert_true(key_pull(&bytes, true, &key));
		assert_true(bytes.n < n);
	}
}

TEST(only_lines_that_changed_are_sent)
{
	struct screen *s = screen_new();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

	assert_non_null(s);
	screen_size(s, 20, 3);
	for (int round = 0; round < 3; round++) {
		strbuf_reset(&out);
		for (size_t i = 0; i < 3; i++)
			strbuf_addf(screen_line(s, i), "line %zu %s", i,
				    i == 1 && round == 1 ? "new" : "old");
		assert_int_equal(screen_send(s, &out, NULL), 0);
		assert_int_equal(strstr(strbuf_cstr(&out), "\033[2J") != NULL, round == 0);
		assert_int_equal(strstr(strbuf_cstr(&out), "line 0") != NULL, round == 0);
		assert_non_null(strstr(strbuf_cstr(&out), "line 1"));
	}
	screen_forget(s);
	strbuf_reset(&out);
	for (size_t i = 0; i < 3; i++)
		strbuf_adds(screen_line(s, i), "x");
	assert_int_equal(screen_send(s, &out, NULL), 0);
	assert_has(strbuf_cstr(&out), "\033[3;1Hx");
	screen_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(bytes_of_a_terminal_are_keys),
		RUN(a_sequence_that_has_not_ended_waits_and_a_lone_escape_is_one_in_the_end),
		RUN(only_lines_that_changed_are_sent),
	};

	return RUN_ALL(tests);
}
