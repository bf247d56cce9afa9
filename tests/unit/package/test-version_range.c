/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/strbuf.h"
#include "tests/unit/package/version_cases.h"

TEST(every_scheme_takes_the_form_of_advisories)
{
	for (int i = 0; i < VERSION_SCHEMES; i++) {
		enum version_scheme scheme = (enum version_scheme)i;

		/* 1.2.3 is Java 2 there, and no time. */
		if (scheme == VERSION_JVM || scheme == VERSION_DATETIME)
			continue;
		assert_matches(scheme, ">= 1.2.3, < 2.0.0", "1.2.3 1.5.0", "1.2.2 2.0.0 2.0.1");
		assert_matches(scheme, ">1.2.3 <=2.0.0", "1.5.0 2.0.0", "1.2.3 2.0.1");
		assert_matches(scheme, "= 1.2.3 || > 2.0.0", "1.2.3 2.0.1", "2.0.0");
		assert_matches(scheme, "==1.2.3", "1.2.3", "1.2.4");
		assert_matches(scheme, "", "1.2.3 9.0.0", "");
	}
}

TEST(white_space_and_quotes_do_not_matter)
{
	assert_matches(VERSION_DEBIAN, "  >=1.0 ,<2.0||  '3.0' || \"4.0\" ", "1.0 3.0 4.0", "2.0");
	assert_matches(VERSION_DEBIAN, "*", "1", "");
}

TEST(what_is_no_range_says_why)
{
	assert_bad_range(VERSION_DEBIAN, ">= ", "expected a version behind the operator");
	assert_bad_range(VERSION_DEBIAN, ">=1 ||", "nothing on one side");
	assert_bad_range(VERSION_DEBIAN, "=> 1", "no such operator");
	assert_bad_range(VERSION_DEBIAN, "~> 1", "no such operator");
	assert_bad_range(VERSION_DEBIAN, "(1 2)", "no such operator");
	assert_bad_range(VERSION_DEBIAN, "1 2", "white space inside a version");
	assert_bad_range(VERSION_DEBIAN, "< x:1", "the epoch is no number");
}

TEST(a_version_that_cannot_be_ordered_is_an_error)
{
	struct version_range range;
	struct err err = {0};
	struct arena a;
	bool inside = true;

	arena_init(&a, 1 << 20);
	assert_int_equal(version_range_parse(VERSION_CRAN, STR("< 2.0"), &a, &range, &err), 0);
	assert_int_equal(version_range_match(&range, STR("1.x"), &inside, &err), -ERR_FORMAT);
	assert_has(err.msg, "\"1.x\": expected a number");
	assert_true(inside);
	arena_done(&a);
}

static int parse(struct str text, struct err *err)
{
	struct version_range range;
	struct arena a;
	int r;

	arena_init(&a, (size_t)16 << 20);
	r = version_range_parse(VERSION_DEBIAN, text, &a, &range, err);
	arena_done(&a);
	return r;
}

TEST(limits_have_names)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)2 * LIMIT_VERSION_RANGE_BYTES);
	struct err err = {0};

	for (int i = 0; i < LIMIT_VERSION_RANGE_BOUNDS; i++)
		strbuf_adds(&sb, i ? ",>1" : ">1");
	assert_int_equal(parse(strbuf_str(&sb), &err), 0);
	strbuf_adds(&sb, ",>1");
	assert_int_equal(parse(strbuf_str(&sb), &err), -ERR_LIMIT);
	assert_has(err.msg, "version_range_bounds");
	while (sb.n <= LIMIT_VERSION_RANGE_BYTES)
		strbuf_adds(&sb, ",>1");
	assert_int_equal(parse(strbuf_str(&sb), &err), -ERR_LIMIT);
	assert_has(err.msg, "version_range_bytes");
	strbuf_reset(&sb);
	strbuf_adds(&sb, "< ");
	while (sb.n < LIMIT_VERSION_BYTES + 3)
		strbuf_addc(&sb, '1');
	assert_int_equal(parse(strbuf_str(&sb), &err), -ERR_LIMIT);
	assert_has(err.msg, "version_bytes");
}

TEST(a_full_arena_is_out_of_memory)
{
	static const char *const ranges[] = {"^1.2.3", "1.2.x", "1 - 2", ">=1 <2"};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		for (size_t n = 1; n < 16; n++) {
			struct version_range range;
			struct err err = {0};
			struct arena a;
			int r;

			arena_init(&a, 1 << 20);
			arena_fail_after(&a, n);
			r = version_range_parse(VERSION_NPM, str_of(ranges[i]), &a, &range, &err);
			assert_true(r == 0 || r == -ERR_NOMEM);
			arena_done(&a);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_scheme_takes_the_form_of_advisories),
		RUN(white_space_and_quotes_do_not_matter),
		RUN(what_is_no_range_says_why),
		RUN(a_version_that_cannot_be_ordered_is_an_error),
		RUN(limits_have_names),
		RUN(a_full_arena_is_out_of_memory),
	};

	return RUN_ALL(tests);
}
