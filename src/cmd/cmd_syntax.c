/* SPDX-License-Identifier: Apache-2.0 */
/* For the conformance suites and for people who ask what the linter sees: prints parse trees. */
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"
#include "check/dockerfile.h"
#include "check/dockerfile_dump.h"
#include "check/dockerfile_expand.h"
#include "cmd/command.h"
#include "cmd/line_answers.h"
#include "cmd/syntax_secrets.h"
#include "codec/json_writer.h"

static struct {
	const char *format, *level, *escape;
	struct option_list env, rules;
	bool split, ignore_case;
} opt = {.format = "tree", .level = "build", .escape = "\\"};

static const char *const levels[] = {"syntax", "usage", "build"};

/* The tree as JSON. */

static void put_span(struct json_writer *w, const char *key, struct dockerfile_span span)
{
	json_key(w, key);
	json_open_list(w);
	json_add_uint(w, span.at);
	json_add_uint(w, span.end);
	json_close_list(w);
}

static void put_word(struct json_writer *w, const struct dockerfile_word *word)
{
	json_open_map(w);
	json_put_str(w, "text", word->text);
	put_span(w, "span", word->span);
	json_close_map(w);
}

static void put_key_word(struct json_writer *w, const char *key, const struct dockerfile_word *word)
{
	if (!word->text.p)
		return;
	json_key(w, key);
	put_word(w, word);
}

