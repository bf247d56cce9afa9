/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/trust_dir.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "tests/unit/test.h"

static char folder[64];
static const struct trust_dir dir = {folder};
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/test-trust_dir.XXXXXX");
	arena_init(&arena, LIMIT_TRUST_ARENA_BYTES);
	return mkdtemp(folder) ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_at(const char *below, const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", folder, below);
	assert_int_equal(dir_make_all(path, NULL), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_write_atomic(fd, name, STR("x"), NULL), 0);
	(void)close(fd);
}

TEST(keys_of_all_layouts_are_listed)
{
	static const struct trust_key_entry want[] = {
		{STR("private/aa.key"), STR("aa"), STR(""), STR("")},
		{STR("private/root_keys/bb_root.key"), STR("bb"), STR("root"), STR("")},
		{STR("private/tuf_keys/cc.key"), STR("cc"), STR(""), STR("")},
		{STR("private/tuf_keys/x.com/app/dd_targets.key"), STR("dd"), STR("targets"),
		 STR("x.com/app")},
	};
	struct trust_key_list list;

	assert_int_equal(trust_dir_keys(&dir, &arena, &list, NULL), 0);
	assert_int_equal(list.n, 0);
	write_at("private", "aa.key");
	write_at("private", "aa.pub");
	write_at("private/root_keys", "bb_root.key");
	write_at("private/tuf_keys", "cc.key");
	write_at("private/tuf_keys/x.com/app", "dd_targets.key");
	write_at("private/.hidden", "ee.key");
	assert_int_equal(trust_dir_keys(&dir, &arena, &list, NULL), 0);
	assert_int_equal(list.n, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_true(str_eq(list.p[i].path, want[i].path));
		assert_true(str_eq(list.p[i].id, want[i].id));
		assert_true(str_eq(list.p[i].role, want[i].role));
		assert_true(str_eq(list.p[i].gun, want[i].gun));
	}
}

TEST(a_key_is_never_written_over)
{
	struct err err = {0};
	struct stat st;
	char path[256];

	assert_int_equal(trust_dir_put_key(&dir, STR("ab"), STR("one"), NULL), 0);
	assert_int_equal(trust_dir_put_key(&dir, STR("ab"), STR("two"), &err), -ERR_USAGE);
	assert_has(err.msg, "private/ab.key is there already");
	(void)snprintf(path, sizeof path, "%s/private/ab.key", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	(void)snprintf(path, sizeof path, "%s/private", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

TEST(metadata_is_kept_by_role)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(64);

	assert_int_equal(trust_dir_role(&dir, STR("a/b"), STR("root"), &out, NULL), -ERR_NOT_FOUND);
	assert_int_equal(trust_dir_put_role(&dir, STR("a/b"), STR("targets/c"), STR("one"), NULL),
			 0);
	assert_int_equal(trust_dir_role(&dir, STR("a/b"), STR("targets/c"), &out, NULL), 0);
	assert_str(strbuf_str(&out), "one");
	assert_int_equal(trust_dir_drop_role(&dir, STR("a/b"), STR("targets/c"), NULL), 0);
	assert_int_equal(trust_dir_drop_role(&dir, STR("a/b"), STR("targets/c"), NULL), 0);
	assert_int_equal(trust_dir_role(&dir, STR("a/b"), STR("targets/c"), &out, NULL),
			 -ERR_NOT_FOUND);
}

TEST(no_name_leads_out_of_the_folder)
{
	static const struct {
		const char *gun, *role;
	} rows[] = {
		{"a/../../b", "root"},	    {"..", "root"},	{"/etc", "root"},
		{"a", "targets/../../x"},   {"a", "../root"},	{"a", "targets/"},
		{"a", "targets/a/../../b"}, {"a", "TARGETS/x"},
	};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(64);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str gun = str_of(rows[i].gun), role = str_of(rows[i].role);

		if (trust_dir_put_role(&dir, gun, role, STR("x"), NULL) == 0 ||
		    trust_dir_role(&dir, gun, role, &out, NULL) == 0 ||
		    trust_dir_drop_role(&dir, gun, role, NULL) == 0)
			fail_msg("%s %s", rows[i].gun, rows[i].role);
	}
}

TEST(changes_come_in_order_and_go_when_they_are_done)
{
	struct trust_change_list list;

	assert_int_equal(trust_dir_changes(&dir, STR("a"), &arena, &list, NULL), 0);
	assert_int_equal(list.n, 0);
	assert_int_equal(trust_dir_put_change(&dir, STR("a"), 2, STR("second"), NULL), 0);
	assert_int_equal(trust_dir_put_change(&dir, STR("a"), 1, STR("first"), NULL), 0);
	assert_int_equal(trust_dir_changes(&dir, STR("a"), &arena, &list, NULL), 0);
	assert_int_equal(list.n, 2);
	assert_str(list.p[0].bytes, "first");
	assert_str(list.p[1].bytes, "second");
	assert_int_equal(trust_dir_put_change(&dir, STR("a"), 3, STR("later"), NULL), 0);
	assert_int_equal(trust_dir_drop_changes(&dir, STR("a"), &list, NULL), 0);
	assert_int_equal(trust_dir_changes(&dir, STR("a"), &arena, &list, NULL), 0);
	assert_int_equal(list.n, 1);
	assert_str(list.p[0].bytes, "later");
}

#define HERE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HERE(keys_of_all_layouts_are_listed),
		HERE(a_key_is_never_written_over),
		HERE(metadata_is_kept_by_role),
		HERE(no_name_leads_out_of_the_folder),
		HERE(changes_come_in_order_and_go_when_they_are_done),
	};

	return RUN_ALL(tests);
}
