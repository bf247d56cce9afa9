/* SPDX-License-Identifier: Apache-2.0 */
/* Differences as diff -u writes them: what is expected here is what GNU diff prints. */
#include "tests/unit/test.h"

#include "check/edit.h"

#define OUTPUT_MAX 1048576

static const struct {
	const char *name, *before, *after, *want;
} rows[] = {
	{"f", "a\n", "a\n", ""},
	{"f", "a\n", "b\n", "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n+b\n"},
	{"f", "", "a\n", "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n"},
	{"f", "a\n", "", "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-a\n"},
	{"f", "a\nb", "a\nb\n",
	 "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
	{"f", "a\nb\nc\n", "a\nx\nb\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n a\n+x\n b\n c\n"},
	{"f", "1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
	 "--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"},
	{"f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
	 "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n "
	 "8\n-9\n+y\n"},
	{"f", "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
	 "--- a/f\n+++ b/f\n@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n"},
	{"/x/f", "a\n", "b\n", "--- /x/f\n+++ /x/f\n@@ -1,1 +1,1 @@\n-a\n+b\n"},
	{"a\nb\"\xc3\xa9", "a\n", "b\n",
	 "--- \"a/a\\012b\\\"\\303\\251\"\n+++ \"b/a\\012b\\\"\\303\\251\"\n@@ -1,1 +1,1 "
	 "@@\n-a\n+b\n"},
};

TEST(differences_are_those_of_diff)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		assert_int_equal(edits_diff(str_of(rows[i].before), str_of(rows[i].after),
					    str_of(rows[i].name), &out, NULL),
				 0);
		assert_str(strbuf_str(&out), rows[i].want);
	}
}

TEST(the_edits_between_two_texts_make_one_of_the_other)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(edits_done) struct edits edits;

		edits_init(&edits);
		assert_int_equal(
			edits_find(str_of(rows[i].before), str_of(rows[i].after), &edits, NULL), 0);
		assert_int_equal(edits_apply(&edits, str_of(rows[i].before), &out, NULL), 0);
		assert_str(strbuf_str(&out), rows[i].after);
	}
}

TEST(lines_between_two_changes_are_left_alone)
{
	CLEANUP(edits_done) struct edits edits;
	const struct edit *e;

	edits_init(&edits);
	assert_int_equal(edits_find(STR("a\nb\nc\n"), STR("x\nb\ny\n"), &edits, NULL), 0);
	assert_int_equal(edits.list.n, 2);
	e = vec_at(&edits.list, 1);
	assert_int_equal(e->start, 4);
	assert_int_equal(e->end, 6);
	assert_str(e->text, "y\n");
}

/* More changes than are looked for: one block, which is as right. */
TEST(texts_that_have_nothing_in_common_are_one_change)
{
	CLEANUP(strbuf_done) struct strbuf before = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(strbuf_done) struct strbuf after = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

	for (int i = 0; i < 2000; i++) {
		strbuf_addf(&before, "a%d\n", i);
		strbuf_addf(&after, "b%d\n", i);
	}
	assert_int_equal(edits_diff(strbuf_str(&before), strbuf_str(&after), STR("f"), &out, NULL),
			 0);
	assert_has(strbuf_cstr(&out), "@@ -1,2000 +1,2000 @@\n-a0\n-a1\n");
	assert_has(strbuf_cstr(&out), "-a1999\n+b0\n");
}

TEST(a_full_buffer_is_an_error)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(20);
	struct err err = {0};

	assert_int_equal(edits_diff(STR("a\n"), STR("b\n"), STR("f"), &out, &err), -ERR_LIMIT);
	assert_has(err.msg, "20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(differences_are_those_of_diff),
		RUN(the_edits_between_two_texts_make_one_of_the_other),
		RUN(lines_between_two_changes_are_left_alone),
		RUN(texts_that_have_nothing_in_common_are_one_change),
		RUN(a_full_buffer_is_an_error),
	};

	return RUN_ALL(tests);
}
