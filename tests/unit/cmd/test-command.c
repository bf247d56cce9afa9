/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "cmd/command.h"
#include "cmd/help.h"

static struct {
	bool quiet, verbose;
	const char *format;
	uint64_t jobs;
} opt;

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print", "json table"),
	OPTION_UINT("jobs", 'j', &opt.jobs, "N", "how many at once"),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "say less"),
	OPTION_FLAG("verbose", 'v', &opt.verbose, "say more"),
	OPTION_END,
};

static const struct command sample = {
	.name = "sample", .arguments = "TARGET", .summary = "try things", .options = options};

#define WORDS_MAX 6

/* `line` cut at spaces, parsed with the sample command. */
static int parse(char *line, const char **words, bool *ret_help, struct err *err)
{
	int n = 0;

	opt.quiet = opt.verbose = false;
	opt.format = NULL;
	opt.jobs = 0;
	for (char *save, *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	return command_parse(&sample, n, words, ret_help, err);
}

static const struct {
	const char *line;
	int n_words;
	const char *last; /* of the words left; NULL: none */
	bool quiet, verbose;
	const char *format;
	uint64_t jobs;
} good_rows[] = {
	{"a b", 2, "b", false, false, NULL, 0},
	{"--quiet a", 1, "a", true, false, NULL, 0},
	{"a --quiet", 1, "a", true, false, NULL, 0},
	{"--quiet --no-quiet", 0, NULL, false, false, NULL, 0},
	{"-qv x", 1, "x", true, true, NULL, 0},
	{"-qfjson x", 1, "x", true, false, "json", 0},
	{"--format=json", 0, NULL, false, false, "json", 0},
	{"--format json x", 1, "x", false, false, "json", 0},
	{"--format=", 0, NULL, false, false, "", 0},
	{"--format=a=b", 0, NULL, false, false, "a=b", 0},
	{"-f json -j4", 0, NULL, false, false, "json", 4},
	{"--jobs 18446744073709551615", 0, NULL, false, false, NULL, UINT64_MAX},
	{"-- --quiet -x", 2, "-x", false, false, NULL, 0},
	{"- a", 2, "a", false, false, NULL, 0},
	{"--format --quiet", 0, NULL, false, false, "--quiet", 0},
};

TEST(options_and_words_stand_in_any_order)
{
	for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
		CLEANUP(freep) char *line = str_dup(str_of(good_rows[i].line));
		const char *words[WORDS_MAX];
		struct err err = {0};
		bool help = false;
		int n = parse(line, words, &help, &err);

		if (n != good_rows[i].n_words)
			fail_msg("\"%s\": %d words: %s", good_rows[i].line, n, err.msg);
		assert_false(help);
		if (good_rows[i].last)
			assert_string_equal(words[n - 1], good_rows[i].last);
		assert_int_equal(opt.quiet, good_rows[i].quiet);
		assert_int_equal(opt.verbose, good_rows[i].verbose);
		assert_true(opt.jobs == good_rows[i].jobs);
		assert_str(str_of(opt.format), good_rows[i].format ? good_rows[i].format : "");
	}
}

static const struct {
	const char *line, *says;
} bad_rows[] = {
	{"--quite", "sample: unknown option --quite; did you mean --quiet?"},
	{"--xyzzyplugh", "sample: unknown option --xyzzyplugh; see plimsoll sample --help"},
	{"-x", "sample: unknown option -x; see plimsoll sample --help"},
	{"-qx", "unknown option -x"},
	{"--f", "unknown option --f"},
	{"--quiet=yes", "sample: --quiet takes no value"},
	{"--no-format", "unknown option --no-format"},
	{"--format", "sample: --format needs a value: --format FORMAT"},
	{"-j", "--jobs needs a value: --jobs N"},
	{"--jobs=many", "sample: --jobs takes a number, not \"many\""},
	{"--jobs -1", "--jobs takes a number, not \"-1\""},
	{"--jobs=18446744073709551616", "takes a number"},
};

TEST(a_wrong_option_is_explained)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		CLEANUP(freep) char *line = str_dup(str_of(bad_rows[i].line));
		const char *words[WORDS_MAX];
		struct err err = {0};
		bool help = false;

		assert_int_equal(parse(line, words, &help, &err), -ERR_USAGE);
		assert_has(err.msg, bad_rows[i].says);
	}
}

TEST(help_is_understood_everywhere_but_as_a_value)
{
	static const struct {
		const char *line;
		bool help;
	} rows[] = {{"--help", true},	      {"-h", true},	    {"a -qh", true},
		    {"a --help --bad", true}, {"-- --help", false}, {"--format --help", false},
		    {"help", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(freep) char *line = str_dup(str_of(rows[i].line));
		const char *words[WORDS_MAX];
		bool help = false;

		assert_true(parse(line, words, &help, NULL) >= 0);
		if (help != rows[i].help)
			fail_msg("\"%s\"", rows[i].line);
	}
}

TEST(an_unknown_command_gets_a_proposal)
{
	struct err err = {0};

	assert_int_equal(command_unknown(STR("hlep"), &err), -ERR_USAGE);
	assert_string_equal(err.msg, "no command \"hlep\"; did you mean help?");
	command_unknown(STR("xyzzyplugh"), &err);
	assert_string_equal(err.msg, "no command \"xyzzyplugh\"; plimsoll --help lists them");
	command_unknown(STR("docz"), &err); /* docs is hidden */
	assert_has(err.msg, "lists them");
	command_unknown(STR("he"), &err); /* as many edits as letters: any word is that near */
	assert_has(err.msg, "lists them");
	assert_null(command_find(STR("hel")));
	assert_non_null(command_find(STR("docs")));
}

TEST(commands_are_sorted_and_described)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];

		assert_true(i == 0 || strcmp(commands[i - 1]->name, c->name) < 0);
		assert_true(c->name && c->arguments && c->summary && c->options && c->run);
		if (strlen(c->summary) > 66)
			fail_msg("%s: the summary does not fit a line", c->name);
		for (const struct option_spec *o = c->options; o->kind != OPTION_KIND_END; o++) {
			assert_true(o->name && o->help && o->target);
			assert_int_equal(o->kind == OPTION_KIND_FLAG, o->value == NULL);
		}
	}
}

TEST(help_fits_eighty_columns)
{
	for (size_t i = 0; commands[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);
		struct str rest, line;

		help_overview(&sb);
		help_command(&sb, commands[i]);
		rest = strbuf_str(&sb);
		while (str_pull_line(&rest, &line))
			if (line.n > 80)
				fail_msg("%s: \"%.*s\"", commands[i]->name, STR_FMT(line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(options_and_words_stand_in_any_order),
		RUN(a_wrong_option_is_explained),
		RUN(help_is_understood_everywhere_but_as_a_value),
		RUN(an_unknown_command_gets_a_proposal),
		RUN(commands_are_sorted_and_described),
		RUN(help_fits_eighty_columns),
	};

	return RUN_ALL(tests);
}
