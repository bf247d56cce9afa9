/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "scan/cache.h"

#define SETTLED "1:2:3:100.0:100.0:0"

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof directory, "/tmp/test-cache-XXXXXX");
	return mkdtemp(directory) && setenv("XDG_CACHE_HOME", directory, 1) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	struct cache *c = cache_open(0);
	char path[128];

	(void)state;
	cache_trim(c, 0);
	cache_close(c);
	(void)snprintf(path, sizeof path, "%s/plimsoll/layers-1", directory);
	(void)rmdir(path); /* what is left fails the next one */
	(void)snprintf(path, sizeof path, "%s/plimsoll", directory);
	(void)rmdir(path);
	return rmdir(directory);
}

static struct digest_value digest_for(const char *text)
{
	struct digest_value v;

	assert_int_equal(digest_of(str_of(text), &v, NULL), 0);
	return v;
}

static bool finds(struct cache *c, const char *of, const char *identity, const char *want)
{
	struct digest_value v = digest_for(of);
	char text[DIGEST_TEXT_MAX];
	struct str got;
	bool same;

	if (!cache_find(c, digest_format(&v, text), str_of(identity), &got))
		return false;
	same = str_is(got, want);
	cache_release(got);
	return same;
}

TEST(a_record_is_found_by_its_digest)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	struct cache_usage usage;

	assert_non_null(c);
	assert_false(finds(c, "layer", "", "record"));
	cache_store(c, &v, STR(""), STR("record"));
	assert_true(finds(c, "layer", "", "record"));
	assert_false(finds(c, "other", "", "record"));
	cache_usage(c, &usage);
	assert_int_equal(usage.n_records, 1);
	assert_int_equal(usage.bytes, 6);
	cache_close(c);
}

TEST(a_local_file_is_only_known_once_its_bytes_were_verified)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");

	cache_store(c, &v, STR(""), STR("record"));
	assert_false(finds(c, "layer", SETTLED, "record"));
	cache_store(c, &v, STR(SETTLED), STR("record"));
	assert_true(finds(c, "layer", SETTLED, "record"));
	assert_false(finds(c, "layer", "1:2:3:100.0:100.1:0", "record"));
	assert_false(finds(c, "other", SETTLED, "record"));
	cache_close(c);
}

TEST(a_file_changed_just_now_is_not_remembered)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	char identity[128];

	(void)snprintf(identity, sizeof identity, "1:2:3:100.0:%lld.0:0", (long long)time(NULL));
	cache_store(c, &v, str_of(identity), STR("record"));
	assert_false(finds(c, "layer", identity, "record"));
	cache_close(c);
}

TEST(an_identity_that_names_something_odd_finds_nothing)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer"), id = digest_for(SETTLED);
	char name[80], text[DIGEST_TEXT_MAX];
	int fd;

	cache_store(c, &v, STR(SETTLED), STR("record"));
	(void)digest_format(&id, text);
	(void)snprintf(name, sizeof name, "at-%.64s", text + 7);
	fd = openat(cache_fd(c), name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "sha256:../../etc/passwd", 23), 23);
	close(fd);
	assert_false(finds(c, "layer", SETTLED, "record"));
	cache_close(c);
}

TEST(the_least_used_go_first)
{
	struct cache *c = cache_open(0);
	struct cache_usage usage;

	for (int i = 0; i < 10; i++) {
		char name[16], text[DIGEST_TEXT_MAX];
		struct digest_value v;
		struct timespec times[2] = {{1000 + i, 0}, {1000 + i, 0}};

		(void)snprintf(name, sizeof name, "%d", i);
		v = digest_for(name);
		cache_store(c, &v, STR(""), STR("0123456789"));
		(void)digest_format(&v, text);
		assert_int_equal(utimensat(cache_fd(c), text + 7, times, 0), 0);
	}
	cache_trim(c, 35);
	cache_usage(c, &usage);
	assert_int_equal(usage.n_records, 3);
	assert_true(finds(c, "9", "", "0123456789"));
	assert_true(finds(c, "7", "", "0123456789"));
	assert_false(finds(c, "6", "", "0123456789"));
	cache_close(c);
}

