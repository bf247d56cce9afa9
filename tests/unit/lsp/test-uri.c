/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "lsp/uri.h"

static const struct {
	const char *uri, *path;
} paths[] = {
	{"file:///a/b", "/a/b"},      {"file:///a%20b%2Fc", "/a b/c"},
	{"FILE://localhost/a", "/a"}, {"file:///%C3%A9", "/\xc3\xa9"},
	{"file:///a?b=c#d", "/a"},    {"file:///", "/"},
	{"file:///a%41", "/aA"},
};

TEST(an_address_of_a_file_is_a_path)
{
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);

		assert_int_equal(uri_path(str_of(paths[i].uri), &sb, NULL), 0);
		assert_str(strbuf_str(&sb), paths[i].path);
	}
}

static const struct {
	const char *uri;
	enum err_code code;
	const char *says;
} refused[] = {
	{"untitled:Untitled-1", ERR_UNSUPPORTED, "\"untitled:Untitled-1\": no file"},
	{"", ERR_UNSUPPORTED, "no file"},
	{"file://host/a", ERR_UNSUPPORTED, "no file of this machine"},
	{"file://", ERR_UNSUPPORTED, "no file of this machine"},
	{"file:///a%", ERR_FORMAT, "a broken % escape"},
	{"file:///a%4", ERR_FORMAT, "a broken % escape"},
	{"file:///a%zz", ERR_FORMAT, "a broken % escape"},
	{"file:///a%00", ERR_FORMAT, "a broken % escape"},
};

TEST(what_is_no_file_of_ours_says_so)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);
		struct err err = {0};

		assert_int_equal(uri_path(str_of(refused[i].uri), &sb, &err),
				 -(int)refused[i].code);
		assert_has(err.msg, refused[i].says);
	}
}

TEST(any_address_has_a_name)
{
	static const char *const rows[][2] = {
		{"untitled:Untitled-1", "Untitled-1"},
		{"vscode-vfs://github/a/b/Dockerfile?x", "Dockerfile"},
		{"x", "x"},
		{"a:b%20c", "b c"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);

		assert_int_equal(uri_name(str_of(rows[i][0]), &sb, NULL), 0);
		assert_str(strbuf_str(&sb), rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_address_of_a_file_is_a_path),
		RUN(what_is_no_file_of_ours_says_so),
		RUN(any_address_has_a_name),
	};

	return RUN_ALL(tests);
}