static void put_flags(struct json_writer *w, const struct instruction *in)
{
	json_key(w, "flags");
	json_open_list(w);
	for (size_t i = 0; i < in->n_flags; i++) {
		const struct dockerfile_flag *f = &in->flags[i];

		json_open_map(w);
		json_put_str(w, "name", f->name);
		if (f->has_value)
			json_put_str(w, "value", f->value);
		put_span(w, "span", f->word.span);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_pairs(struct json_writer *w, const struct instruction *in)
{
	json_key(w, "pairs");
	json_open_list(w);
	for (size_t i = 0; i < in->n_pairs; i++) {
		json_open_map(w);
		put_key_word(w, "key", &in->pairs[i].key);
		put_key_word(w, "value", &in->pairs[i].value);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_mounts(struct json_writer *w, const struct instruction *in)
{
	json_key(w, "mounts");
	json_open_list(w);
	for (size_t i = 0; i < in->n_mounts; i++) {
		const struct dockerfile_mount *m = &in->mounts[i];

		json_open_map(w);
		for (size_t k = 0; k < m->n; k++) {
			json_key_str(w, m->options[k].key);
			if (m->options[k].value.text.p)
				json_add_str(w, m->options[k].value.text);
			else
				json_add_bool(w, true);
		}
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_heredocs(struct json_writer *w, const struct instruction *in)
{
	json_key(w, "heredocs");
	json_open_list(w);
	for (size_t i = 0; i < in->n_heredocs; i++) {
		const struct dockerfile_heredoc *h = &in->heredocs[i];

		json_open_map(w);
		json_put_str(w, "name", h->name);
		json_put_bool(w, "expand", h->expand);
		json_put_bool(w, "chomp", h->chomp);
		json_put_uint(w, "line", h->line);
		json_put_str(w, "body", h->body.text);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_arguments(struct json_writer *w, const struct instruction *in)
{
	json_key(w, "args");
	json_open_list(w);
	for (size_t i = 0; i < in->n_args; i++)
		put_word(w, &in->args[i]);
	json_close_list(w);
	json_put_text(w, "form", in->json ? "json" : in->legacy ? "legacy" : "text");
	if (in->n_flags)
		put_flags(w, in);
	if (in->n_pairs)
		put_pairs(w, in);
	if (in->n_mounts)
		put_mounts(w, in);
	if (in->n_heredocs)
		put_heredocs(w, in);
}

static void put_instruction(struct json_writer *w, const struct instruction *in)
{
	json_open_map(w);
	json_put_str(w, "keyword", in->name.text);
	json_put_uint(w, "line", in->line);
	json_put_uint(w, "last_line", in->last_line);
	put_span(w, "span", in->span);
	if (in->stage != DOCKERFILE_GLOBAL)
		json_put_uint(w, "stage", in->stage);
	if (in->broken)
		json_put_bool(w, "broken", true);
	put_arguments(w, in);
	if (in->n_comments) {
		json_key(w, "comments");
		json_open_list(w);
		for (size_t i = 0; i < in->n_comments; i++)
			json_add_str(w, in->comments[i].text);
		json_close_list(w);
	}
	if (in->trigger) {
		json_key(w, "trigger");
		put_instruction(w, in->trigger); /* at most two deep (dockerfile_cut.c) */
	}
	json_close_map(w);
}

static void put_problems(struct json_writer *w, const struct dockerfile *df)
{
	json_key(w, "problems");
	json_open_list(w);
	for (size_t i = 0; i < df->n_problems; i++) {
		const struct dockerfile_problem *p = &df->problems[i];

		json_open_map(w);
		json_put_text(w, "level", levels[p->level]);
		json_put_uint(w, "line", p->line);
		put_span(w, "span", p->span);
		json_put_str(w, "message", p->message);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_directives(struct json_writer *w, const struct dockerfile *df)
{
	json_key(w, "directives");
	json_open_map(w);
	for (size_t i = 0; i < df->n_directives; i++) {
		json_key_str(w, df->directives[i].name);
		json_add_str(w, df->directives[i].value.text);
	}
	json_close_map(w);
}

static void put_stages(struct json_writer *w, const struct dockerfile *df)
{
	json_key(w, "stages");
	json_open_list(w);
	for (size_t i = 0; i < df->n_stages; i++) {
		json_open_map(w);
		put_key_word(w, "image", &df->stages[i].image);
		put_key_word(w, "name", &df->stages[i].name);
		put_key_word(w, "platform", &df->stages[i].platform);
		json_put_uint(w, "line", df->stages[i].from->line);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_tree(struct strbuf *out, const struct dockerfile *df)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	put_directives(&w, df);
	put_stages(&w, df);
	json_key(&w, "instructions");
	json_open_list(&w);
	for (size_t i = 0; i < df->n_instructions; i++)
		put_instruction(&w, &df->instructions[i]);
	json_close_list(&w);
	put_problems(&w, df);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

/* syntax dockerfile */

/* Tells the problems on stderr; whether one is of the level asked for, or a lower one. */
static bool tell_problems(const struct dockerfile *df)
{
	struct err err = {0};
	bool refused = false;

	for (size_t i = 0; i < df->n_problems; i++) {
		const struct dockerfile_problem *p = &df->problems[i];

		err_set(&err, ERR_FORMAT, "line %u: %.*s", p->line, STR_FMT(p->message));
		(void)command_error(&err); /* the status is ours */
		for (size_t k = p->level; k < ARRAY_LEN(levels); k++)
			refused |= strcmp(opt.level, levels[k]) == 0;
	}
	return refused;
}

static int print_dockerfile(struct str bytes, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct dockerfile *df;
	struct err err = {0};

	if (dockerfile_parse(bytes, a, &df, &err) < 0)
		return command_error(&err);
	if (strcmp(opt.format, "json") == 0)
		put_tree(&out, df);
	else
		dockerfile_dump(df, &out);
	if (strbuf_check(&out, &err) < 0)
		return command_error(&err);
	if (command_print(strbuf_str(&out)) != EXIT_DONE)
		return EXIT_ERROR;
	return tell_problems(df) ? EXIT_FINDINGS : EXIT_DONE;
}

static int parse_dockerfile(const char *path)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(LIMIT_DOCKERFILE_BYTES);
	struct err err = {0};
	struct arena a;
	int status;

	if (file_read(path, &in, &err) < 0)
		return command_error(&err);
	arena_init(&a, LIMIT_ARENA_BYTES);
	status = print_dockerfile(strbuf_str(&in), &a);
	arena_done(&a);
	return status;
}

/* syntax word */

/* --env; the last of a name wins. */
static enum expand_found find_variable(void *context, struct str name, struct str *ret_value)
{
	for (size_t i = opt.env.n; i-- > 0;) {
		struct str key, value;

		if (!str_cut(str_of(opt.env.p[i]), '=', &key, &value))
			continue;
		if (opt.ignore_case ? str_eq_nocase(key, name) : str_eq(key, name)) {
			*ret_value = value;
			return EXPAND_SET;
		}
	}
	return EXPAND_UNKNOWN;
}

static int answer_word(void *context, struct str line, struct strbuf *out, struct err *err)
{
	struct expand x = {.escape = opt.escape[0], .get = find_variable, .arena = context};
	struct expand_words words = {0};
	struct json_writer w;
	struct str text;
	int r;

	arena_reset(context);
	r = opt.split ? dockerfile_expand_words(&x, line, &words, err)
		      : dockerfile_expand(&x, line, &text, err);
	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_COMPACT);
	if (!opt.split) {
		json_add_str(&w, text);
		return strbuf_check(out, err);
	}
	json_open_list(&w);
	for (size_t i = 0; i < words.n; i++)
		json_add_str(&w, words.p[i].text);
	json_close_list(&w);
	return strbuf_check(out, err);
}

static void put_error(struct strbuf *out, const struct err *what)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "error", what->msg);
	json_close_map(&w);
}

static int parse_words(int n, const char *const *words)
{
	struct arena arena;
	struct line_answers answers = {
		.answer = answer_word,
		.put_error = put_error,
		.context = &arena,
		.max_line = LIMIT_DOCKERFILE_LINE_BYTES,
		.max_answer = (size_t)8 * LIMIT_DOCKERFILE_EXPAND_BYTES,
		.limit = "dockerfile_line_bytes",
	};
	int status;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	status = line_answers_run(&answers, n, words);
	arena_done(&arena);
	return status;
}

static bool is_level(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(word, levels[i]) == 0)
			return true;
	return false;
}

static int check_options(struct err *err)
{
	if (strcmp(opt.format, "tree") != 0 && strcmp(opt.format, "json") != 0)
		return err_set(err, ERR_USAGE, "syntax: --format is tree or json");
	if (!is_level(opt.level))
		return err_set(err, ERR_USAGE, "syntax: --level is syntax, usage or build");
	if (strcmp(opt.escape, "\\") != 0 && strcmp(opt.escape, "`") != 0)
		return err_set(err, ERR_USAGE, "syntax: --escape is a backslash or a backtick");
	return 0;
}

static int run(int argc, const char *const *argv)
{
	struct str what = str_of(argc > 0 ? argv[0] : NULL);
	struct err err = {0};

	if (check_options(&err) < 0)
		return command_error(&err);
	if (str_is(what, "dockerfile") && argc == 2)
		return parse_dockerfile(argv[1]);
	if (str_is(what, "word"))
		return parse_words(argc - 1, argv + 1);
	if (str_is(what, "secrets"))
		return syntax_secrets(argc - 1, argv + 1, opt.rules.p, (int)opt.rules.n);
	err_set(&err, ERR_USAGE,
		"syntax: say one of dockerfile FILE, word [TEXT...], secrets [FILE...]");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "tree or json (dockerfile)",
		     "tree json"),
	OPTION_WORDS("level", 0, &opt.level, "LEVEL",
		     "fail on what is refused by syntax, usage or build (dockerfile)",
		     "syntax usage build"),
	OPTION_LIST("env", 'e', &opt.env, "NAME=VALUE", "a variable that is set (word)"),
	OPTION_STR("escape", 0, &opt.escape, "CHARACTER", "a backslash or a backtick (word)"),
	OPTION_LIST("rules", 0, &opt.rules, "FILE", "a pack instead of those that ship (secrets)"),
	OPTION_FLAG("split", 0, &opt.split, "cut the result into words (word)"),
	OPTION_FLAG("ignore-case", 0, &opt.ignore_case, "names of variables in any case (word)"),
	OPTION_END,
};

const struct command command_syntax = {
	.name = "syntax",
	.arguments = "dockerfile FILE | word [TEXT...] | secrets [FILE...]",
	.summary = "print what the linter's parsers make of a text",
	.details =
		"dockerfile prints the instructions of a Dockerfile, a line each, or as JSON with "
		"the places of all words; what a build would refuse is told on stderr, and the "
		"exit status is then 1.\n"
		"word expands the variables of a word of a Dockerfile, one a line, and prints a "
		"JSON string, or a list with --split; {\"error\": TEXT} for one that cannot be.\n"
		"secrets prints for each file, or for each JSON string on stdin, what the rules of "
		"secrets see in it; never the value.",
	.options = options,
	.run = run,
	.group = COMMAND_HIDDEN,
};
