/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_path.h"

#include "tests/unit/test.h"

TEST(wildcards_do_not_cross_a_slash)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} rows[] = {
		{"foo.tgz", "foo.tgz", true},
		{"foo.tgz", "foo.tg", false},
		{"foo.tgz", "foo.tgzz", false},
		{"*", "a", true},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"*", "a/b", false},
		{"*/*", "a/b", true},
		{"*/*", "a/b/c", false},
		{"targets/*.tgz", "targets/foo.tgz", true},
		{"targets/*.tgz", "targets/foo.txt", false},
		{"targets/*.tgz", "targets/a/foo.tgz", false},
		{"*.tgz", "targets/foo.tgz", false},
		{"foo-?.tgz", "foo-a.tgz", true},
		{"foo-?.tgz", "foo-alpha.tgz", false},
		{"foo-?.tgz", "foo-.tgz", false},
		{"foo-?.tgz", "foo-\xc3\xa9.tgz", true},
		{"a?b", "a/b", false},
		{"**", "a/b", false},
		{"a*b*c", "axxbxxc", true},
		{"a*b*c", "axxbxx", false},
		{"*a", "aaab", false},
		{"*ab", "aaab", true},
		{"[ab]", "a", false},
		{"[ab]", "[ab]", true},
		{"A", "a", false},
		{"*/x", "a/y/x", false},
		{"a*/*x", "ab/yx", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (tuf_pattern_matches(str_of(rows[i].pattern), str_of(rows[i].path)) !=
		    rows[i].matches)
			fail_msg("\"%s\" and \"%s\"", rows[i].pattern, rows[i].path);
}

TEST(notarys_paths_are_beginnings)
{
	struct str paths[] = {STR("lib/"), STR("v1")};
	struct tuf_delegation d = {.paths = {paths, 2}};

	assert_int_equal(tuf_delegation_has(TUF_NOTARY, &d, STR("lib/a/b"), NULL), 1);
	assert_int_equal(tuf_delegation_has(TUF_NOTARY, &d, STR("v1.2"), NULL), 1);
	assert_int_equal(tuf_delegation_has(TUF_NOTARY, &d, STR("x/lib/"), NULL), 0);
	assert_int_equal(tuf_delegation_has(TUF_MODERN, &d, STR("v1.2"), NULL), 0);
}

TEST(no_path_is_delegated_where_none_is_listed)
{
	struct tuf_delegation d = {0};

	assert_int_equal(tuf_delegation_has(TUF_NOTARY, &d, STR("a"), NULL), 0);
	assert_int_equal(tuf_delegation_has(TUF_MODERN, &d, STR("a"), NULL), 0);
}

TEST(bins_have_as_many_digits_as_the_last_one)
{
	static const struct {
		unsigned bits;
		const char *role;
		bool has;
	} rows[] = {
		{1, "bin-1", true},   {1, "bin-2", false}, {4, "bin-f", true},
		{4, "bin-F", false},  {5, "bin-1e", true}, {5, "bin-20", false},
		{5, "bin-f", false},  {8, "bin-f0", true}, {32, "bin-00000000", true},
		{32, "bin-0", false}, {8, "bin-", false},  {8, "bin", false},
		{8, "nib-f0", false}, {0, "bin-0", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tuf_succinct s = {.name_prefix = STR("bin"), .bit_length = rows[i].bits};

		if (tuf_succinct_has(&s, str_of(rows[i].role)) != rows[i].has)
			fail_msg("%u bits, %s", rows[i].bits, rows[i].role);
	}
}

TEST(the_bin_of_a_path_is_one_of_the_bins)
{
	for (unsigned bits = 1; bits <= 32; bits++) {
		struct tuf_succinct s = {.name_prefix = STR("b"), .bit_length = bits};
		struct arena a;
		struct str role;

		arena_init(&a, 4096);
		assert_int_equal(tuf_succinct_role(&s, STR("a.txt"), &a, &role, NULL), 0);
		assert_true(tuf_succinct_has(&s, role));
		arena_done(&a);
	}
}

TEST(names_are_quoted_so_that_they_are_one_part)
{
	struct strbuf sb = STRBUF_INIT(256);

	tuf_quote(STR("../a b?#%\xc3\xa9_-.~"), false, &sb);
	assert_str(strbuf_str(&sb), "..%2Fa%20b%3F%23%25%C3%A9_-.~");
	strbuf_reset(&sb);
	tuf_quote(STR("targets/releases"), true, &sb);
	assert_str(strbuf_str(&sb), "targets/releases");
	strbuf_done(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(wildcards_do_not_cross_a_slash),
		RUN(notarys_paths_are_beginnings),
		RUN(no_path_is_delegated_where_none_is_listed),
		RUN(bins_have_as_many_digits_as_the_last_one),
		RUN(the_bin_of_a_path_is_one_of_the_bins),
		RUN(names_are_quoted_so_that_they_are_one_part),
	};

	return RUN_ALL(tests);
}
