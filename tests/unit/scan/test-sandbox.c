/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What code that parses hostile bytes could do once it has been taken over: each attempt is made
 * for real, in a child that has entered the sandbox, and must be refused there and only there.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/source.h"
#include "scan/opener.h"
#include "scan/sandbox.h"

/* A directory of the test's own with a writable "cache" and a file "victim" beside it. */
struct place {
	char dir[64], cache[80], victim[80], fresh[80], cached[96];
	int cache_fd;
};

static struct place place;

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "#!/bin/true\n", 12), 12);
	close(fd);
}

static int set_up(void **state)
{
	(void)snprintf(place.dir, sizeof place.dir, "/tmp/plimsoll-sandbox-XXXXXX");
	assert_non_null(mkdtemp(place.dir));
	(void)snprintf(place.cache, sizeof place.cache, "%s/cache", place.dir);
	(void)snprintf(place.victim, sizeof place.victim, "%s/victim", place.dir);
	(void)snprintf(place.fresh, sizeof place.fresh, "%s/fresh", place.dir);
	(void)snprintf(place.cached, sizeof place.cached, "%s/record", place.cache);
	assert_int_equal(mkdir(place.cache, 0700), 0);
	make_file(place.victim);
	place.cache_fd = open(place.cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(place.cache_fd >= 0);
	return 0;
}

static int tear_down(void **state)
{
	close(place.cache_fd);
	(void)unlink(place.cached);
	(void)unlink(place.fresh);
	(void)unlink(place.victim);
	(void)rmdir(place.cache);
	(void)rmdir(place.dir);
	return 0;
}

/* Each gives 0 when it could do it, else errno. */

static int result_of(long r)
{
	return r < 0 ? errno : 0;
}

static int closing(int fd)
{
	int result = result_of(fd);

	if (fd >= 0)
		close(fd);
	return result;
}

static int open_inet_socket(void)
{
	return closing(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int open_unix_socket(void)
{
	return closing(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int removing(int result)
{
	if (result == 0)
		(void)unlink(place.fresh); /* as it was */
	return result;
}

static int create_file(void)
{
	return removing(closing(open(place.fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
}

static int write_file(void)
{
	return closing(open(place.victim, O_WRONLY | O_CLOEXEC));
}

static int cut_file(void)
{
	return closing(open(place.victim, O_RDONLY | O_TRUNC | O_CLOEXEC));
}

static int cut_path(void)
{
	return result_of(truncate(place.victim, 1));
}

static int change_mode(void)
{
	return result_of(chmod(place.victim, 0700));
}

static int make_link(void)
{
	return removing(result_of(symlink("victim", place.fresh)));
}

static int move_file(void)
{
	int r = result_of(rename(place.victim, place.fresh));

	if (r == 0)
		(void)rename(place.fresh, place.victim); /* as it was */
	return r;
}

static int remove_file(void)
{
	int r = result_of(unlink(place.victim));

	if (r == 0)
		make_file(place.victim);
	return r;
}

static int run_program(void)
{
	char *const argv[] = {place.victim, NULL};

	/* succeeding ends this process with the program's status, which is what success is */
	return result_of(execve(place.victim, argv, argv + 1));
}

static int start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0); /* ours */
	return result_of(pid);
}

static int new_namespace(void)
{
	return result_of(unshare(CLONE_NEWUSER));
}

static int trace_parent(void)
{
	int r = result_of(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));

	if (r == 0)
		(void)ptrace(PTRACE_DETACH, getppid(), NULL, NULL); /* as it was */
	return r;
}

static int read_file(void)
{
	return closing(open(place.victim, O_RDONLY | O_CLOEXEC));
}

static int write_to_cache(void)
{
	return closing(openat(place.cache_fd, "record", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

struct attempt {
	const char *what;
	int (*make)(void);
	int refused; /* errno in the sandbox; 0: it is allowed */
	bool needs_landlock;
};

static const struct attempt attempts[] = {
	{"open a TCP socket", open_inet_socket, EPERM, false},
	{"open a local socket", open_unix_socket, EPERM, false},
	{"create a file", create_file, EACCES, true},
	{"write to a file", write_file, EACCES, true},
	{"empty a file", cut_file, EACCES, true},
	{"cut a file by its path", cut_path, EPERM, false},
	{"change the mode of a file", change_mode, EPERM, false},
	{"make a link", make_link, EACCES, true},
	{"move a file", move_file, EACCES, true},
	{"remove a file", remove_file, EACCES, true},
	{"run a program", run_program, EPERM, false},
	{"start a process", start_process, EPERM, false},
	{"make a namespace", new_namespace, EPERM, false},
	{"trace another process", trace_parent, EPERM, false},
	{"read a file", read_file, 0, false},
	{"write to the cache", write_to_cache, 0, false},
};

enum { ALLOWED = 0, NO_LANDLOCK = 252, NO_SECCOMP = 253, NO_THREAD = 254 };

static void enter(struct report_sandbox *got)
{
	struct arena arena;

	arena_init(&arena, 4096);
	sandbox_enter(place.cache_fd, got, &arena);
	arena_done(&arena);
}

static void *in_thread(void *context)
{
	const struct attempt *a = context;

	return (void *)(intptr_t)a->make();
}

/* What the attempt gave in a child, by its exit status. */
static int try_in_child(const struct attempt *a, bool sandboxed, bool threaded)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct report_sandbox got = {0};
		pthread_t thread;
		void *result;

		if (sandboxed)
			enter(&got);
		if (sandboxed && !got.seccomp)
			_exit(NO_SECCOMP);
		if (sandboxed && !got.landlock && a->needs_landlock)
			_exit(NO_LANDLOCK);
		if (!threaded)
			_exit(a->make());
		if (pthread_create(&thread, NULL, in_thread, (void *)(uintptr_t)a) != 0 ||
		    pthread_join(thread, &result) != 0)
			_exit(NO_THREAD);
		_exit((int)(intptr_t)result);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void check_attempts(bool threaded)
{
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		const struct attempt *a = &attempts[i];
		int got = try_in_child(a, true, threaded);

		if (got == NO_SECCOMP)
			fail_msg("the sandbox did not come to stand");
		if (got == NO_LANDLOCK) {
			print_message("[  SKIP    ] %s: this kernel offers no landlock\n", a->what);
			continue;
		}
		if (got != a->refused)
			fail_msg("%s in the sandbox: got \"%s\", want \"%s\"", a->what,
				 strerror(got), strerror(a->refused));
	}
}

TEST(the_thread_that_enters_can_neither_connect_nor_write_nor_run)
{
	check_attempts(false);
}

TEST(threads_made_in_the_sandbox_are_in_it)
{
	check_attempts(true);
}

/* Else the refusals above would prove nothing. */
TEST(without_the_sandbox_the_same_attempts_succeed)
{
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		const struct attempt *a = &attempts[i];
		int got;

		/* a container may itself refuse these two */
		if (a->make == new_namespace || a->make == trace_parent)
			continue;
		got = try_in_child(a, false, false);
		if (got != ALLOWED)
			fail_msg("%s without the sandbox: \"%s\"", a->what, strerror(got));
	}
}

TEST(what_holds_is_reported)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct report_sandbox got = {0};
		struct arena arena;
		bool said;

		arena_init(&arena, 4096);
		sandbox_enter(-1, &got, &arena);
		said = str_find(got.missing, STR("landlock")) < got.missing.n;
		_exit(got.no_new_privs && got.seccomp && said == !got.landlock ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* --- an image that is downloaded --- */

/* The stream a fake source gives: what its opening thread could do, in one byte. */
struct byte_stream {
	struct stream stream;
	unsigned char byte;
};

static ssize_t byte_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	memcpy(buf, &((struct byte_stream *)s)->byte, 1);
	return 1;
}

static void byte_close(struct stream *s)
{
	free(s);
}

static int open_by_socket(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	struct byte_stream *b;

	if (i == 7)
		return err_set(err, ERR_NOT_FOUND, "layer of number %zu", i);
	b = calloc(1, sizeof *b);
	if (!b)
		return err_nomem(err);
	b->stream = (struct stream){byte_read, byte_close};
	b->byte = (unsigned char)open_inet_socket();
	*ret = &b->stream;
	return 0;
}

/* Runs where a worker of the scan runs: its own socket is refused, that of the opener is not. */
static void *worker(void *context)
{
	struct opener *o = context;
	struct stream *s = NULL;
	struct err err = {0};
	unsigned char byte = 255;
	intptr_t wrong = 0;

	wrong |= open_inet_socket() != EPERM ? 1 : 0;
	wrong |= opener_open(o, 0, &s, &err) != 0 ? 2 : 0;
	if (s && stream_read(s, &byte, 1, &err) != 1)
		wrong |= 4;
	stream_close(s);
	wrong |= byte != ALLOWED ? 8 : 0;
	wrong |= opener_open(o, 7, &s, &err) != -ERR_NOT_FOUND ? 16 : 0;
	wrong |= strcmp(err.msg, "layer of number 7") != 0 ? 32 : 0;
	return (void *)wrong;
}

static int run_workers(bool needs_network)
{
	struct source *src = source_new("test", "nowhere");
	struct report_sandbox got = {0};
	pthread_t threads[8];
	struct opener *o = NULL;
	intptr_t wrong = 0;

	if (!src)
		return NO_THREAD;
	src->open_layer = open_by_socket;
	src->needs_network = needs_network;
	if (opener_start(src, &o, NULL) < 0)
		return NO_THREAD;
	enter(&got);
	if (!got.seccomp)
		return NO_SECCOMP;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		if (pthread_create(&threads[i], NULL, worker, o) != 0)
			return NO_THREAD;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *result;

		if (pthread_join(threads[i], &result) != 0)
			return NO_THREAD;
		wrong |= (intptr_t)result;
	}
	opener_stop(o);
	source_close(src);
	return (int)wrong;
}

static int workers_in_child(bool needs_network)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run_workers(needs_network));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(layers_of_a_registry_are_opened_outside_and_read_inside)
{
	assert_int_equal(workers_in_child(true), 0);
}

TEST(a_source_that_needs_no_network_gets_no_thread_that_has_it)
{
	assert_int_equal(workers_in_child(false), 8); /* its opening was refused the socket */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_thread_that_enters_can_neither_connect_nor_write_nor_run),
		RUN(threads_made_in_the_sandbox_are_in_it),
		RUN(without_the_sandbox_the_same_attempts_succeed),
		RUN(what_holds_is_reported),
		RUN(layers_of_a_registry_are_opened_outside_and_read_inside),
		RUN(a_source_that_needs_no_network_gets_no_thread_that_has_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
