/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/map.h"
#include "check/dockerfile_stages.h"
#include "check/image_use.h"
#include "check/language.h"
#include "image/reference.h"

struct search {
	const struct dockerfile *df;
	const struct dockerfile_scope *scope;
	struct map arguments; /* name -> struct dockerfile_pair: the last ARG before FROM */
	struct map elsewhere; /* name -> struct instruction that wants it for something else */
	struct arena *arena;
	struct vec *uses;
	struct err *err;
};

static int add(struct search *s, const struct image_use *use)
{
	struct image_use *kept = vec_push(s->uses);

	if (!kept)
		return err_set(s->err, ERR_LIMIT, "more than image_uses (%d)",
			       (int)LIMIT_IMAGE_USES);
	*kept = *use;
	return 0;
}

/* ---- variables ---- */

static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (char_is_alnum(s.p[n]) || s.p[n] == '_'))
		n++;
	return n;
}

/* $NAME, ${NAME}, ${NAME:-DEFAULT} and nothing else; *ret_rest is ":-DEFAULT". */
static bool is_variable(struct str word, struct str *ret_name, struct str *ret_rest)
{
	bool braced;

	if (!str_pull_prefix(&word, STR("$")))
		return false;
	braced = str_pull_prefix(&word, STR("{"));
	*ret_name = str_sub(word, 0, name_length(word));
	*ret_rest = str_skip(word, ret_name->n);
	if (braced) {
		if (!str_has_suffix(*ret_rest, STR("}")))
			return false;
		ret_rest->n--;
	}
	return ret_name->n && (ret_rest->n == 0 || (braced && ret_rest->p[0] == ':'));
}

/* Remembers that a variable is wanted for more than the image of a FROM. */
static int note_elsewhere(struct search *s, struct str name, const struct instruction *in)
{
	if (map_get(&s->elsewhere, name))
		return 0;
	return map_put(&s->elsewhere, name, (void *)in) < 0 ? err_nomem(s->err) : 0;
}

/* The variables that an instruction wants, but those that are a FROM's whole image. */
static int note_values(struct search *s, const struct instruction *in,
		       const struct scope_values *values)
{
	int r = 0;

	for (size_t i = 0; i < values->n; i++) {
		const struct scope_value *v = &values->p[i];
		struct str word = str_sub(s->df->source, v->span.at, v->span.end - v->span.at);
		struct str name, rest;
		bool whole = in->keyword == INSTRUCTION_FROM && v->role == SCOPE_ARGUMENT &&
			     is_variable(word, &name, &rest);

		for (size_t k = 0; r == 0 && !whole && k < v->used.n; k++)
			r = note_elsewhere(s, v->used.p[k], in);
	}
	return r;
}

/* ARG before the first FROM sets one; without a default in a stage it takes one in. */
static int note_arguments(struct search *s, const struct instruction *in)
{
	int r = 0;

	for (size_t k = 0; r == 0 && in->keyword == INSTRUCTION_ARG && k < in->n_pairs; k++) {
		const struct dockerfile_pair *pair = &in->pairs[k];

		if (in->stage == DOCKERFILE_GLOBAL)
			r = map_put(&s->arguments, pair->key.text, (void *)pair) < 0
				    ? err_nomem(s->err)
				    : 0;
		else if (!pair->value.text.p)
			r = note_elsewhere(s, pair->key.text, in);
	}
	return r;
}

static int note_variables(struct search *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->df->n_instructions; i++) {
		r = note_values(s, &s->df->instructions[i], &s->scope->values[i]);
		if (r == 0)
			r = note_arguments(s, &s->df->instructions[i]);
	}
	return r;
}

/* The image stands in the default of an ARG. */
static void use_argument(const struct search *s, const struct dockerfile_pair *pair,
			 struct image_use *use)
{
	struct str name = pair->key.text;
	const struct instruction *other = map_get(&s->elsewhere, name);

	use->start = pair->value.span.at;
	use->end = pair->value.span.end;
	if (other)
		use->obstacle = arena_strf(s->arena,
					   "line %u uses ARG %.*s for something else too: give "
					   "FROM an ARG of its own",
					   other->line, STR_FMT(name));
	else if (str_find_char(pair->value.text, '$') < pair->value.text.n)
		use->obstacle = arena_strf(s->arena,
					   "the default of ARG %.*s is made of another variable: "
					   "write the image there",
					   STR_FMT(name));
}

static void use_variable(const struct search *s, struct str word, struct image_use *use)
{
	const struct dockerfile_pair *pair;
	struct str name, rest;

	if (!is_variable(word, &name, &rest)) {
		use->obstacle = STR("a variable is only a part of it: write the image as one "
				    "ARG and that alone behind FROM");
		return;
	}
	pair = map_get(&s->arguments, name);
	if (pair && pair->value.text.p) {
		use_argument(s, pair, use);
	} else if (str_pull_prefix(&rest, STR(":-")) && str_eq(rest, use->text)) {
		use->end = use->to - 1;
		use->start = use->end - (uint32_t)rest.n;
	} else {
		use->obstacle = arena_strf(
			s->arena, "only the variable %.*s says which image it is", STR_FMT(name));
	}
}

/* ${NAME:-IMAGE} alone. */
static bool is_default(struct str word, struct str image)
{
	struct str name, rest;

	return is_variable(word, &name, &rest) && str_pull_prefix(&rest, STR(":-")) &&
	       str_eq(rest, image);
}

