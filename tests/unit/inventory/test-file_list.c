/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/file_list.h"

#include "tests/unit/inventory/recording_sink.h"

static struct recording rec;
static struct file_list files;

static int setup(void **state)
{
	recording_init(&rec);
	files = (struct file_list)FILE_LIST_INIT(&rec.sink);
	return 0;
}

static int teardown(void **state)
{
	file_list_done(&files);
	recording_done(&rec);
	return 0;
}

static void add_all(const char *lines)
{
	struct str rest = str_of(lines), line;

	while (str_pull_line(&rest, &line))
		assert_int_equal(file_list_add(&files, line, NULL), 0);
}

static struct str joined(void)
{
	return recording_join(&rec, file_list_get(&files));
}

TEST(cleans_paths_and_leaves_out_the_root)
{
	add_all("/a/b\nc\n/\n/.\n.\n./d//e/\n/../f\ng/./h\n");
	assert_str(joined(), "a/b,c,d/e,f,g/h");
	assert_int_equal(rec.problems.n, 0);
}

TEST(joins_directory_and_name)
{
	assert_int_equal(file_list_add_in(&files, STR("usr/bin"), STR("x"), NULL), 0);
	assert_int_equal(file_list_add_in(&files, STR(""), STR("y"), NULL), 0);
	assert_int_equal(file_list_add_in(&files, STR("/usr/lib/"), STR("../z"), NULL), 0);
	assert_int_equal(file_list_add_in(&files, STR("usr"), STR(""), NULL), 0);
	assert_str(joined(), "usr/bin/x,y,usr/z,usr");
}

TEST(drops_parents_wherever_their_children_stand)
{
	add_all("/usr\n/usr/bin\n/usr/bin/x\n/usr/empty\n/usr/bi\n/opt\n/var/z\n/opt/late\n/var\n");
	assert_int_equal(file_list_drop_parents(&files, NULL), 0);
	assert_str(joined(), "usr/bin/x,usr/empty,usr/bi,var/z,opt/late");
}

TEST(a_path_that_cannot_be_one_is_a_problem)
{
	char *deep = arena_alloc(&rec.kept, 4001);

	for (size_t i = 0; i < 4000; i += 2)
		memcpy(deep + i, "a/", 2);
	assert_int_equal(file_list_add(&files, str_make("a\0b", 3), NULL), 0);
	assert_int_equal(file_list_add(&files, str_make(deep, 4000), NULL), 0);
	assert_int_equal(file_list_add(&files, STR("fine"), NULL), 0);
	assert_str(joined(), "fine");
	assert_has(recording_problem(&rec, 0), "NUL");
	assert_has(recording_problem(&rec, 1), "path_depth");
}

TEST(a_list_that_is_too_long_names_the_limit)
{
	struct err err = {0};

	files.paths.max = 2;
	add_all("a\nb\n");
	assert_int_equal(file_list_add(&files, STR("c"), &err), -ERR_LIMIT);
	assert_has(err.msg, "package_files");
}

#define RUN_HERE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_HERE(cleans_paths_and_leaves_out_the_root),
		RUN_HERE(joins_directory_and_name),
		RUN_HERE(drops_parents_wherever_their_children_stand),
		RUN_HERE(a_path_that_cannot_be_one_is_a_problem),
		RUN_HERE(a_list_that_is_too_long_names_the_limit),
	};

	return RUN_ALL(tests);
}
