/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "scan/directory_scan.h"
#include "scan/layer_record.h"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof root, "/tmp/test-directory-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int remove_root(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes root/path with its directories; text NULL: a directory. */
static void put(const char *path, const char *text)
{
	char whole[256], *slash;

	(void)snprintf(whole, sizeof whole, "%s/%s", root, path);
	for (slash = strchr(whole + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(whole, 0755); /* may be there */
		*slash = '/';
	}
	if (text)
		assert_int_equal(file_write_atomic(AT_FDCWD, whole, str_of(text), NULL), 0);
	else
		assert_int_equal(mkdir(whole, 0755), 0);
}

struct outcome {
	struct strbuf bytes;
	struct layer_record rec;
	size_t n_packages, n_problems;
	char problem[ERR_MSG_MAX];
};

static void scan(struct outcome *o)
{
	struct scan_progress progress = {0};
	struct path_index *index = NULL;
	struct record_item item;
	struct arena arena;
	struct err err = {0};

	*o = (struct outcome){.bytes = STRBUF_INIT(1 << 24)};
	assert_int_equal(path_index_new(&index, NULL), 0);
	if (directory_scan(root, &(struct scan_plan){.index = index}, &progress, &o->bytes, &err) <
	    0)
		fail_msg("%s", err.msg);
	path_index_free(index);
	assert_int_equal(layer_record_read(strbuf_str(&o->bytes), &o->rec, NULL), 0);
	arena_init(&arena, 1 << 20);
	for (struct str items = o->rec.items; record_next(&items, &arena, &item);) {
		o->n_packages += item.kind == RECORD_PACKAGE;
		if (item.kind != RECORD_PROBLEM)
			continue;
		o->n_problems++;
		memcpy(o->problem, item.error.msg, sizeof o->problem);
	}
	arena_done(&arena);
}

TEST(packages_of_a_directory_are_read)
{
	struct outcome o;

	put("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n\n");
	put("empty", NULL);
	scan(&o);
	assert_int_equal(o.n_packages, 1);
	assert_int_equal(o.n_problems, 0);
	assert_int_not_equal(tree_child(&o.rec.tree, TREE_ROOT, STR("empty")), TREE_NONE);
	strbuf_done(&o.bytes);
}

TEST(the_record_does_not_depend_on_the_order_of_names)
{
	static const char *const names[] = {"c", "a", "d", "b"};
	struct outcome o;
	uint32_t last = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		put(names[i], "x");
	scan(&o);
	for (char c = 'a'; c <= 'd'; c++) {
		uint32_t node = tree_child(&o.rec.tree, TREE_ROOT, str_make(&c, 1));

		assert_true(node != TREE_NONE && node > last);
		last = node;
	}
	strbuf_done(&o.bytes);
}

TEST(a_name_that_looks_like_a_whiteout_is_told)
{
	struct outcome o;

	put(".wh.var/lib/x", "x");
	scan(&o);
	assert_int_equal(o.n_problems, 1);
	assert_has(o.problem, "whiteout");
	strbuf_done(&o.bytes);
}

TEST(directories_below_path_depth_are_told)
{
	CLEANUP(fd_closep) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct outcome o;
	size_t depth = LIMIT_PATH_DEPTH + 5;

	for (size_t i = 0; i < depth; i++) {
		int below;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		below = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = below;
	}
	scan(&o);
	assert_int_equal(o.n_problems, 1);
	/* the latter where a process may have few files open */
	if (!strstr(o.problem, "Too many open files"))
		assert_has(o.problem, "path_depth");
	strbuf_done(&o.bytes);
}

TEST(a_missing_directory_is_an_error_with_its_name)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1 << 20);
	struct scan_progress progress = {0};
	struct path_index *index = NULL;
	struct err err = {0};

	assert_int_equal(path_index_new(&index, NULL), 0);
	assert_int_equal(directory_scan("/nowhere/at/all", &(struct scan_plan){.index = index},
					&progress, &bytes, &err),
			 -ERR_NOT_FOUND);
	assert_has(err.msg, "/nowhere/at/all");
	path_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_ROOT(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
		IN_ROOT(packages_of_a_directory_are_read),
		IN_ROOT(the_record_does_not_depend_on_the_order_of_names),
		IN_ROOT(a_name_that_looks_like_a_whiteout_is_told),
		IN_ROOT(directories_below_path_depth_are_told),
		IN_ROOT(a_missing_directory_is_an_error_with_its_name),
	};

	return RUN_ALL(tests);
}
