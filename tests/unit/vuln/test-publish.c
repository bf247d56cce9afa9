/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "tests/unit/vuln/database.h"
#include "vuln/db.h"
#include "vuln/db_trust.h"

#define OLD	  "2026-01-01T00:00:00Z"
#define NEW	  "2026-02-01T00:00:00Z"

#define STEPS_MAX 10000 /* system calls of one publication; far more than there are */

static void publish(struct place *place, const char *built, const char *text)
{
	struct err err = {0};

	if (place_publish(place, built, text, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Opens and verifies the database: when it was built. */
static void read_built(const struct place *place, char ret[32])
{
	struct db_options options = {.dir = place->dir};
	CLEANUP(db_closep) struct db *db = NULL;
	struct err err = {0};

	if (db_open(&options, &db, &err) < 0 || db_verify(db, &err) < 0)
		fail_msg("%s", err.msg);
	(void)snprintf(ret, 32, "%.*s", STR_FMT(db_index(db)->built));
}

static void assert_built(const struct place *place, const char *want)
{
	char built[32];

	read_built(place, built);
	assert_string_equal(built, want);
}

static size_t count_files(const struct place *place, const char *name)
{
	char path[128];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof path, "%s/%s", place->dir, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		(void)closedir(dir);
	return n;
}

static bool is_building(const struct place *place)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/building", place->dir);
	return access(path, F_OK) == 0;
}

static void write_file(const struct place *place, const char *name, const char *text)
{
	char path[160];
	CLEANUP(fd_closep) int fd = -1;

	(void)snprintf(path, sizeof path, "%s/%s", place->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, str_of(text), NULL), 0);
}

static bool has_file(const struct place *place, const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof path, "%s/%s", place->dir, name);
	return access(path, F_OK) == 0;
}

TEST(shards_of_the_last_index_stay_for_one_build)
{
	struct place place;

	place_init(&place);
	publish(&place, OLD, "one");
	publish(&place, NEW, "two");
	assert_int_equal(count_files(&place, "shards"), 4);
	publish(&place, "2026-03-01T00:00:00Z", "three");
	assert_int_equal(count_files(&place, "shards"), 4);
	assert_built(&place, "2026-03-01T00:00:00Z");
	assert_false(is_building(&place));
	place_done(&place);
}

/* ---- killed at each of its system calls ---- */

/* Whether the traced process stands before a system call, at last after `n` of them. */
static bool walk_to(pid_t pid, size_t n)
{
	size_t seen = 0;
	int status;

	while (seen < n) {
		struct __ptrace_syscall_info info;

		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) < 0 ||
		    !WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY)
			seen++;
	}
	return true;
}

static void publish_traced(struct place *place)
{
	struct err err = {0};

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(77);
	(void)raise(SIGSTOP);
	_exit(place_publish(place, NEW, "two", &err) < 0);
}

enum end { END_KILLED, END_DONE, END_NO_TRACE };

/* Kills it before its n-th system call, unless it is done before. */
static enum end publish_killed_at(struct place *place, size_t n)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		publish_traced(place);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		return END_NO_TRACE;
	}
	if (!walk_to(pid, n))
		return END_DONE; /* waited for */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return END_KILLED;
}

/* What the next build finds is whole; one that fails too cleans up, one that works is as ever. */
static void check_after_kill(struct place *place, bool *is_new)
{
	struct publication p;
	char built[32];

	read_built(place, built);
	*is_new = strcmp(built, NEW) == 0;
	if (!*is_new)
		assert_string_equal(built, OLD);
	assert_int_equal(publish_begin(&p, place->dir, NULL), 0);
	publish_end(&p);
	assert_built(place, built);
	assert_false(is_building(place));
	if (!*is_new)
		assert_int_equal(count_files(place, "shards"), 2);
	publish(place, "2026-03-01T00:00:00Z", "three");
	assert_built(place, "2026-03-01T00:00:00Z");
	assert_int_equal(count_files(place, "shards"), 4);
}

