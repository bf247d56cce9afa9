/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "check/source_set.h"

static int add(struct source_set *set, const char *path, const char *text, struct err *err)
{
	struct source_file f = {.path = str_of(path), .bytes = str_of(text)};
	struct source_part *part = NULL;
	int r = set->language->set->read(&f, &part, err);

	return r < 0 ? r : source_set_add(set, part, err);
}

static struct source_set make(void)
{
	struct source_set set;

	source_set_init(&set, language_find(STR("kubernetes")));
	return set;
}

TEST(a_path_is_in_a_set_once)
{
	struct source_set set = make();
	struct err err = {0};

	assert_int_equal(add(&set, "a.yaml", "kind: Pod", &err), 0);
	assert_int_equal(add(&set, "b.yaml", "kind: Pod", &err), 0);
	assert_int_equal(add(&set, "a.yaml", "kind: Job", &err), 0);
	assert_int_equal(set.parts.n, 2);
	assert_true(source_set_has(&set, STR("b.yaml")));
	assert_false(source_set_has(&set, STR("c.yaml")));
	assert_false(set.incomplete);
	assert_int_equal(source_set_join(&set, &err), 0);
	source_set_done(&set);
}

TEST(a_full_set_is_incomplete_and_says_so)
{
	struct source_set set = make();
	struct err err = {0};

	set.n_bytes = LIMIT_SET_BYTES;
	assert_int_equal(add(&set, "a.yaml", "kind: Pod", &err), -ERR_LIMIT);
	assert_has(err.msg, "set_bytes");
	assert_true(set.incomplete && set.is_full);
	assert_int_equal(set.parts.n, 0);
	source_set_done(&set);
}

TEST(the_same_file_has_one_plain_path)
{
	static const struct {
		const char *path, *want;
	} rows[] = {{"a", "a"}, {"./a", "a"}, {"x//./a", "x/a"}, {"x/../a", "a"}, {"/x/a", "/x/a"}};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_str(source_path_plain(str_of(rows[i].path), &arena), rows[i].want);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_path_is_in_a_set_once),
		RUN(a_full_set_is_incomplete_and_says_so),
		RUN(the_same_file_has_one_plain_path),
	};

	return RUN_ALL(tests);
}
