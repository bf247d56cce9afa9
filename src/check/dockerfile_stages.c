/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_stages.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/dockerfile_expand.h"

struct builder {
	const struct dockerfile_scope *scope;
	const struct dockerfile *df;
	struct arena *arena;
	struct map names;    /* id -> struct dockerfile_stage, the last of a name */
	struct vec edges;    /* struct stage_edge */
	struct vec problems; /* struct dockerfile_problem */
};

static struct str lower_name(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.n);

	for (size_t i = 0; p && i < name.n; i++)
		p[i] = char_lower(name.p[i]);
	return str_make(p, p ? name.n : 0);
}

/* A number as strconv.Atoi reads it; false: it is none. */
static bool read_number(struct str s, uint64_t *ret, bool *ret_negative)
{
	*ret_negative = str_pull_prefix(&s, STR("-"));
	if (!*ret_negative)
		(void)str_pull_prefix(&s, STR("+")); /* may stand there */
	return str_parse_u64(s, ret);
}

uint32_t stage_find(const struct dockerfile *df, struct str name)
{
	uint64_t number;
	bool negative;

	if (read_number(name, &number, &negative))
		return negative || number >= df->n_stages ? DOCKERFILE_GLOBAL : (uint32_t)number;
	for (size_t i = df->n_stages; i-- > 0;)
		if (df->stages[i].id.n && str_eq_nocase(df->stages[i].id, name))
			return (uint32_t)i;
	return DOCKERFILE_GLOBAL;
}

static int add_edge(struct builder *b, const struct stage_edge *e, struct err *err)
{
	struct stage_edge *kept = vec_push(&b->edges);

	if (!kept)
		return err_nomem(err);
	*kept = *e;
	return 0;
}

static void add_problem(struct builder *b, const struct stage_edge *e, struct str message)
{
	struct dockerfile_problem *p = vec_push(&b->problems);

	/* Further ones would say the same. */
	if (p)
		*p = (struct dockerfile_problem){
			.level = DOCKERFILE_BUILD,
			.line = dockerfile_place(b->df, e->span.at).line,
			.span = e->span,
			.message = message,
			.instruction = e->from,
		};
}

static uint32_t find_name(struct builder *b, struct str name)
{
	const struct dockerfile_stage *s = map_get(&b->names, lower_name(b->arena, name));

	return s ? (uint32_t)(s - b->df->stages) : DOCKERFILE_GLOBAL;
}

/* Whether a word changes when it is expanded, or cannot be. */
static bool is_expanded(struct builder *b, struct str word)
{
	struct expand x = {.escape = b->df->escape, .arena = b->arena};
	struct str text;

	return dockerfile_expand(&x, word, &text, NULL) < 0 || !str_eq(text, word);
}

/* A stage can only need one that is above it. */
static int add_reference(struct builder *b, struct stage_edge *e, struct err *err)
{
	if (e->needs == e->stage)
		add_problem(b, e, arena_strf(b->arena, "a stage cannot need itself"));
	else if (e->needs != DOCKERFILE_GLOBAL && e->needs > e->stage)
		add_problem(b, e,
			    arena_strf(b->arena, "the stage of line %u stands below this one",
				       b->df->stages[e->needs].from->line));
	return add_edge(b, e, err);
}

static int add_copy(struct builder *b, const struct instruction *in, struct err *err)
{
	const struct dockerfile_flag *f = instruction_flag(in, "from");
	struct stage_edge e = {.kind = STAGE_EDGE_COPY,
			       .stage = in->stage,
			       .needs = DOCKERFILE_GLOBAL,
			       .from = in};
	uint64_t number;
	bool negative;

	if (!f || f->value.n == 0)
		return 0;
	e.span = f->value_span;
	if (is_expanded(b, f->value)) {
		add_problem(
			b, &e,
			arena_strf(b->arena, "--from takes no variable; give the stage a name"));
		return 0;
	}
	if (!read_number(f->value, &number, &negative)) {
		e.needs = find_name(b, f->value);
	} else if (negative || number >= b->df->n_stages) {
		add_problem(b, &e,
			    arena_strf(b->arena, "there is no stage %.*s",
				       STR_FMT(str_sub(f->value, 0, 80))));
		return 0;
	} else {
		e.needs = (uint32_t)number;
	}
	if (e.needs == DOCKERFILE_GLOBAL)
		e.image = f->value;
	return add_reference(b, &e, err);
}

/* Mounts know stages by name alone. */
static int add_mounts(struct builder *b, const struct instruction *in, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->n_mounts; i++) {
		const struct dockerfile_option *from = mount_option(&in->mounts[i], "from");
		struct stage_edge e = {.kind = STAGE_EDGE_MOUNT, .stage = in->stage, .from = in};

		if (!from || from->value.text.n == 0 || is_expanded(b, from->value.text))
			continue;
		e.span = from->value.span;
		e.needs = find_name(b, from->value.text);
		if (e.needs == DOCKERFILE_GLOBAL)
			e.image = from->value.text;
		r = add_reference(b, &e, err);
	}
	return r;
}