static void *write_many(void *context)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	CLEANUP(freep) char *bytes = malloc(100000);

	if (!c || !bytes)
		return context;
	memset(bytes, *(const char *)context, 100000);
	for (int i = 0; i < 50; i++)
		cache_store(c, &v, STR(""), str_make(bytes, 100000));
	cache_close(c);
	return NULL;
}

TEST(writers_at_the_same_time_leave_a_whole_record)
{
	static const char letters[] = "abcd";
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	char text[DIGEST_TEXT_MAX];
	struct str digest = digest_format(&v, text);
	pthread_t threads[4];

	cache_store(c, &v, STR(""), STR("z"));
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, (void *)&letters[i]),
				 0);
	for (int i = 0; i < 200; i++) {
		struct str got;

		assert_true(cache_find(c, digest, STR(""), &got));
		for (size_t k = 1; k < got.n; k++)
			if (got.p[k] != got.p[0])
				fail_msg("a mixed record");
		assert_true(got.n == 100000 || got.n == 1);
		cache_release(got);
	}
	for (int i = 0; i < 4; i++) {
		void *failed;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	cache_close(c);
}

static void leave_temp(const char *name, time_t modified)
{
	const struct timespec times[] = {{modified, 0}, {modified, 0}};
	int fd = openat(AT_FDCWD, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(futimens(fd, times), 0);
	(void)close(fd); /* empty */
}

TEST(what_killed_writers_left_behind_goes)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	char old[256], young[256];

	(void)snprintf(old, sizeof old, "%.*s/.tmp.1.0", STR_FMT(cache_path(c)));
	(void)snprintf(young, sizeof young, "%.*s/.tmp.2.0", STR_FMT(cache_path(c)));
	leave_temp(old, 1);
	leave_temp(young, time(NULL));
	cache_store(c, &v, STR(""), STR("record"));
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(young, F_OK), 0);
	assert_int_equal(unlink(young), 0);
	cache_close(c);
}

TEST(leftovers_of_a_process_of_the_same_number_are_in_nobodys_way)
{
	struct cache *c = cache_open(0);
	struct digest_value v = digest_for("layer");
	char path[256];

	for (int i = 0; i < 64; i++) {
		(void)snprintf(path, sizeof path, "%.*s/.tmp.%d.%d", STR_FMT(cache_path(c)),
			       (int)getpid(), i);
		leave_temp(path, time(NULL));
	}
	cache_store(c, &v, STR(""), STR("record"));
	assert_true(finds(c, "layer", "", "record"));
	for (int i = 0; i < 64; i++) {
		(void)snprintf(path, sizeof path, "%.*s/.tmp.%d.%d", STR_FMT(cache_path(c)),
			       (int)getpid(), i);
		assert_int_equal(unlink(path), 0);
	}
	cache_close(c);
}

TEST(a_record_of_another_recipe_is_not_found_and_stands_beside)
{
	struct cache *plain = cache_open(0), *watched = cache_open(7);
	struct digest_value v = digest_for("layer");

	cache_store(plain, &v, STR_NULL, STR("of paths"));
	assert_false(finds(watched, "layer", "", "of paths"));
	cache_store(watched, &v, STR_NULL, STR("of content"));
	assert_true(finds(watched, "layer", "", "of content"));
	assert_true(finds(plain, "layer", "", "of paths"));
	cache_close(plain);
	cache_close(watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_DIRECTORY(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
		IN_DIRECTORY(a_record_is_found_by_its_digest),
		IN_DIRECTORY(a_local_file_is_only_known_once_its_bytes_were_verified),
		IN_DIRECTORY(a_file_changed_just_now_is_not_remembered),
		IN_DIRECTORY(an_identity_that_names_something_odd_finds_nothing),
		IN_DIRECTORY(the_least_used_go_first),
		IN_DIRECTORY(writers_at_the_same_time_leave_a_whole_record),
		IN_DIRECTORY(what_killed_writers_left_behind_goes),
		IN_DIRECTORY(a_record_of_another_recipe_is_not_found_and_stands_beside),
		IN_DIRECTORY(leftovers_of_a_process_of_the_same_number_are_in_nobodys_way),
	};

	return RUN_ALL(tests);
}
