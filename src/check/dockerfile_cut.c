/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_cut.h"

#include "base/limits.h"
#include "base/unicode.h"
#include "check/dockerfile_json.h"
#include "check/dockerfile_mount.h"
#include "check/dockerfile_words.h"

/* ONBUILD ONBUILD is refused: what is behind it is read once, to show it, and no deeper. */
#define MAX_TRIGGERS 2

/* A line while it is cut: without white space at its end, read up to `at`. */
struct cut {
	struct instruction *in;
	struct str line;
	size_t at;
	unsigned depth;			    /* triggers around it */
	struct instruction *trigger;	    /* the outermost */
	struct dockerfile_problem *problem; /* the first */
};

struct dockerfile_word dockerfile_word_make(const struct instruction *in, size_t at, size_t end,
					    struct str text)
{
	return (struct dockerfile_word){
		.text = {text.p ? text.p : "", text.n},
		.span = instruction_span(in, (struct str){in->text.p + at, end - at}),
	};
}

static struct dockerfile_word word_of(const struct instruction *in, const struct line_word *w)
{
	return dockerfile_word_make(in, w->at, w->end, w->text);
}

/* Bytes [at, end) of the line as they stand there. */
static struct dockerfile_word part_of(const struct cut *c, size_t at, size_t end)
{
	return dockerfile_word_make(c->in, at, end, str_sub(c->line, at, end - at));
}

static int too_many_words(const struct vec *v, struct err *err)
{
	if (v->n < v->max)
		return err_nomem(err);
	return err_set(err, ERR_LIMIT, "an instruction of more words than dockerfile_words (%zu)",
		       v->max);
}

/* Only the first is told: those behind it may come of it. */
static void refuse(const struct cut *c, enum dockerfile_level level, struct dockerfile_span span,
		   struct str message)
{
	if (!c->in->broken)
		*c->problem = (struct dockerfile_problem){
			.level = level, .span = span, .message = message};
	c->in->broken = true;
}

/* The words collected become the arguments. */
static void keep_args(struct dockerfile_cutter *p, struct instruction *in)
{
	struct dockerfile_word *args;

	if (p->words.n == 0)
		return;
	args = arena_array(p->arena, p->words.n, sizeof *args);
	for (size_t i = 0; args && i < p->words.n; i++)
		args[i] = word_of(in, vec_at(&p->words, i));
	in->args = args;
	in->n_args = args ? p->words.n : 0;
}

static struct dockerfile_flag flag_of(const struct instruction *in, const struct line_word *w)
{
	struct dockerfile_flag f = {.word = word_of(in, w), .has_value = w->value_at != 0};
	size_t value_at = f.has_value ? w->value_at : w->end;

	f.name = str_skip(w->text, 2);
	f.value = STR("");
	(void)str_cut(f.name, '=', &f.name, &f.value); /* without '=' all of it is the name */
	f.value_span = dockerfile_word_make(in, value_at, w->end, STR("")).span;
	return f;
}

static void keep_flags(struct dockerfile_cutter *p, struct instruction *in)
{
	struct dockerfile_flag *flags;

	if (p->flags.n == 0)
		return;
	flags = arena_array(p->arena, p->flags.n, sizeof *flags);
	for (size_t i = 0; flags && i < p->flags.n; i++)
		flags[i] = flag_of(in, vec_at(&p->flags, i));
	in->flags = flags;
	in->n_flags = flags ? p->flags.n : 0;
}

static int push_word(struct dockerfile_cutter *p, const struct cut *c, size_t at, size_t end,
		     struct err *err)
{
	struct line_word *w = vec_push(&p->words);

	if (!w)
		return too_many_words(&p->words, err);
	*w = (struct line_word){.at = at, .end = end, .text = str_sub(c->line, at, end - at)};
	return 0;
}

/* Whether it is a JSON array, be it a broken one. */
static bool cut_json(struct dockerfile_cutter *p, const struct cut *c)
{
	switch (json_array_read(c->line, c->at, &p->words, p->arena)) {
	case JSON_ARRAY_TEXTS:
		c->in->json = true;
		return true;
	case JSON_ARRAY_OTHERS:
		refuse(c, DOCKERFILE_SYNTAX, part_of(c, c->at, c->line.n).span,
		       arena_strf(p->arena, "%s: the elements of the array must be strings",
				  instruction_name(c->in->keyword)));
		return true;
	case JSON_ARRAY_NONE:
		break;
	}
	return false;
}

/* A JSON array, or all the rest as one word, if there is any. */
static int cut_command(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	if (c->at >= c->line.n || cut_json(p, c))
		return 0;
	return push_word(p, c, c->at, c->line.n, err);
}

