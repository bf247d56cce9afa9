/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/regex.h"

#include <time.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "unit/test.h"

static void regex_freep(struct regex **re)
{
	regex_free(*re);
}

static struct regex *compiled(const char *pattern)
{
	struct err err = {0};
	struct regex *re = NULL;

	if (regex_new(str_of(pattern), &re, &err) < 0)
		fail_msg("%s", err.msg);
	return re;
}

TEST(a_pattern_matches_anywhere_unless_anchored)
{
	static const struct {
		const char *pattern, *text;
		int want;
	} rows[] = {
		{"", "", 1},
		{"b+", "abbbc", 1},
		{"^b", "ab", 0},
		{"^a.c$", "abc", 1},
		{"^.$", "\xc3\xa9", 1},
		{"(?i)ABC", "xabcx", 1},
		{"^\\p{Greek}+$", "\xce\xb1\xce\xb2", 1},
		{"\\d{3}", "12", 0},
		{"^[[:alpha:]]+$", "abc1", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(regex_freep) struct regex *re = compiled(rows[i].pattern);

		assert_int_equal(regex_match(re, str_of(rows[i].text), NULL), rows[i].want);
	}
}

TEST(a_bad_pattern_says_why)
{
	static const struct {
		const char *pattern, *why;
	} rows[] = {
		{"(", "regular expression \"(\": missing )"},
		{"a**", "bad repetition operator: **"},
		{"(?=a)", "invalid perl operator: (?="},
		{"(a)\\1", "invalid escape sequence: \\1"},
		{"a\\Cb", "\\C is not supported: it would cut characters"},
		{"\xff", "invalid UTF-8"},
		{"((a{100}){100}){100}", "invalid repetition size"},
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct regex *re = NULL;

		err = (struct err){0};
		assert_int_equal(regex_new(str_of(rows[i].pattern), &re, &err), -ERR_FORMAT);
		assert_null(re);
		assert_has(err.msg, rows[i].why);
	}
	regex_free(compiled("\\\\C\\Qa\\C\\E"));
}

TEST(limits_have_names)
{
	static char a[LIMIT_REGEX_PATTERN_BYTES + 1];
	struct err err = {0};
	struct regex *re = NULL;

	memset(a, 'a', sizeof a);
	assert_int_equal(regex_new(str_make(a, sizeof a), &re, &err), -ERR_LIMIT);
	assert_has(err.msg, "regex_pattern_bytes (4096)");
	assert_int_equal(
		regex_new(STR("((\\pL{100}){9})(\\pL{900})(\\pN{999})(\\pL{999})"), &re, &err),
		-ERR_LIMIT);
	assert_has(err.msg, "regex_memory_bytes");
	assert_null(re);
}

TEST(a_hostile_pattern_takes_linear_time)
{
	CLEANUP(regex_freep) struct regex *re = compiled("^(a|aa|a*)*$");
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(1 << 20);

	for (int i = 0; i < 100000; i++)
		strbuf_addc(&text, 'a');
	strbuf_addc(&text, 'b');
	/* Backtracking would not end in the lifetime of the universe. */
	assert_int_equal(regex_match(re, strbuf_str(&text), NULL), 0);
}

TEST(groups_are_told)
{
	CLEANUP(regex_freep) struct regex *re = compiled("(a)|(b*)(c)");
	struct str g[REGEX_GROUPS];

	assert_int_equal(regex_n_groups(re), 3);
	assert_int_equal(regex_find(re, STR("xc"), 0, g, 4, NULL), 1);
	assert_str(g[0], "c");
	assert_null(g[1].p);
	assert_non_null(g[2].p);
	assert_int_equal(g[2].n, 0);
	assert_str(g[3], "c");
	assert_int_equal(regex_find(re, STR("xyz"), 0, g, 1, NULL), 0);
	assert_int_equal(regex_find(re, STR("a"), 2, g, 1, NULL), 0);
}

TEST(matches_follow_one_another)
{
	CLEANUP(regex_freep) struct regex *re = compiled("x*");
	struct str text = STR("a\xc3\xa9xxb"), m;
	size_t n = 0;

	/* Before a, before e acute, xx, b's front, the end. */
	for (size_t from = 0; regex_find(re, text, from, &m, 1, NULL) > 0;
	     from = regex_next(text, m))
		n++;
	assert_int_equal(n, 5);
	assert_int_equal(regex_find(re, STR_NULL, 0, &m, 1, NULL), 1);
	assert_non_null(m.p);
	assert_int_equal(regex_next(STR_NULL, m), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_pattern_matches_anywhere_unless_anchored),
		RUN(a_bad_pattern_says_why),
		RUN(limits_have_names),
		RUN(a_hostile_pattern_takes_linear_time),
		RUN(groups_are_told),
		RUN(matches_follow_one_another),
	};

	return RUN_ALL(tests);
}
