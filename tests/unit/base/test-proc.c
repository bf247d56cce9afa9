/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "unit/test.h"

TEST(a_program_gets_its_input_and_its_output_comes_back)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
	const char *argv[] = {"cat", NULL};
	struct proc p = {.argv = argv, .input = STR("hello\n"), .seconds = 20};
	int status = -1;

	assert_int_equal(proc_run(&p, &out, &status, NULL), 0);
	assert_int_equal(status, 0);
	assert_str(strbuf_str(&out), "hello\n");
}

TEST(an_exit_status_is_told_and_a_signal_as_128_and_more)
{
	static const struct {
		const char *script;
		int status;
	} rows[] = {{"exit 3", 3}, {"kill -9 $$", 128 + 9}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
		const char *argv[] = {"sh", "-c", rows[i].script, NULL};
		struct proc p = {.argv = argv, .seconds = 20};
		int status = -1;

		assert_int_equal(proc_run(&p, &out, &status, NULL), 0);
		assert_int_equal(status, rows[i].status);
	}
}

TEST(only_descriptors_that_are_named_reach_the_program)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
	CLEANUP(fd_closep) int given = memfd_create("given", MFD_CLOEXEC);
	CLEANUP(fd_closep) int kept = memfd_create("kept", MFD_CLOEXEC);
	char path[2][32];
	const char *argv[] = {"cat", path[0], path[1], NULL};
	struct proc p = {.argv = argv, .seconds = 20, .fds = &given, .n_fds = 1};
	int status = -1;

	assert_int_equal(fd_write_all(given, STR("given"), NULL), 0);
	assert_int_equal(fd_write_all(kept, STR("kept"), NULL), 0);
	(void)snprintf(path[0], sizeof path[0], "/dev/fd/%d", given);
	(void)snprintf(path[1], sizeof path[1], "/dev/fd/%d", kept);
	assert_int_equal(proc_run(&p, &out, &status, NULL), 0);
	assert_str(strbuf_str(&out), "given");
	assert_int_not_equal(status, 0);
}

TEST(what_goes_wrong_names_the_program)
{
	static const struct {
		const char *argv[4];
		enum err_code code;
		const char *message;
	} rows[] = {
		{{"no-such-program-anywhere", NULL}, ERR_NOT_FOUND, "no-such-program-anywhere"},
		{{"sh", "-c", "printf %200s x", NULL}, ERR_LIMIT, "sh printed more than 100"},
		{{"sleep", "20", NULL}, ERR_LIMIT, "sleep did not end in time"},
		{{"sh", "-c", "exec >&-; exec sleep 20", NULL}, ERR_LIMIT, "did not end in time"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
		struct proc p = {.argv = rows[i].argv, .seconds = 1};
		uint64_t start = clock_monotonic_ms();
		struct err err = {0};
		int status = -1;

		assert_int_equal(proc_run(&p, &out, &status, &err), -(int)rows[i].code);
		assert_has(err.msg, rows[i].message);
		assert_true(clock_monotonic_ms() - start < 10000);
	}
}

TEST(a_program_has_the_environment_it_is_given_and_no_other)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
	const char *argv[] = {"/usr/bin/env", NULL}, *env[] = {"A=1", NULL};
	struct proc p = {.argv = argv, .env = env, .seconds = 20};
	int status = -1;

	assert_int_equal(proc_run(&p, &out, &status, NULL), 0);
	assert_str(strbuf_str(&out), "A=1\n");
}

static int no_new_privileges(struct err *err)
{
	(void)err; /* it works */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

TEST(what_confines_a_program_binds_it_alone)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);
	const char *argv[] = {"grep", "NoNewPrivs", "/proc/self/status", NULL};
	struct proc p = {.argv = argv, .confine = no_new_privileges, .seconds = 20};
	int before = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), status = -1;

	assert_int_equal(proc_run(&p, &out, &status, NULL), 0);
	assert_str(strbuf_str(&out), "NoNewPrivs:\t1\n");
	assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), before);
}

static int cannot(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "cannot be confined");
}

TEST(what_cannot_be_confined_is_not_run)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
	const char *argv[] = {"echo", "ran", NULL};
	struct proc p = {.argv = argv, .confine = cannot, .seconds = 20};
	struct err err = {0};
	int status = -1;

	assert_int_equal(proc_run(&p, &out, &status, &err), -ERR_UNSUPPORTED);
	assert_string_equal(err.msg, "cannot be confined");
	assert_int_equal(out.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_program_has_the_environment_it_is_given_and_no_other),
		RUN(what_confines_a_program_binds_it_alone),
		RUN(what_cannot_be_confined_is_not_run),
		RUN(a_program_gets_its_input_and_its_output_comes_back),
		RUN(an_exit_status_is_told_and_a_signal_as_128_and_more),
		RUN(only_descriptors_that_are_named_reach_the_program),
		RUN(what_goes_wrong_names_the_program),
	};

	return RUN_ALL(tests);
}
