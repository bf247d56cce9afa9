/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/line_answers.h"
#include "package/version.h"

/* A whole line. */
#define LINE_BYTES ((size_t)LIMIT_VERSION_RANGE_BYTES)

/* The arena is emptied when ranges have filled this much of it. */
#define ARENA_BYTES ((size_t)1 << 20)

/* Takes the fields of a line; all of them must be there. */
static int cut_fields(struct str line, size_t n, struct str *fields,
		      enum version_scheme *ret_scheme, struct err *err)
{
	size_t tabs = 0;

	for (size_t i = 0; i < line.n; i++)
		tabs += line.p[i] == '\t';
	if (tabs + 1 != n)
		return err_set(err, ERR_FORMAT,
			       "expected %zu fields with tabs between them, got %zu", n, tabs + 1);
	for (size_t i = 0; i + 1 < n; i++)
		(void)str_cut(line, '\t', &fields[i], &line); /* they have been counted */
	fields[n - 1] = line;
	if (!version_scheme_find(str_trim(fields[0]), ret_scheme))
		return err_set(err, ERR_UNSUPPORTED,
			       "\"%.*s\": no such scheme; \"plimsoll vers schemes\" lists them",
			       STR_FMT(str_sub(fields[0], 0, 80)));
	return 0;
}

static int answer_compare(void *context, struct str line, struct strbuf *out, struct err *err)
{
	struct str fields[3];
	enum version_scheme scheme;
	int order = 0, r = cut_fields(line, 3, fields, &scheme, err);

	if (r == 0)
		r = version_compare(scheme, fields[1], fields[2], &order, err);
	if (r == 0)
		strbuf_addc(out, order < 0 ? '<' : order > 0 ? '>' : '=');
	return r;
}

static int answer_match(void *context, struct str line, struct strbuf *out, struct err *err)
{
	struct arena *arena = context;
	struct str fields[3];
	struct version_range range;
	enum version_scheme scheme;
	bool inside = false;
	int r = cut_fields(line, 3, fields, &scheme, err);

	if (arena->used > ARENA_BYTES)
		arena_reset(arena);
	if (r == 0)
		r = version_range_parse(scheme, fields[2], arena, &range, err);
	if (r == 0)
		r = version_range_match(&range, fields[1], &inside, err);
	if (r == 0)
		strbuf_adds(out, inside ? "true" : "false");
	return r;
}

static int answer_check(void *context, struct str line, struct strbuf *out, struct err *err)
{
	struct str fields[3];
	enum version_scheme scheme;
	int r = cut_fields(line, 2, fields, &scheme, err);

	if (r == 0)
		strbuf_adds(out, version_check(scheme, fields[1], NULL) == 0 ? "valid" : "invalid");
	return r;
}

static void put_error(struct strbuf *out, const struct err *what)
{
	strbuf_adds(out, "error: ");
	for (const char *p = what->msg; *p; p++)
		strbuf_addc(out, (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p);
}

struct verb {
	const char *name;
	const char *words; /* for messages */
	int n_words;
	int (*answer)(void *context, struct str line, struct strbuf *out, struct err *err);
};

static const struct verb verbs[] = {
	{"compare", "SCHEME A B", 3, answer_compare},
	{"match", "SCHEME VERSION RANGE", 3, answer_match},
	{"check", "SCHEME VERSION", 2, answer_check},
};

static int list_schemes(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)1 << 16);
	struct err err = {0};

	for (int i = 0; i < VERSION_SCHEMES; i++)
		strbuf_addf(&sb, "%s\t%s\t%s\n", version_scheme_names((enum version_scheme)i),
			    version_scheme_title((enum version_scheme)i),
			    version_scheme_spec((enum version_scheme)i));
	return strbuf_check(&sb, &err) < 0 ? command_error(&err) : command_print(strbuf_str(&sb));
}

static int answer_all(const struct verb *verb, int n, const char *const *words)
{
	struct arena arena;
	struct line_answers answers = {
		.answer = verb->answer,
		.put_error = put_error,
		.context = &arena,
		.max_line = LINE_BYTES,
		.max_answer = ERR_MSG_MAX + 64,
		.limit = "version_range_bytes",
	};
	int status;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	status = line_answers_run(&answers, n, words);
	arena_done(&arena);
	return status;
}

/* One case as words: they are joined to a line. */
static int answer_words(const struct verb *verb, int n, const char *const *words)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_BYTES);
	const char *line;
	struct err err = {0};

	if (n != verb->n_words) {
		err_set(&err, ERR_USAGE, "vers %s: expected %d words: %s", verb->name,
			verb->n_words, verb->words);
		return command_error(&err);
	}
	for (int i = 0; i < n; i++) {
		if (i)
			strbuf_addc(&sb, '\t');
		strbuf_adds(&sb, words[i]);
	}
	if (strbuf_check(&sb, &err) < 0)
		return command_error(&err);
	line = strbuf_cstr(&sb);
	return answer_all(verb, 1, &line);
}

static int run(int argc, const char *const *argv)
{
	struct err err = {0};

	if (argc < 1) {
		err_set(&err, ERR_USAGE, "vers: say what to do: compare, match, check or schemes");
		return command_error(&err);
	}
	if (strcmp(argv[0], "schemes") == 0 && argc == 1)
		return list_schemes();
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(argv[0], verbs[i].name) == 0)
			return argc == 1 ? answer_all(&verbs[i], 0, NULL)
					 : answer_words(&verbs[i], argc - 1, argv + 1);
	err_set(&err, ERR_USAGE, "vers: \"%s\" is none of compare, match, check and schemes",
		argv[0]);
	return command_error(&err);
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_vers = {
	.name = "vers",
	.arguments = "compare|match|check|schemes [SCHEME VERSION ...]",
	.summary = "order versions as their ecosystem does",
	.details =
		"compare reads SCHEME, A and B with tabs between them, a line each, and prints <, "
		"= "
		"or >.\n"
		"match reads SCHEME, VERSION and RANGE and prints true or false. A range is in the "
		"language of the scheme (^1.2, ~> 2.0, [1,2), ...), in the form of advisories "
		"(>= 1, < 2 || = 3), or a vers: URI; the empty one holds everything.\n"
		"check reads SCHEME and VERSION and prints valid or invalid, by the letter of the "
		"specification.\n"
		"One case can be given as words instead of stdin. schemes lists the names of all "
		"schemes and where they are specified.\n"
		"A line that cannot be answered gives \"error: \" and the reason in its place. The "
		"exit status is 0 when every line was answered, 1 when one was not, 2 on a wrong "
		"call.\n"
		" printf 'debian\\t1.0~rc1\\t1.0\\n' | plimsoll vers compare\n"
		" plimsoll vers match npm 1.3.0 '^1.2 || >= 3'",
	.options = options,
	.run = run,
};