TEST(a_kill_at_any_system_call_leaves_the_old_or_the_new_one)
{
	enum end end = END_KILLED;
	bool is_new = false; /* the last one; how many calls memory takes is not always the same */
	size_t n = 1;

	for (; end == END_KILLED && n < STEPS_MAX; n++) {
		struct place place;

		place_init(&place);
		publish(&place, OLD, "one");
		end = publish_killed_at(&place, n);
		if (end == END_KILLED)
			check_after_kill(&place, &is_new);
		place_done(&place);
	}
	if (end == END_NO_TRACE)
		skip();
	assert_true(is_new);
	assert_true(n > 30);
}

/* ---- what the disk refuses ---- */

/* From here on, the system call `nr` of this process gives `error`. */
static void refuse(int nr, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(77);
}

/* The exit status of the one that may not: 0 when it fails with these words. */
static int publish_refused(struct place *place, int nr, int error, const char *words)
{
	struct err err = {0};
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		refuse(nr, error);
		if (place_publish(place, NEW, "two", &err) == 0)
			_exit(1);
		_exit(strstr(err.msg, words) ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(what_the_disk_refuses_leaves_the_old_one_and_nothing_else)
{
	static const struct {
		int nr, error;
		const char *words;
	} rows[] = {
		{SYS_fsync, EIO, "db/shards/debian-12-"},
		{SYS_fsync, ENOSPC, "No space left"},
#ifdef SYS_renameat
		{SYS_renameat, ENOSPC, "db/shards/debian-12-"},
#endif
		{SYS_write, ENOSPC, "No space left"},
		{SYS_fchmod, EROFS, "db/building/debian-12.db: Read-only"},
		{SYS_mkdirat, ENOSPC, "db/shards: No space left"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place place;
		int status;

		place_init(&place);
		publish(&place, OLD, "one");
		status = publish_refused(&place, rows[i].nr, rows[i].error, rows[i].words);
		if (status != 0 && status != 77)
			fail_msg("row %zu: %s", i, status == 1 ? "no error" : "other words");
		assert_built(&place, OLD);
		assert_int_equal(count_files(&place, "shards"), 2);
		assert_false(is_building(&place));
		place_done(&place);
	}
}

TEST(shards_are_taken_back_when_the_index_cannot_be_replaced)
{
	struct place place;
	struct err err = {0};
	char path[128];

	place_init(&place);
	assert_int_equal(mkdir(place.dir, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/index.json", place.dir);
	assert_int_equal(mkdir(path, 0700), 0); /* no rename goes over it */
	assert_int_equal(place_publish(&place, OLD, "one", &err), -ERR_IO);
	assert_has(err.msg, "db/index.json: Is a directory");
	assert_int_equal(count_files(&place, "shards"), 0);
	place_done(&place);
}

/* ---- a damaged index ---- */

static void damage(const struct place *place, struct strbuf *bytes)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/index.json", place->dir);
	assert_int_equal(file_read(path, bytes, NULL), 0);
	bytes->p[bytes->n / 2] ^= 1;
	bytes->p[bytes->n] = '\0';
	write_file(place, "index.json", bytes->p);
	bytes->p[bytes->n / 2] ^= 1;
}

TEST(shards_of_a_damaged_index_stay_until_a_sound_one_was_replaced)
{
	CLEANUP(strbuf_done) struct strbuf good = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct publication p;
	struct place place;

	place_init(&place);
	publish(&place, OLD, "one");
	damage(&place, &good);
	write_file(&place, "shards/npm-0123456789abcdef.db", "orphan");
	/* One that came to nothing, after one that was killed. */
	assert_int_equal(publish_begin(&p, place.dir, NULL), 0);
	p.swept = false; /* leaves its sign */
	publish_end(&p);
	assert_int_equal(publish_begin(&p, place.dir, NULL), 0);
	publish_end(&p);
	assert_int_equal(count_files(&place, "shards"), 3);
	/* What was damaged can be put back. */
	write_file(&place, "index.json", strbuf_cstr(&good));
	assert_built(&place, OLD);
	damage(&place, &good);
	publish(&place, NEW, "two");
	assert_int_equal(count_files(&place, "shards"), 5);
	publish(&place, "2026-03-01T00:00:00Z", "three");
	assert_int_equal(count_files(&place, "shards"), 4);
	assert_false(has_file(&place, "shards/npm-0123456789abcdef.db"));
	place_done(&place);
}

TEST(a_damaged_index_is_told_and_the_version_still_grows)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct index_shard shard = {.name = STR("npm")};
	struct index index = {.built = STR(OLD), .shards = &shard, .n_shards = 1};
	struct publication p;
	struct db_pin before, after;
	struct place place;
	struct arena arena;
	bool unchanged = true;

	place_init(&place);
	arena_init(&arena, 1 << 20);
	publish(&place, NEW, "one");
	assert_int_equal(db_pin_read(place.dir, &before, NULL), 0);
	damage(&place, &bytes);
	assert_int_equal(publish_begin(&p, place.dir, NULL), 0);
	assert_int_equal(place_write_shard(&p, "npm", "two", NULL), 0);
	assert_int_equal(publish_shard(&p, &shard, &arena, NULL), 0);
	assert_int_equal(publish_index(&p, &index, &unchanged, NULL), 0);
	assert_int_not_equal(p.damaged.code, ERR_OK);
	assert_has(p.damaged.msg, "index");
	publish_end(&p);
	assert_false(unchanged);
	assert_int_equal(db_pin_read(place.dir, &after, NULL), 0);
	assert_int_equal(after.version, before.version + 1);
	arena_done(&arena);
	place_done(&place);
}

/* ---- two at once, and other people's ---- */

TEST(a_second_one_is_refused_and_named)
{
	struct publication first, second;
	struct place place;
	struct err err = {0};
	char mine[48];

	place_init(&place);
	assert_int_equal(publish_begin(&first, place.dir, NULL), 0);
	assert_int_equal(publish_begin(&second, place.dir, &err), -ERR_DENIED);
	(void)snprintf(mine, sizeof mine, "at work here (process %d)", (int)getpid());
	assert_has(err.msg, mine);
	publish_end(&second);
	assert_true(is_building(&place)); /* the first one's */
	publish_end(&first);
	place_done(&place);
}

TEST(a_database_of_another_key_is_replaced_and_its_pin_too)
{
	struct place place;
	struct db_pin pin;
	char path[160];

	place_init(&place);
	publish(&place, NEW, "one");
	(void)snprintf(path, sizeof path, "%s/.local/share/plimsoll/keys/database.key", place.root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(db_pin_read(place.dir, &pin, NULL), 0);
	pin.version = UINT64_MAX; /* of a stranger: nobody has to count on from there */
	assert_int_equal(db_pin_write(place.dir, &pin, NULL), 0);
	publish(&place, NEW, "two");
	assert_built(&place, NEW);
	assert_int_equal(count_files(&place, "shards"), 4); /* its readers may still be at work */
	place_done(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(shards_of_the_last_index_stay_for_one_build),
		RUN(a_kill_at_any_system_call_leaves_the_old_or_the_new_one),
		RUN(what_the_disk_refuses_leaves_the_old_one_and_nothing_else),
		RUN(shards_are_taken_back_when_the_index_cannot_be_replaced),
		RUN(shards_of_a_damaged_index_stay_until_a_sound_one_was_replaced),
		RUN(a_damaged_index_is_told_and_the_version_still_grows),
		RUN(a_second_one_is_refused_and_named),
		RUN(a_database_of_another_key_is_replaced_and_its_pin_too),
	};

	return RUN_ALL(tests);
}
