/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/image/tar_builder.h"
#include "tests/unit/test.h"
#include "vuln/mirror.h"

struct counts {
	enum err_code fails; /* of the first member */
	size_t n_read, n_problems, n_unused;
	size_t n_bytes; /* of the last one, where it is asked for */
	bool is_counted;
};

static bool wants(void *ctx, struct str path)
{
	return str_has_suffix(path, STR(".json"));
}

static int read_member(void *ctx, const struct feed_file *file, struct err *err)
{
	struct counts *c = ctx;
	char block[256];
	ssize_t n = 1;

	for (c->n_bytes = 0; c->is_counted && n > 0; c->n_bytes += n > 0 ? (size_t)n : 0)
		n = stream_read(file->stream, block, sizeof block, err);
	return c->n_read++ == 0 && c->fails ? err_set(err, c->fails, "no good") : 0;
}

static void on_problem(void *ctx, struct str path, const struct err *why)
{
	((struct counts *)ctx)->n_problems++;
}

static void on_unused(void *ctx, struct str path)
{
	((struct counts *)ctx)->n_unused++;
}

/* Reads a mirror of one archive with three members, of which one is no feed. */
static int read_archive(struct counts *c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf tar = STRBUF_INIT(65536);
	char dir[] = "/tmp/test-mirror-XXXXXX", path[64];
	struct mirror_visitor visitor = {c, wants, read_member, on_problem, on_unused};
	struct mirror m;
	int fd, r;

	tar_add_file(&tar, "../../a.json", STR("1")); /* a name is only a name */
	tar_add_file(&tar, "b.json", STR("2"));
	tar_add_file(&tar, "c.txt", STR("3"));
	tar_end(&tar);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/x.tar", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(fd_write_all(fd, strbuf_str(&tar), NULL), 0);
	(void)close(fd);
	assert_int_equal(mirror_open(&m, dir, err), 0);
	assert_int_equal(m.files.n, 1);
	r = mirror_read(&m, 0, &visitor, err);
	mirror_done(&m);
	(void)unlink(path);
	(void)rmdir(dir);
	return r;
}

TEST(a_bad_member_is_a_problem_and_the_next_is_read)
{
	struct counts c = {.fails = ERR_FORMAT};
	struct err err = {0};

	assert_int_equal(read_archive(&c, &err), 0);
	assert_int_equal(c.n_read, 2);
	assert_int_equal(c.n_problems, 1);
	assert_int_equal(c.n_unused, 1);
}

TEST(no_memory_for_a_member_ends_the_file)
{
	struct counts c = {.fails = ERR_NOMEM};
	struct err err = {0};

	assert_int_equal(read_archive(&c, &err), -ERR_NOMEM);
	assert_str(str_of(err.msg), "no good");
	assert_int_equal(c.n_read, 1);
	assert_int_equal(c.n_problems, 0);
}

TEST(a_file_that_grew_since_it_was_listed_is_read_whole)
{
	struct counts c = {.is_counted = true};
	struct mirror_visitor visitor = {&c, wants, read_member, on_problem, on_unused};
	char dir[] = "/tmp/test-mirror-XXXXXX", path[64];
	struct mirror m;
	int fd;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/a.json", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(fd_write_all(fd, STR("[1]"), NULL), 0);
	assert_int_equal(mirror_open(&m, dir, NULL), 0);
	assert_int_equal(fd_write_all(fd, STR("  [2]"), NULL), 0);
	(void)close(fd);
	assert_int_equal(mirror_read(&m, 0, &visitor, NULL), 0);
	assert_int_equal(c.n_bytes, 8);
	mirror_done(&m);
	(void)unlink(path);
	(void)rmdir(dir);
}

TEST(a_mirror_that_is_downloaded_to_is_not_read)
{
	char dir[] = "/tmp/test-mirror-XXXXXX", path[64];
	struct err err = {0};
	struct mirror m;
	int fd;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/.lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(mirror_open(&m, dir, &err), -ERR_DENIED);
	assert_non_null(strstr(err.msg, "wait until it has ended"));
	mirror_done(&m);
	assert_int_equal(flock(fd, LOCK_UN), 0);
	assert_int_equal(mirror_open(&m, dir, &err), 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1); /* an update has to wait now */
	mirror_done(&m);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	(void)close(fd);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_bad_member_is_a_problem_and_the_next_is_read),
		RUN(no_memory_for_a_member_ends_the_file),
		RUN(a_mirror_that_is_downloaded_to_is_not_read),
		RUN(a_file_that_grew_since_it_was_listed_is_read_whole),
	};

	return RUN_ALL(tests);
}
