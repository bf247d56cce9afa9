/* SPDX-License-Identifier: Apache-2.0 */
/* With programs of ours in ShellCheck's place, and with ShellCheck itself where it is installed. */
#include "check/shellcheck.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "unit/test.h"

struct fixture {
	struct arena arena;
	struct shellcheck_answer answer;
};

static void fixture_done(struct fixture *f)
{
	arena_done(&f->arena);
}

/* Runs a shell script, named by a path, as if it were ShellCheck. */
static struct fixture ask_fake_with(struct shellcheck_cache *cache, const char *body,
				    const struct shellcheck_script *scripts, size_t n)
{
	char path[] = "/tmp/plimsoll-shellcheck-XXXXXX";
	CLEANUP(fd_closep) int fd = mkstemp(path);
	struct shellcheck_options o = {.cache = cache, .program = path, .seconds = 5};
	struct err err = {0};
	struct fixture f;

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, STR("#!/bin/sh\n"), NULL), 0);
	assert_int_equal(fd_write_all(fd, str_of(body), NULL), 0);
	assert_int_equal(fchmod(fd, 0700), 0);
	fd_closep(&fd); /* or it is busy */
	arena_init(&f.arena, 16 << 20);
	if (shellcheck_run(scripts, n, &o, &f.arena, &f.answer, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(unlink(path), 0);
	return f;
}

static struct fixture ask_fake(const char *body, const struct shellcheck_script *scripts, size_t n)
{
	return ask_fake_with(NULL, body, scripts, n);
}

/* Prints a comment about the first script: $7 is its path. */
#define COMMENT(places)                                                                            \
	"printf '{\"comments\":[{\"file\":\"%s\"," places                                          \
	",\"level\":\"warning\",\"code\":2086,\"message\":\"m\"}]}' \"$6\"; exit 1\n"

TEST(places_in_code_points_become_bytes)
{
	static const struct {
		const char *text, *fake;
		size_t at, end;
	} rows[] = {
		{"echo $x", COMMENT("\"line\":1,\"column\":6,\"endLine\":1,\"endColumn\":8"), 5, 7},
		{"a\n\xc3\xa9 $x\n",
		 COMMENT("\"line\":2,\"column\":3,\"endLine\":2,\"endColumn\":5"), 5, 7},
		{"a\nb", COMMENT("\"line\":1,\"column\":1,\"endLine\":2,\"endColumn\":2"), 0, 3},
		{"a", COMMENT("\"line\":9,\"column\":9"), 1, 1},
		{"a", COMMENT("\"line\":1,\"column\":99"), 1, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shellcheck_script s = {.text = str_of(rows[i].text)};
		CLEANUP(fixture_done) struct fixture f = ask_fake(rows[i].fake, &s, 1);

		assert_str(f.answer.not_assessed, "");
		assert_int_equal(f.answer.n_notes, 1);
		assert_int_equal(f.answer.notes[0].span.at, rows[i].at);
		assert_int_equal(f.answer.notes[0].span.end, rows[i].end);
		assert_int_equal(f.answer.notes[0].code, 2086);
		assert_int_equal(f.answer.notes[0].level, SHELLCHECK_WARNING);
		assert_str(f.answer.notes[0].message, "m");
	}
}

TEST(places_go_through_the_map)
{
	static struct text_piece pieces[] = {{0, 4}, {5, 20}};
	struct text_map map = {.pieces = pieces, .n = 2};
	struct shellcheck_script s = {.text = STR("echo $x"), .map = &map};
	CLEANUP(fixture_done)
	struct fixture f =
		ask_fake(COMMENT("\"line\":1,\"column\":6,\"endLine\":1,\"endColumn\":8"), &s, 1);

	assert_int_equal(f.answer.notes[0].span.at, 20);
	assert_int_equal(f.answer.notes[0].span.end, 22);
}

TEST(variables_set_outside_stand_in_a_line_that_is_taken_out_again)
{
	static const struct str variables[] = {{"A", 1}, {"b_1", 3}, {"1x", 2}, {"x;y", 3}};
	static const struct {
		const char *text, *line, *first;
	} rows[] = {
		{"echo\n", "2", "export A=x b_1=x"},
		{"#!/bin/sh\necho\n", "3", "#!/bin/sh"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shellcheck_script s = {
			.text = str_of(rows[i].text), .variables = variables, .n_variables = 4};
		char fake[600];

		(void)snprintf(fake, sizeof fake,
			       "read -r first <\"$6\"; [ \"$first\" = \"%s\" ] || exit 9\n"
			       "printf '{\"comments\":[{\"file\":\"%%s\",\"line\":%s,\"column\":1,"
			       "\"level\":\"info\",\"code\":1,\"message\":\"m\"}]}' \"$6\"\n",
			       rows[i].first, rows[i].line);
		CLEANUP(fixture_done) struct fixture f = ask_fake(fake, &s, 1);

		assert_str(f.answer.not_assessed, "");
		assert_int_equal(f.answer.notes[0].span.at,
				 strstr(rows[i].text, "echo") - rows[i].text);
	}
}

TEST(scripts_of_one_dialect_are_asked_about_together)
{
	enum { N = LIMIT_SHELLCHECK_SCRIPTS + 3 };
	static struct shellcheck_script scripts[N];

	for (size_t i = 0; i < N; i++)
		scripts[i] = (struct shellcheck_script){.text = STR("a"),
							.dialect = i == 1 ? SHELL_BASH : SHELL_SH};
	CLEANUP(fixture_done)
	struct fixture f = ask_fake(
		"dialect=$5; shift 5; [ $dialect = sh ] && level=info || level=error\n"
		"printf '{\"comments\":['; comma=\n"
		"for f; do printf '%s{\"file\":\"%s\",\"line\":1,\"column\":1,\"level\":\"%s\","
		"\"code\":%d,\"message\":\"m\"}' \"$comma\" $f $level $#; comma=,; done\n"
		"printf ']}'\n",
		scripts, N);

	assert_str(f.answer.not_assessed, "");
	assert_int_equal(f.answer.n_assessed, N);
	assert_int_equal(f.answer.n_notes, N);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(f.answer.notes[i].script, i);
	assert_int_equal(f.answer.notes[0].code, LIMIT_SHELLCHECK_SCRIPTS);
	assert_int_equal(f.answer.notes[1].level, SHELLCHECK_ERROR);
	assert_int_equal(f.answer.notes[1].code, 1);
	assert_int_equal(f.answer.notes[N - 1].code, 2);
}

/* A comment about each script, behind its variables; the code is how many it was given. */
#define COUNT_SCRIPTS                                                                              \
	"shift 5; printf '{\"comments\":['; comma=\n"                                              \
	"for f; do printf '%s{\"file\":\"%s\",\"line\":2,\"column\":1,\"level\":\"info\","         \
	"\"code\":%d,\"message\":\"m\"}' \"$comma\" $f $#; comma=,; done; printf ']}'\n"

TEST(equal_scripts_are_asked_about_once)
{
	static const struct str x = {"x", 1}, y = {"y", 1};
	const struct shellcheck_script scripts[] = {
		{.text = STR("a"), .variables = &x, .n_variables = 1},
		{.text = STR("a"), .variables = &x, .n_variables = 1},
		{.text = STR("a"), .variables = &y, .n_variables = 1},
		{.text = STR("b")},
		{.text = STR("b"), .dialect = SHELL_BASH},
		{.text = STR("a"), .variables = &x, .n_variables = 1},
	};
	static const unsigned given[] = {3, 3, 3, 3, 1, 3};
	struct shellcheck_cache *cache;

	assert_int_equal(shellcheck_cache_new(&cache, NULL), 0);
	for (int round = 0; round < 2; round++) {
		/* Nothing is asked again: what would be said then is no answer. */
		CLEANUP(fixture_done)
		struct fixture f = ask_fake_with(cache, round ? "exit 9\n" : COUNT_SCRIPTS, scripts,
						 ARRAY_LEN(scripts));

		assert_str(f.answer.not_assessed, "");
		assert_int_equal(f.answer.n_assessed, ARRAY_LEN(scripts));
		assert_int_equal(f.answer.n_notes, ARRAY_LEN(scripts));
		for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
			assert_int_equal(f.answer.notes[i].script, i);
			assert_int_equal(f.answer.notes[i].code, given[i]);
		}
	}
	shellcheck_cache_free(cache);
}

TEST(what_was_not_answered_is_asked_again)
{
	const struct shellcheck_script scripts[] = {{.text = STR("a")}, {.text = STR("a")}};
	struct shellcheck_cache *cache;

	assert_int_equal(shellcheck_cache_new(&cache, NULL), 0);
	for (int round = 0; round < 2; round++) {
		CLEANUP(fixture_done)
		struct fixture f =
			ask_fake_with(cache, round ? COUNT_SCRIPTS : "exit 9\n", scripts, 2);

		assert_int_equal(f.answer.n_assessed, round ? 2 : 0);
		assert_int_equal(f.answer.not_assessed.n > 0, round == 0);
	}
	shellcheck_cache_free(cache);
}

TEST(that_it_is_absent_is_found_out_once)
{
	const struct shellcheck_script script = {.text = STR("a")};
	struct shellcheck_options o = {.program = "plimsoll-no-such-shellcheck"};
	struct shellcheck_answer answer;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shellcheck_cache_new(&o.cache, NULL), 0);
	assert_false(shellcheck_cache_is_absent(o.cache));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(shellcheck_run(&script, 1, &o, &a, &answer, NULL), 0);
		assert_str(answer.not_assessed, "ShellCheck is not installed");
		assert_true(shellcheck_cache_is_absent(o.cache));
	}
	shellcheck_cache_free(o.cache);
	arena_done(&a);
}