static int cut_text(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	return c->at < c->line.n ? push_word(p, c, c->at, c->line.n, err) : 0;
}

static int cut_spaced(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	return words_spaced(c->line, c->at, &p->words) ? 0 : too_many_words(&p->words, err);
}

static int cut_healthcheck(struct dockerfile_cutter *p, struct cut *c, struct err *err)
{
	size_t from = c->at;
	int r;

	while (c->at < c->line.n && !char_is_space(c->line.p[c->at]))
		c->at++;
	if (c->at == from)
		return 0;
	r = push_word(p, c, from, c->at, err);
	while (c->at < c->line.n && char_is_space(c->line.p[c->at]))
		c->at++;
	return r < 0 ? r : cut_command(p, c, err);
}

static struct dockerfile_pair pair_of(const struct cut *c, const struct line_word *w)
{
	size_t n = str_find_char(w->text, '=');
	struct dockerfile_pair pair = {.key = part_of(c, w->at, w->at + n)};

	if (n < w->text.n)
		pair.value = part_of(c, w->at + n + 1, w->end);
	return pair;
}

/* name=value, or name alone, of the words collected. */
static void keep_pairs(struct dockerfile_cutter *p, const struct cut *c)
{
	struct dockerfile_pair *pairs;

	if (p->words.n == 0)
		return;
	pairs = arena_array(p->arena, p->words.n, sizeof *pairs);
	for (size_t i = 0; pairs && i < p->words.n; i++)
		pairs[i] = pair_of(c, vec_at(&p->words, i));
	c->in->pairs = pairs;
	c->in->n_pairs = pairs ? p->words.n : 0;
}

/* `name value`, where the value is all the rest, blanks and '=' and all. */
static int cut_legacy_pair(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	size_t end = words_end(c->line, c->at), value = words_gap(c->line, end);
	struct dockerfile_pair *pair;
	int r;

	vec_cut(&p->words, 0);
	r = push_word(p, c, c->at, end, err);
	if (r < 0)
		return r;
	if (value == end) {
		refuse(c, DOCKERFILE_SYNTAX, part_of(c, c->at, end).span,
		       arena_strf(p->arena, "%s: expected a value for %.*s",
				  instruction_name(c->in->keyword),
				  STR_FMT(str_sub(part_of(c, c->at, end).text, 0, 80))));
		return 0;
	}
	r = push_word(p, c, value, c->line.n, err);
	pair = arena_alloc(p->arena, sizeof *pair);
	if (r < 0 || !pair)
		return r < 0 ? r : err_nomem(err);
	pair->key = part_of(c, c->at, end);
	pair->value = part_of(c, value, c->line.n);
	c->in->legacy = true;
	c->in->pairs = pair;
	c->in->n_pairs = 1;
	return 0;
}

static int cut_quoted(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	return words_quoted(c->line, c->at, p->escape, &p->words) ? 0
								  : too_many_words(&p->words, err);
}

static int cut_names(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	int r = cut_quoted(p, c, err);

	if (r == 0)
		keep_pairs(p, c);
	return r;
}

static bool has_equals(const struct line_word *w)
{
	return str_find_char(w->text, '=') < w->text.n;
}

static int cut_pairs(struct dockerfile_cutter *p, const struct cut *c, struct err *err)
{
	int r = cut_quoted(p, c, err);

	if (r < 0 || p->words.n == 0)
		return r;
	if (!has_equals(vec_at(&p->words, 0)))
		return cut_legacy_pair(p, c, err);
	for (size_t i = 1; i < p->words.n; i++) {
		const struct line_word *w = vec_at(&p->words, i);

		if (has_equals(w))
			continue;
		refuse(c, DOCKERFILE_SYNTAX, word_of(c->in, w).span,
		       arena_strf(p->arena, "%s: expected name=value, got \"%.*s\"",
				  instruction_name(c->in->keyword),
				  STR_FMT(str_sub(w->text, 0, 80))));
		break;
	}
	keep_pairs(p, c);
	return 0;
}

static int keep_mounts(struct dockerfile_cutter *p, struct cut *c, struct err *err)
{
	struct instruction *in = c->in;
	struct dockerfile_mount *mounts;
	size_t n = 0;

	for (size_t i = 0; i < in->n_flags; i++)
		n += str_is(in->flags[i].name, "mount");
	if (n == 0)
		return 0;
	mounts = arena_array(p->arena, n, sizeof *mounts);
	if (!mounts)
		return err_nomem(err);
	in->mounts = mounts;
	for (size_t i = 0; i < in->n_flags; i++) {
		const struct dockerfile_flag *f = &in->flags[i];
		struct err what = {0};
		int r;

		if (!str_is(f->name, "mount"))
			continue;
		r = mount_parse(f, p->arena, &mounts[in->n_mounts++], &what);
		if (r == -ERR_NOMEM)
			return err_nomem(err);
		if (r < 0)
			refuse(c, DOCKERFILE_USAGE, f->value_span,
			       arena_strf(p->arena, "RUN: %s", what.msg));
	}
	return 0;
}

