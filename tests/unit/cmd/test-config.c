/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/config.h"

/* The options of the real scan command, emptied. */
static uint64_t *jobs;
static const char **format, **output;
static bool *quiet, *no_sandbox, *require_complete;

static void *target(const char *name)
{
	return command_option(command_find(STR("scan")), str_of(name))->target;
}

static int set_up(void **state)
{
	jobs = target("jobs");
	format = target("format");
	output = target("output");
	quiet = target("quiet");
	no_sandbox = target("no-sandbox");
	require_complete = target("require-complete");
	*jobs = 0;
	*format = *output = NULL;
	*quiet = *no_sandbox = *require_complete = false;
	return 0;
}

static const char *env_name, *env_value;

static char *variable(const char *name)
{
	return env_name && strcmp(name, env_name) == 0 ? (char *)env_value : NULL;
}

static void put_file(const char *path, const char *text)
{
	CLEANUP(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(fd_write_all(fd, str_of(text), NULL), 0);
}

/* NULL: no such file. */
static int apply(const char *of_system, const char *of_project, struct err *err)
{
	char dir[] = "/tmp/plimsoll-config-XXXXXX";
	int r;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	if (of_system)
		put_file("system.yaml", of_system);
	if (of_project)
		put_file("project.yaml", of_project);
	r = config_apply(&(struct config_sources){"system.yaml", "project.yaml", variable},
			 command_find(STR("scan")), err);
	(void)unlink("system.yaml"); /* one of them may not be there */
	(void)unlink("project.yaml");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(dir), 0);
	return r;
}

TEST(no_file_and_no_variable_change_nothing)
{
	struct err err = {0};

	assert_int_equal(apply(NULL, NULL, &err), 0);
	assert_int_equal(apply("", "# only a comment\n", &err), 0);
	assert_int_equal(*jobs, 0);
	assert_null(*format);
}

TEST(the_nearer_source_wins)
{
	struct err err = {0};

	assert_int_equal(apply("jobs: 2\nformat: json\nquiet: yes\n", "jobs: 3\n", &err), 0);
	assert_int_equal(*jobs, 3);
	assert_str(str_of(*format), "json");
	assert_true(*quiet);
	env_name = "PLIMSOLL_JOBS";
	env_value = "4";
	assert_int_equal(apply("jobs: 2\n", "jobs: 3\n", &err), 0);
	assert_int_equal(*jobs, 4);
	env_value = "";
	assert_int_equal(apply("jobs: 2\n", NULL, &err), 0);
	assert_int_equal(*jobs, 2);
	env_name = NULL;
}

TEST(a_flag_is_switched_off_by_a_variable)
{
	struct err err = {0};

	env_name = "PLIMSOLL_REQUIRE_COMPLETE";
	env_value = "off";
	assert_int_equal(apply(NULL, "require-complete: true\n", &err), 0);
	assert_false(*require_complete);
	env_name = NULL;
}

TEST(a_section_is_for_its_command_only_and_wins_wherever_it_stands)
{
	struct err err = {0};

	assert_int_equal(apply(NULL,
			       "scan:\n  format: purl\nformat: json\n"
			       "sbom:\n  format: spdx-json\n  jobs: 7\n",
			       &err),
			 0);
	assert_str(str_of(*format), "purl");
	assert_int_equal(*jobs, 0);
}

TEST(a_value_at_the_top_that_only_another_command_takes_is_passed_over)
{
	struct err err = {0};

	*format = "was";
	assert_int_equal(apply("format: table\n", NULL, &err), 0);
	assert_str(str_of(*format), "table");
	/* "out" is an option of db only. */
	assert_int_equal(apply("out: x\n", NULL, &err), 0);
	assert_true(apply(NULL, "out: x\n", &err) < 0);
	assert_has(err.msg, "a project's file cannot set out");
}