static int add_base(struct builder *b, uint32_t index, struct err *err)
{
	const struct scope_stage *s = &b->scope->stages[index];
	const struct dockerfile_stage *stage = &b->df->stages[index];
	struct stage_edge e = {
		.kind = STAGE_EDGE_BASE,
		.stage = index,
		.needs = s->base,
		.image = s->base == DOCKERFILE_GLOBAL ? s->image : STR_NULL,
		.span = stage->image.span,
		.from = stage->from,
	};
	const struct scope_value *v;

	if (!stage->image.text.p)
		return 0;
	v = dockerfile_scope_find(b->scope, (size_t)(stage->from - b->df->instructions),
				  SCOPE_ARGUMENT, 0);
	if (v && v->problem.n)
		add_problem(b, &e, v->problem);
	else if (s->image.n == 0)
		add_problem(b, &e, arena_strf(b->arena, "FROM: the name of the image is empty"));
	return add_edge(b, &e, err);
}

static int add_stage(struct builder *b, uint32_t index, struct err *err)
{
	const struct dockerfile_stage *s = &b->df->stages[index];
	int r = add_base(b, index, err);

	for (size_t i = 0; r == 0 && i < s->n; i++) {
		const struct instruction *in = instruction_effective(&s->instructions[i]);

		if (in->keyword == INSTRUCTION_COPY)
			r = add_copy(b, in, err);
		else if (in->keyword == INSTRUCTION_RUN)
			r = add_mounts(b, in, err);
	}
	return r;
}

/*
 * Stages need those above them, so one pass from the target upwards finds all it needs; a reference
 * downwards is refused by the build and leads nowhere.
 */
static void mark_reachable(const struct builder *b, bool *reachable, uint32_t target)
{
	reachable[target] = true;
	for (size_t i = b->edges.n; i-- > 0;) {
		const struct stage_edge *e = vec_at(&b->edges, i);

		if (e->needs != DOCKERFILE_GLOBAL && e->needs < e->stage && reachable[e->stage])
			reachable[e->needs] = true;
	}
}

static void *keep(struct arena *a, const struct vec *v)
{
	void *p = arena_array(a, v->n, v->elem_size);

	if (p && v->n)
		memcpy(p, v->p, v->n * v->elem_size);
	return p;
}

static int find_target(const struct builder *b, struct str name, uint32_t *ret, struct err *err)
{
	*ret = b->df->n_stages ? (uint32_t)b->df->n_stages - 1 : DOCKERFILE_GLOBAL;
	if (name.n == 0)
		return 0;
	*ret = stage_find(b->df, name);
	if (*ret == DOCKERFILE_GLOBAL)
		return err_set(err, ERR_NOT_FOUND, "there is no stage %.*s",
			       STR_FMT(str_sub(name, 0, 80)));
	return 0;
}

static int build(struct builder *b, struct str target, const struct stage_graph **ret,
		 struct err *err)
{
	struct stage_graph *g = arena_alloc(b->arena, sizeof *g);
	bool *reachable = arena_array(b->arena, b->df->n_stages, sizeof *reachable);
	int r = arena_check(b->arena, err);

	for (size_t i = 0; r == 0 && i < b->df->n_stages; i++)
		if (b->df->stages[i].id.n &&
		    map_put(&b->names, b->df->stages[i].id, (void *)&b->df->stages[i]) < 0)
			r = err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < b->df->n_stages; i++)
		r = add_stage(b, i, err);
	if (r == 0)
		r = find_target(b, target, &g->target, err);
	if (r < 0)
		return r;
	if (g->target != DOCKERFILE_GLOBAL)
		mark_reachable(b, reachable, g->target);
	g->edges = keep(b->arena, &b->edges);
	g->n_edges = b->edges.n;
	g->problems = keep(b->arena, &b->problems);
	g->n_problems = b->problems.n;
	g->reachable = reachable;
	*ret = g;
	return arena_check(b->arena, err);
}

int stage_graph_new(const struct dockerfile_scope *scope, struct str target, struct arena *a,
		    const struct stage_graph **ret, struct err *err)
{
	struct builder b = {
		.scope = scope,
		.df = scope->dockerfile,
		.arena = a,
		.edges = VEC_INIT(struct stage_edge, LIMIT_DOCKERFILE_BYTES),
		.problems = VEC_INIT(struct dockerfile_problem, LIMIT_DOCKERFILE_PROBLEMS),
	};
	int r;

	map_init(&b.names, LIMIT_DOCKERFILE_INSTRUCTIONS);
	r = build(&b, target, ret, err);
	map_done(&b.names);
	vec_done(&b.edges);
	vec_done(&b.problems);
	return r;
}