static int cut_instruction(struct dockerfile_cutter *p, struct cut *c, struct err *err);

static int cut_trigger(struct dockerfile_cutter *p, struct cut *c, struct err *err)
{
	struct instruction *in = c->in, *trigger;
	int r;

	if (c->at >= c->line.n || c->depth >= MAX_TRIGGERS)
		return 0;
	trigger = arena_alloc(p->arena, sizeof *trigger);
	if (!trigger)
		return err_nomem(err);
	*trigger = (struct instruction){
		.stage = in->stage,
		.line = in->line,
		.text = in->text,
		.map = in->map,
	};
	if (c->depth == 0)
		c->trigger = trigger;
	c->depth++;
	c->in = trigger;
	r = cut_instruction(p, c, err);
	c->in = in;
	in->trigger = trigger;
	in->broken |= trigger->broken;
	return r;
}

static int cut_arguments(struct dockerfile_cutter *p, struct cut *c, struct err *err)
{
	switch (c->in->keyword) {
	case INSTRUCTION_UNKNOWN:
	case INSTRUCTION_ONBUILD:
		return 0;
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
	case INSTRUCTION_VOLUME:
		return cut_json(p, c) ? 0 : cut_spaced(p, c, err);
	case INSTRUCTION_ARG:
		return cut_names(p, c, err);
	case INSTRUCTION_RUN:
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
	case INSTRUCTION_SHELL:
		return cut_command(p, c, err);
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		return cut_pairs(p, c, err);
	case INSTRUCTION_EXPOSE:
	case INSTRUCTION_FROM:
		return cut_spaced(p, c, err);
	case INSTRUCTION_HEALTHCHECK:
		return cut_healthcheck(p, c, err);
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_WORKDIR:
		return cut_text(p, c, err);
	}
	return 0;
}

/* Keyword, flags and arguments from c->at on; recursion ends at MAX_TRIGGERS. */
static int cut_instruction(struct dockerfile_cutter *p, struct cut *c, struct err *err)
{
	struct instruction *in = c->in;
	size_t end = words_end(c->line, c->at), at;
	int r;

	in->name = part_of(c, c->at, end);
	in->keyword = instruction_find(in->name.text);
	vec_cut(&p->flags, 0);
	vec_cut(&p->words, 0);
	at = words_flags(c->line, words_gap(c->line, end), p->escape, &p->flags, p->arena);
	if (at == SIZE_MAX)
		return too_many_words(&p->flags, err);
	keep_flags(p, in);
	c->at = c->line.n - unicode_trim_left(str_skip(c->line, at)).n;
	if (in->keyword == INSTRUCTION_ONBUILD)
		return cut_trigger(p, c, err);
	r = cut_arguments(p, c, err);
	if (r < 0)
		return r;
	keep_args(p, in);
	return in->keyword == INSTRUCTION_RUN ? keep_mounts(p, c, err) : 0;
}

/* White space at the end goes, that in front stays, so that offsets hold. */
static struct str trim_right(struct str s)
{
	struct str trimmed = unicode_trim(s);

	return str_sub(s, 0, trimmed.n ? (size_t)(trimmed.p - s.p) + trimmed.n : 0);
}

int dockerfile_cut(struct dockerfile_cutter *c, struct instruction *in,
		   struct instruction **ret_trigger, struct dockerfile_problem *problem,
		   struct err *err)
{
	struct cut cut = {.in = in, .line = trim_right(in->text), .problem = problem};
	int r;

	cut.at = cut.line.n - unicode_trim_left(cut.line).n;
	r = cut_instruction(c, &cut, err);
	if (r < 0)
		return r;
	*ret_trigger = cut.trigger;
	return arena_check(c->arena, err);
}

void dockerfile_cutter_init(struct dockerfile_cutter *c, struct arena *a)
{
	*c = (struct dockerfile_cutter){
		.arena = a,
		.escape = '\\',
		.words = VEC_INIT(struct line_word, LIMIT_DOCKERFILE_WORDS),
		.flags = VEC_INIT(struct line_word, LIMIT_DOCKERFILE_WORDS),
	};
}

void dockerfile_cutter_done(struct dockerfile_cutter *c)
{
	vec_done(&c->words);
	vec_done(&c->flags);
}
