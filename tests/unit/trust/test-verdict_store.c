/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/verdict_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "tests/unit/test.h"

#define DIGEST STR("sha256:1111111111111111111111111111111111111111111111111111111111111111")
#define OTHER  STR("sha256:3333333333333333333333333333333333333333333333333333333333333333")
#define POLICY STR("sha256:2222222222222222222222222222222222222222222222222222222222222222")
#define NOW    1800000000
#define HOUR   3600

static char dir[64];
static struct arena arena;
static struct verdict_store *store;

static int set_up(void **state)
{
	(void)snprintf(dir, sizeof dir, "/tmp/verdicts-XXXXXX");
	assert_non_null(mkdtemp(dir));
	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert_int_equal(verdict_store_open(dir, &store, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	verdict_store_closep(&store);
	while ((e = readdir(d)))
		(void)unlinkat(dirfd(d), e->d_name, 0); /* "." and ".." are not files */
	(void)closedir(d);
	assert_int_equal(rmdir(dir), 0);
	arena_done(&arena);
	return 0;
}

static void put(int64_t until)
{
	const struct kept_verdict v = {.digest = DIGEST,
				       .policy = POLICY,
				       .reference = STR("registry.example.com/app@sha256:11"),
				       .signers = STR("the key release.pub"),
				       .made = NOW,
				       .until = until};

	assert_int_equal(verdict_store_put(store, &v, NULL), 0);
}

static int get(struct str digest, struct str policy, int64_t now)
{
	struct kept_verdict v;

	return verdict_store_get(store, digest, policy, now, &arena, &v, NULL);
}

/* The only file whose name is hex. */
static const char *file(void)
{
	static char path[320];
	DIR *d = opendir(dir);
	const struct dirent *e;

	while ((e = readdir(d)))
		if (strlen(e->d_name) == 64)
			(void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
	(void)closedir(d);
	return path;
}

TEST(a_verdict_comes_back_for_its_digest_and_policy_alone)
{
	struct kept_verdict v;

	put(NOW + HOUR);
	assert_int_equal(verdict_store_get(store, DIGEST, POLICY, NOW, &arena, &v, NULL), 1);
	assert_str(v.reference, "registry.example.com/app@sha256:11");
	assert_str(v.signers, "the key release.pub");
	assert_true(v.made == NOW && v.until == NOW + HOUR);
	assert_int_equal(get(OTHER, POLICY, NOW), 0);
	assert_int_equal(get(DIGEST, OTHER, NOW), 0);
}

TEST(it_ends_at_its_time_and_does_not_begin_before_it_was_made)
{
	put(NOW + HOUR);
	assert_int_equal(get(DIGEST, POLICY, NOW - 1), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW + HOUR - 1), 1);
	assert_int_equal(get(DIGEST, POLICY, NOW + HOUR), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW), 0); /* it was removed */
}

TEST(no_verdict_lives_longer_than_the_limit)
{
	put(INT64_MAX / 2);
	assert_int_equal(get(DIGEST, POLICY, NOW + VERDICT_SECONDS_MAX - 1), 1);
	assert_int_equal(get(DIGEST, POLICY, NOW + VERDICT_SECONDS_MAX), 0);
}

TEST(another_store_knows_it_and_another_key_does_not)
{
	char key[96];

	put(NOW + HOUR);
	verdict_store_closep(&store);
	assert_int_equal(verdict_store_open(dir, &store, NULL), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW), 1);
	verdict_store_closep(&store);
	(void)snprintf(key, sizeof key, "%s/key.pem", dir);
	assert_int_equal(unlink(key), 0);
	assert_int_equal(verdict_store_open(dir, &store, NULL), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW), 0);
}

TEST(no_byte_of_it_can_be_changed)
{
	CLEANUP(strbuf_done) struct strbuf good = STRBUF_INIT(VERDICT_BYTES_MAX);
	CLEANUP(fd_closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *name;

	put(NOW + HOUR);
	assert_int_equal(file_read(file(), &good, NULL), 0);
	name = strrchr(file(), '/') + 1;
	for (size_t i = 0; i + 1 < good.n; i++) {
		good.p[i] ^= 1;
		assert_int_equal(file_write_atomic(fd, name, strbuf_str(&good), NULL), 0);
		assert_int_equal(get(DIGEST, POLICY, NOW), 0);
		good.p[i] ^= 1;
	}
	for (size_t n = 0; n + 3 < good.n; n++) { /* the padding may be left out */
		assert_int_equal(
			file_write_atomic(fd, name, str_sub(strbuf_str(&good), 0, n), NULL), 0);
		assert_int_equal(get(DIGEST, POLICY, NOW), 0);
	}
	assert_int_equal(file_write_atomic(fd, name, strbuf_str(&good), NULL), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW), 1);
}

TEST(a_verdict_under_another_name_is_none)
{
	char to[160];

	put(NOW + HOUR);
	(void)snprintf(to, sizeof to, "%s/%064d", dir, 7);
	assert_int_equal(rename(file(), to), 0);
	assert_int_equal(get(DIGEST, POLICY, NOW), 0);
}

TEST(what_others_may_read_is_not_believed)
{
	struct verdict_store *other = NULL;
	struct err err;
	char key[96];

	(void)snprintf(key, sizeof key, "%s/key.pem", dir);
	assert_int_equal(chmod(key, 0640), 0);
	assert_int_equal(verdict_store_open(dir, &other, &err), -ERR_DENIED);
	assert_has(err.msg, "others than its owner");
	assert_int_equal(chmod(key, 0600), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(verdict_store_open(dir, &other, &err), -ERR_DENIED);
	assert_null(other);
	assert_int_equal(chmod(dir, 0700), 0);
}

TEST(sweeping_takes_what_has_ended_or_is_broken_and_nothing_else)
{
	CLEANUP(fd_closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n;

	put(NOW + HOUR);
	assert_int_equal(file_write_atomic(fd, "note", STR("mine"), NULL), 0);
	assert_int_equal(verdict_store_sweep(store, NOW, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(verdict_store_sweep(store, NOW + HOUR, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(get(DIGEST, POLICY, NOW), 0);
	assert_int_equal(faccessat(fd, "note", F_OK, 0), 0);
	assert_int_equal(faccessat(fd, "key.pem", F_OK, 0), 0);
}

#define FRESH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(a_verdict_comes_back_for_its_digest_and_policy_alone),
		FRESH(it_ends_at_its_time_and_does_not_begin_before_it_was_made),
		FRESH(no_verdict_lives_longer_than_the_limit),
		FRESH(another_store_knows_it_and_another_key_does_not),
		FRESH(no_byte_of_it_can_be_changed),
		FRESH(a_verdict_under_another_name_is_none),
		FRESH(what_others_may_read_is_not_believed),
		FRESH(sweeping_takes_what_has_ended_or_is_broken_and_nothing_else),
	};

	return RUN_ALL(tests);
}