TEST(what_it_does_not_answer_is_not_assessed)
{
	static const struct {
		const char *fake, *why;
	} rows[] = {
		{"exit 4\n", "exit status 4"},
		{"echo nonsense\n", "the answer of /tmp/plimsoll-shellcheck-"},
		{"echo '{}'\n", "no list of comments"},
		{"echo '{\"comments\":[{}]}'\n", "a comment without its place, code or level"},
		{"echo '{\"comments\":[]}'; exit 2\n", "could not read some of the scripts"},
		{"exec sleep 20\n", "did not end in time"},
		{"exec cat /dev/zero\n", "printed more than"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shellcheck_script s = {.text = STR("echo $x")};
		uint64_t start = clock_monotonic_ms();
		CLEANUP(fixture_done) struct fixture f = ask_fake(rows[i].fake, &s, 1);

		assert_int_equal(f.answer.n_assessed, 0);
		assert_non_null(f.answer.not_assessed.p);
		assert_has(f.answer.not_assessed.p, rows[i].why);
		assert_true(clock_monotonic_ms() - start < 15000);
	}
}

TEST(where_it_is_not_installed_nothing_is_assessed)
{
	struct shellcheck_script s = {.text = STR("echo $x")};
	struct shellcheck_options o = {.program = "plimsoll-no-such-shellcheck"};
	struct shellcheck_answer answer;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shellcheck_run(&s, 1, &o, &a, &answer, NULL), 0);
	assert_str(answer.not_assessed, "ShellCheck is not installed");
	assert_int_equal(answer.n_notes, 0);
	arena_done(&a);
}

