/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "secret/secret_pair.h"

static const struct {
	const char *text, *near; /* a place inside the key */
	const char *key, *value; /* NULL: no assignment */
} rows[] = {
	{"token=abc", "token", "token", "abc"},
	{"token: abc\n", "token", "token", "abc"},
	{"  \"token\": \"a b c\",", "token", "token", "a b c"},
	{"'token' => 'abc'", "token", "token", "abc"},
	{"apiToken := `abc`", "Token", "apiToken", "abc"},
	{"token ::= \"abc\"", "token", "token", "abc"},
	{"$token .= \"abc\"", "token", "$token", "abc"},
	{"token ?= abc", "token", "token", "abc"},
	{"var token string = \"abc\"", "token", "token", "abc"},
	{"static TOKEN: &'static str = \"abc\";", "TOKEN", "TOKEN", "abc"},
	{"let token: string = 'abc'", "token", "token", "abc"},
	{"<token>\n    abc\n</token>", "token", "token", "abc"},
	{"setProperty(\"A_TOKEN\", \"abc\")", "TOKEN", "A_TOKEN", "abc"},
	{"f(x, \"token\", \"abc\")", "token", "token", NULL},
	{"[\"token\", \"abc\"]", "token", "token", NULL},
	{"x --token abc y", "token", "--token", "abc"},
	{"x token abc", "token", "token", NULL},
	{"token = b'abc'", "token", "token", "abc"},
	{"token = [\"abc\"]", "token", "token", "abc"},
	{"{\"ini\": \"token=abc\\nother=1\"}", "token", "token", "abc"},
	{"Bot token for Telegram: abc", "token", "token for Telegram", "abc"},
	{"token", "token", "token", NULL},
	{"token=", "token", "token", NULL},
	{"token=\n", "token", "token", NULL},
	{"token = \"abc", "token", "token", "abc"},
	{"token = getToken(1)", "token", "token", "getToken(1)"},
};

TEST(assignments_of_many_languages_are_read)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = str_of(rows[i].text);
		struct secret_pair p;
		bool found = secret_pair_read(text, str_find(text, str_of(rows[i].near)), &p);

		if (found != (rows[i].value != NULL))
			fail_msg("%s: %s", rows[i].text, found ? "a pair" : "no pair");
		if (found) {
			assert_str(p.key, rows[i].key);
			assert_str(p.value, rows[i].value);
		}
	}
}

TEST(a_call_is_told_from_a_word)
{
	struct secret_pair p;

	assert_true(secret_pair_read(STR("password = read(fd)"), 0, &p));
	assert_true(p.is_call);
	assert_true(secret_pair_read(STR("password = \"read(fd)\""), 0, &p));
	assert_false(p.is_call);
	assert_int_equal(p.quote, '"');
}

TEST(every_end_of_a_text_is_an_end)
{
	static const char text[] = "<key attr: &'static str = [\"abc\\n\">\n  value";

	for (size_t n = 1; n < sizeof text; n++)
		for (size_t at = 0; at < n; at++) {
			char *copy = malloc(n); /* so that a byte behind it is found out */
			struct secret_pair p;

			assert_non_null(copy);
			memcpy(copy, text, n);
			(void)secret_pair_read(str_make(copy, n), at, &p);
			free(copy);
		}
}

static const struct {
	const char *key, *name;
	bool begins, whole;
} keys[] = {
	{"lobApiKey", "lob", true, true},
	{"LOB_KEY", "lob", true, true},
	{"glob", "lob", false, false},
	{"globKey", "lob", false, false},
	{"myLob", "lob", true, true},
	{"newRelicKey", "new_relic", true, true},
	{"new-relic.key", "new_relic", true, true},
	{"NEWRELIC", "new_relic", true, true},
	{"passed", "pass", true, false},
	{"dbPass", "pass", true, true},
	{"DB_PASS1", "pass", true, true},
	{"PASSES", "pass", true, false},
	{"sumObject", "sumo", false, false},
	{"planetScaleToken", "planetscale", true, true},
	{"ETSYToken", "etsy", true, true},
	{"etsytoken", "etsy", true, false},
};

TEST(names_are_words_of_a_key)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str key = str_of(keys[i].key), name = str_of(keys[i].name);

		if (secret_key_has(key, name, false) != keys[i].begins ||
		    secret_key_has(key, name, true) != keys[i].whole)
			fail_msg("%s in %s", keys[i].name, keys[i].key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(assignments_of_many_languages_are_read),
		RUN(a_call_is_told_from_a_word),
		RUN(every_end_of_a_text_is_an_end),
		RUN(names_are_words_of_a_key),
	};

	return RUN_ALL(tests);
}
