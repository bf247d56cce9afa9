/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/unit/test.h"

struct place {
	char path[64];
	struct tuf_folder folder;
};

static void place_init(struct place *p)
{
	(void)snprintf(p->path, sizeof p->path, "/tmp/plimsoll-tuf-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->folder = (struct tuf_folder)TUF_FOLDER_INIT;
	assert_int_equal(tuf_folder_open(&p->folder, p->path, NULL), 0);
}

static size_t count_files(const struct place *p, bool remove)
{
	DIR *dir = opendir(p->path);
	const struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (remove)
			assert_int_equal(unlinkat(p->folder.fd, e->d_name, 0), 0);
	}
	closedir(dir);
	return n;
}

static void place_done(struct place *p)
{
	(void)count_files(p, true);
	tuf_folder_done(&p->folder);
	assert_int_equal(rmdir(p->path), 0);
}

TEST(what_is_saved_is_loaded_and_dropped)
{
	const struct tuf_store *s;
	struct strbuf sb = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	struct err err = {0};
	struct place p;

	place_init(&p);
	s = &p.folder.store;
	assert_int_equal(s->load(s->ctx, STR("root"), &sb, &err), -ERR_NOT_FOUND);
	assert_has(err.msg, "root.json");
	assert_int_equal(s->save(s->ctx, STR("root"), STR("one"), NULL), 0);
	assert_int_equal(s->save(s->ctx, STR("root"), STR("two"), NULL), 0);
	assert_int_equal(s->load(s->ctx, STR("root"), &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "two");
	assert_int_equal(count_files(&p, false), 1);
	assert_int_equal(s->drop(s->ctx, STR("root"), NULL), 0);
	assert_int_equal(s->drop(s->ctx, STR("root"), NULL), 0);
	assert_int_equal(count_files(&p, false), 0);
	strbuf_done(&sb);
	place_done(&p);
}

TEST(no_role_leaves_the_folder_or_meets_another)
{
	static const char *const roles[] = {".",	"..",	"../up", "/etc/passwd", "a/b",
					    "a%2Fb",	"%2E",	"",	 "A b",		"a",
					    "sha256-0", "%2E.", "...",	 ".tmp.x",	"\xc3\xa9"};
	struct place p;

	place_init(&p);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		char name[TUF_FOLDER_NAME_MAX];

		assert_int_equal(tuf_folder_name(str_of(roles[i]), "", name, NULL), 0);
		assert_true(name[0] && name[0] != '.' && !strchr(name, '/'));
		assert_int_equal(
			p.folder.store.save(&p.folder, str_of(roles[i]), str_of(roles[i]), NULL),
			0);
		assert_int_equal(count_files(&p, false), i + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		struct strbuf sb = STRBUF_INIT(4096);

		assert_int_equal(p.folder.store.load(&p.folder, str_of(roles[i]), &sb, NULL), 0);
		assert_str(strbuf_str(&sb), roles[i]);
		strbuf_done(&sb);
	}
	place_done(&p);
}

TEST(a_name_that_is_too_long_for_a_file_is_a_hash)
{
	char role[600], name[TUF_FOLDER_NAME_MAX], other[TUF_FOLDER_NAME_MAX];

	memset(role, 'a', sizeof role);
	assert_int_equal(tuf_folder_name(str_make(role, sizeof role), ".json", name, NULL), 0);
	assert_int_equal(strlen(name), 7 + 64 + 5);
	assert_memory_equal(name, "sha256-", 7);
	assert_int_equal(tuf_folder_name(str_make(role, sizeof role - 1), ".json", other, NULL), 0);
	assert_string_not_equal(name, other);
}

TEST(a_link_is_not_followed)
{
	struct strbuf sb = STRBUF_INIT(4096);
	struct place p;

	place_init(&p);
	assert_int_equal(symlinkat("/etc/hostname", p.folder.fd, "root.json"), 0);
	assert_true(p.folder.store.load(&p.folder, STR("root"), &sb, NULL) < 0);
	assert_int_equal(p.folder.store.save(&p.folder, STR("root"), STR("x"), NULL), 0);
	assert_int_equal(p.folder.store.load(&p.folder, STR("root"), &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "x");
	strbuf_done(&sb);
	place_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_saved_is_loaded_and_dropped),
		RUN(no_role_leaves_the_folder_or_meets_another),
		RUN(a_name_that_is_too_long_for_a_file_is_a_hash),
		RUN(a_link_is_not_followed),
	};

	return RUN_ALL(tests);
}