TEST(a_script_that_is_too_large_is_not_assessed_and_the_others_are)
{
	static char large[LIMIT_SHELLCHECK_SCRIPT_BYTES + 1];
	struct shellcheck_script scripts[] = {{.text = {large, sizeof large}}, {.text = STR("a")}};
	CLEANUP(fixture_done)
	struct fixture f = ask_fake("[ $# = 6 ] || exit 9; echo '{\"comments\":[]}'\n", scripts,
				    ARRAY_LEN(scripts));

	assert_str(f.answer.not_assessed, "a script larger than shellcheck_script_bytes");
	assert_int_equal(f.answer.n_assessed, 1);
}

TEST(shellcheck_itself_is_understood)
{
	static const struct str variables[] = {{"known", 5}};
	struct shellcheck_script scripts[] = {
		{.text = STR("echo $known\ncd $unknown\n"),
		 .variables = variables,
		 .n_variables = 1},
		{.text = STR("a=(1)\n"), .dialect = SHELL_SH},
		{.text = STR("echo \"fine\"\n"), .dialect = SHELL_BASH},
	};
	struct shellcheck_options o = {0};
	struct shellcheck_answer answer;
	bool unknown = false, array = false;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shellcheck_run(scripts, 3, &o, &a, &answer, NULL), 0);
	if (str_is(answer.not_assessed, "ShellCheck is not installed")) {
		arena_done(&a);
		skip();
	}
	assert_str(answer.not_assessed, "");
	assert_int_equal(answer.n_assessed, 3);
	for (size_t i = 0; i < answer.n_notes; i++) {
		const struct shellcheck_note *note = &answer.notes[i];

		if (note->code == 2154) {
			assert_int_equal(note->span.at, 15);
			assert_int_equal(note->span.end, 23);
			unknown = true;
		}
		array = array || (note->script == 1 && note->code == 3030);
		assert_true(note->script != 2);
	}
	assert_true(unknown && array);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(places_in_code_points_become_bytes),
		RUN(places_go_through_the_map),
		RUN(variables_set_outside_stand_in_a_line_that_is_taken_out_again),
		RUN(scripts_of_one_dialect_are_asked_about_together),
		RUN(equal_scripts_are_asked_about_once),
		RUN(what_was_not_answered_is_asked_again),
		RUN(that_it_is_absent_is_found_out_once),
		RUN(what_it_does_not_answer_is_not_assessed),
		RUN(where_it_is_not_installed_nothing_is_assessed),
		RUN(a_script_that_is_too_large_is_not_assessed_and_the_others_are),
		RUN(shellcheck_itself_is_understood),
	};

	return RUN_ALL(tests);
}