static const struct {
	const char *of_system, *of_project, *says;
} bad_rows[] = {
	{"\njbs: 2\n", NULL, "system.yaml:2: no option \"jbs\"; did you mean jobs?"},
	{"xyzzyplugh: 2\n", NULL, "no option \"xyzzyplugh\"; see plimsoll help config"},
	{"sbmo: {jobs: 1}\n", NULL, "system.yaml:1: no option \"sbmo\"; did you mean sbom?"},
	{"sbom:\n  files: yes\n", NULL, "system.yaml:2: no option \"files\" of sbom"},
	{"jobs: many\n", NULL, "system.yaml:1: jobs takes a number, not \"many\""},
	{"jobs: [1]\n", NULL, "system.yaml:1: jobs takes one value"},
	{"quiet: maybe\n", NULL, "quiet takes true or false, not \"maybe\""},
	{"format: jsn\n", NULL, "format takes one of \"table json"},
	{"output: \"a\\0b\"\n", NULL, "a value holds a NUL"},
	{"- jobs\n", NULL, "system.yaml:1: expected \"option: value\""},
	{"jobs: 1\njobs: 2\n", NULL, "system.yaml: line 2"},
	{"jobs: [1\n", NULL, "system.yaml: line"},
	{NULL, "# a\n# b\nno-sandbox: true\n",
	 "project.yaml:3: a project's file cannot set no-sandbox; say --no-sandbox"},
	{NULL, "sbom: {no-sandbox: true}\n", "a project's file cannot set no-sandbox"},
	{NULL, "output: /etc/passwd\n", "a project's file cannot set output"},
	{NULL, "insecure-registry: true\n", "a project's file cannot set insecure-registry"},
	{NULL, "authfile: x\n", "a project's file cannot set authfile"},
	{NULL, "require-complete: false\n", "a project's file can only switch require-complete on"},
};

TEST(a_mistake_is_told_with_file_and_line)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct err err = {0};

		if (apply(bad_rows[i].of_system, bad_rows[i].of_project, &err) >= 0)
			fail_msg("row %zu is accepted", i);
		assert_has(err.msg, bad_rows[i].says);
	}
	assert_false(*no_sandbox);
	assert_null(*output);
}

TEST(the_system_and_the_user_may_set_all)
{
	struct err err = {0};

	assert_int_equal(apply("no-sandbox: true\noutput: out\n", NULL, &err), 0);
	assert_true(*no_sandbox);
	assert_str(str_of(*output), "out");
	env_name = "PLIMSOLL_NO_SANDBOX";
	env_value = "0";
	assert_int_equal(apply("no-sandbox: true\n", NULL, &err), 0);
	assert_false(*no_sandbox);
	env_value = "perhaps";
	assert_int_equal(apply(NULL, NULL, &err), -ERR_USAGE);
	assert_string_equal(err.msg,
			    "PLIMSOLL_NO_SANDBOX: no-sandbox takes true or false, not \"perhaps\"");
	env_name = NULL;
}

TEST(a_pipe_a_folder_and_a_large_file_are_refused)
{
	char dir[] = "/tmp/plimsoll-config-XXXXXX";
	struct err err = {0};
	struct config_sources from = {"x", NULL, variable};

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkfifo("x", 0600), 0);
	assert_true(config_apply(&from, command_find(STR("scan")), &err) < 0);
	assert_string_equal(err.msg, "x: not a regular file");
	assert_int_equal(unlink("x"), 0);
	put_file("x", "");
	assert_int_equal(truncate("x", LIMIT_CONFIG_BYTES + 1), 0);
	assert_int_equal(config_apply(&from, command_find(STR("scan")), &err), -ERR_LIMIT);
	assert_has(err.msg, "config_bytes");
	assert_int_equal(unlink("x"), 0);
	from.system_file = dir;
	assert_true(config_apply(&from, command_find(STR("scan")), &err) < 0);
	assert_has(err.msg, "not a regular file");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(dir), 0);
}

#define FRESH(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(no_file_and_no_variable_change_nothing),
		FRESH(the_nearer_source_wins),
		FRESH(a_flag_is_switched_off_by_a_variable),
		FRESH(a_section_is_for_its_command_only_and_wins_wherever_it_stands),
		FRESH(a_value_at_the_top_that_only_another_command_takes_is_passed_over),
		FRESH(a_mistake_is_told_with_file_and_line),
		FRESH(the_system_and_the_user_may_set_all),
		FRESH(a_pipe_a_folder_and_a_large_file_are_refused),
	};

	return RUN_ALL(tests);
}
