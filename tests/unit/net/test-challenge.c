/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "net/challenge.h"

static const struct {
	const char *in;
	/* "scheme|realm|service|scope|error;" of each */
	const char *want;
} rows[] = {
	{"Basic realm=\"x y\"", "Basic|x y|||;"},
	{"Bearer realm=\"https://a.example.com/t\",service=\"s\",scope=\"repository:a/b:pull\"",
	 "Bearer|https://a.example.com/t|s|repository:a/b:pull|;"},
	{"Bearer realm=\"r\" , SCOPE = \"a b\",error=insufficient_scope",
	 "Bearer|r||a b|insufficient_scope;"},
	{"Bearer realm=\"a\", Basic realm=\"b\"", "Bearer|a|||;Basic|b|||;"},
	{"Negotiate, Basic realm=\"b\"", "Negotiate||||;Basic|b|||;"},
	{"Basic", "Basic||||;"},
	{"Basic realm=\"a\\\"b\\\\\"", "Basic|a\"b\\|||;"},
	{"Basic realm=\"a,b=c\",charset=\"UTF-8\"", "Basic|a,b=c|||;"},
	{"  , ", ""},
	{"Basic realm=\"open", "!a parameter has no value"},
	{"Basic realm=", "!Basic: a parameter has no value"},
	{"\"x\"", "!offset 0"},
	{"Basic realm=\"a\" \x01", "!offset"},
};

static void check(const char *in, const char *want)
{
	struct str field = str_of(in);
	struct challenge c;
	struct arena arena;
	struct err err = {0};
	char got[512] = "";
	int r;

	arena_init(&arena, 1 << 16);
	while ((r = challenge_pull(&field, &arena, &c, &err)) > 0) {
		size_t n = strlen(got);

		(void)snprintf(got + n, sizeof got - n, "%.*s|%.*s|%.*s|%.*s|%.*s;",
			       STR_FMT(c.scheme), STR_FMT(c.realm), STR_FMT(c.service),
			       STR_FMT(c.scope), STR_FMT(c.error));
	}
	if (want[0] == '!') {
		assert_int_equal(r, -ERR_FORMAT);
		assert_has(err.msg, want + 1);
	} else {
		assert_int_equal(r, 0);
		assert_string_equal(got, want);
	}
	arena_done(&arena);
}

TEST(parts_challenges_and_parameters)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].in, rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(parts_challenges_and_parameters)};

	return RUN_ALL(tests);
}