/* ---- the uses ---- */

static int add_base(struct search *s, const struct stage_edge *e)
{
	const struct dockerfile_stage *stage = &s->df->stages[e->stage];
	struct str word = str_sub(s->df->source, e->span.at, e->span.end - e->span.at);
	bool has_variable = str_find_char(word, '$') < word.n;
	struct reference ref;
	const struct scope_value *v = dockerfile_scope_find(
		s->scope, (size_t)(stage->from - s->df->instructions), SCOPE_ARGUMENT, 0);
	struct image_use use = {
		.text = e->image,
		.where = STR("FROM"),
		.line = dockerfile_place(s->df, e->span.at).line,
		.from = e->span.at,
		.to = e->span.end,
		.start = e->span.at,
		.end = e->span.end,
	};

	if (s->scope->stages[e->stage].is_scratch)
		return 0;
	/* A variable that is declared and not set leaves a hole: "alpine:". */
	use.unknown = !v || v->problem.n || (v->undefined.n && !is_default(word, e->image)) ||
		      (has_variable && reference_parse(e->image, s->arena, &ref, NULL) < 0);
	if (use.unknown) {
		use.text = word;
		use.obstacle = STR("a variable without a default says which image it is: pin what "
				   "is given with --build-arg, or give its ARG a default");
	} else if (has_variable) {
		use_variable(s, word, &use);
	}
	if (!use.obstacle.n)
		image_use_settle(&use, s->df->source);
	return add(s, &use);
}

static int add_edge(struct search *s, const struct stage_edge *e)
{
	struct image_use use = {
		.text = e->image,
		.where = e->kind == STAGE_EDGE_COPY ? STR("COPY --from") : STR("RUN --mount"),
		.line = dockerfile_place(s->df, e->span.at).line,
		.from = e->span.at,
		.to = e->span.end,
		.start = e->span.at,
		.end = e->span.end,
	};

	if (e->kind == STAGE_EDGE_BASE)
		return add_base(s, e);
	if (str_is(e->image, "scratch"))
		return 0;
	image_use_settle(&use, s->df->source);
	return add(s, &use);
}

/* Which image it is only a build knows; the graph leaves those out. */
static int add_variable(struct search *s, struct str where, struct str text,
			struct dockerfile_span span)
{
	const struct image_use use = {
		.text = text,
		.where = where,
		.line = dockerfile_place(s->df, span.at).line,
		.from = span.at,
		.to = span.end,
		.start = span.at,
		.end = span.end,
		.obstacle = STR("no variable can stand there: give the image a stage of its own, "
				"FROM image AS name, and name that"),
		.unknown = true,
	};

	return str_find_char(text, '$') < text.n ? add(s, &use) : 0;
}

static int add_variables(struct search *s, const struct instruction *in)
{
	const struct dockerfile_flag *from = instruction_flag(in, "from");
	int r = 0;

	if (in->keyword == INSTRUCTION_COPY && from)
		r = add_variable(s, STR("COPY --from"), from->value, from->value_span);
	for (size_t i = 0; r == 0 && i < in->n_mounts; i++) {
		const struct dockerfile_option *o = mount_option(&in->mounts[i], "from");

		if (o && o->value.text.p)
			r = add_variable(s, STR("RUN --mount"), o->value.text, o->value.span);
	}
	return r;
}

static int add_frontend(struct search *s, const struct dockerfile_directive *d)
{
	struct image_use use = {
		.text = d->value.text,
		.where = STR("syntax"),
		.line = d->line,
		.from = d->value.span.at,
		.to = d->value.span.end,
		.start = d->value.span.at,
		.end = d->value.span.end,
		.is_frontend = true,
	};

	if (!str_is(d->name, "syntax") || !d->value.text.n)
		return 0;
	image_use_settle(&use, s->df->source);
	return add(s, &use);
}

static int search(struct search *s, const struct stage_graph *graph)
{
	int r = note_variables(s);

	for (size_t i = 0; r == 0 && i < s->df->n_directives; i++)
		r = add_frontend(s, &s->df->directives[i]);
	for (size_t i = 0; r == 0 && i < graph->n_edges; i++)
		if (graph->edges[i].needs == DOCKERFILE_GLOBAL)
			r = add_edge(s, &graph->edges[i]);
	for (size_t i = 0; r == 0 && i < s->df->n_instructions; i++)
		r = add_variables(s, instruction_effective(&s->df->instructions[i]));
	return r;
}

int image_uses_dockerfile(const struct source_file *f, struct arena *a, struct vec *uses,
			  struct err *err)
{
	const struct scope_options options = {0};
	const struct stage_graph *graph = NULL;
	struct search s = {.arena = a, .uses = uses, .err = err};
	int r = dockerfile_parse(f->bytes, a, &s.df, err);

	map_init(&s.arguments, LIMIT_DOCKERFILE_WORDS);
	map_init(&s.elsewhere, LIMIT_DOCKERFILE_WORDS);
	if (r == 0)
		r = dockerfile_scope_new(s.df, &options, a, &s.scope, err);
	if (r == 0)
		r = stage_graph_new(s.scope, STR_NULL, a, &graph, err);
	if (r == 0)
		r = search(&s, graph);
	map_done(&s.arguments);
	map_done(&s.elsewhere);
	return r;
}
