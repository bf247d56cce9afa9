/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unification with subtyping by dyn, null and wrappers. The rules are those of the reference
 * implementation (checker/types.go of https://github.com/google/cel-go), with one difference: of
 * two types that fit each other the more general one is found part by part, so that the order of
 * the elements of a list does not matter.
 */
#include "expr/unify.h"

#include "base/limits.h"

#define DEPTH_MAX                                                                                  \
	(4 * LIMIT_EXPR_DEPTH) /* a type may be reached through what unknowns stand for            \
				*/

/* An unknown is a type parameter without a name, and is where it is found out. */
struct unknown {
	struct type type;
	const struct type *known; /* NULL: nothing yet */
};

struct undo {
	struct unknown *unknown;
	const struct type *before;
};

static bool fits(struct unifier *u, const struct type *from, const struct type *to);

void unifier_init(struct unifier *u, struct arena *arena)
{
	*u = (struct unifier){.arena = arena,
			      .trail = VEC_INIT(struct undo, LIMIT_EXPR_TYPE_STEPS)};
}

void unifier_done(struct unifier *u)
{
	vec_done(&u->trail);
}

static const struct type *no_memory(struct unifier *u)
{
	u->no_memory = true;
	return &type_dyn;
}

const struct type *unifier_unknown(struct unifier *u)
{
	struct unknown *unknown = arena_alloc(u->arena, sizeof(*unknown));

	if (!unknown)
		return no_memory(u);
	unknown->type.kind = TYPE_PARAM;
	return &unknown->type;
}

bool type_is_unknown(const struct type *t)
{
	return t->kind == TYPE_PARAM && t->name.n == 0;
}

/* Made by unifier_unknown, hence ours to write to. */
static struct unknown *unknown_of(const struct type *t)
{
	return (struct unknown *)t;
}

const struct type *unifier_look(const struct unifier *u, const struct type *t)
{
	while (type_is_unknown(t) && unknown_of(t)->known)
		t = unknown_of(t)->known;
	return t;
}

/* False when the work is to end. */
static bool step(struct unifier *u)
{
	if (u->steps++ >= LIMIT_EXPR_TYPE_STEPS || u->depth > DEPTH_MAX)
		u->spent = true;
	return !u->spent && !u->no_memory;
}

static void set_known(struct unifier *u, const struct type *unknown, const struct type *known)
{
	struct undo *undo = vec_push(&u->trail);

	if (!undo) {
		(void)no_memory(u);
		return;
	}
	*undo = (struct undo){unknown_of(unknown), unknown_of(unknown)->known};
	unknown_of(unknown)->known = known;
}

static bool is_error_or_dyn(const struct type *t)
{
	return t->kind == TYPE_DYN || t->kind == TYPE_ERROR;
}

static bool is_nullable(const struct type *t)
{
	return t->kind == TYPE_NULL || t->kind == TYPE_ABSTRACT || t->kind == TYPE_OPTIONAL ||
	       t->kind == TYPE_WRAPPER || t->kind == TYPE_TIMESTAMP || t->kind == TYPE_DURATION;
}

/* Whether the unknown is nowhere in t: it cannot stand for a part of itself. */
static bool is_not_in(struct unifier *u, const struct type *unknown, const struct type *t)
{
	bool ok = true;

	if (!step(u))
		return true;
	t = unifier_look(u, t);
	if (t == unknown)
		return false;
	u->depth++;
	for (unsigned i = 0; ok && i < t->n_params; i++)
		ok = is_not_in(u, unknown, t->params[i]);
	u->depth--;
	return ok;
}

enum learned { LEARNED, NOT_NEW, CONTRADICTED };

/*
 * Takes t for what the unknown stands for, or for as general as that. CONTRADICTED: it is known
 * already and t does not fit.
 */
static enum learned learn(struct unifier *u, const struct type *t, const struct type *unknown)
{
	const struct type *known = unknown_of(unknown)->known;
	const struct type *general;

	if (t == unknown || (known && t == known))
		return LEARNED;
	if (!known) {
		if (!is_not_in(u, unknown, t))
			return NOT_NEW;
		set_known(u, unknown, t);
		return LEARNED;
	}
	if (!fits(u, t, known))
		return CONTRADICTED;
	general = unifier_join(u, t, known);
	if (general != known && is_not_in(u, unknown, general))
		set_known(u, unknown, general);
	return LEARNED;
}

static bool params_fit(struct unifier *u, const struct type *from, const struct type *to)
{
	bool ok = from->n_params == to->n_params;

	u->depth++;
	for (unsigned i = 0; ok && i < from->n_params; i++)
		ok = fits(u, from->params[i], to->params[i]);
	u->depth--;
	return ok;
}

static bool fits_known(struct unifier *u, const struct type *from, const struct type *to)
{
	if (is_error_or_dyn(from) || is_error_or_dyn(to))
		return true;
	if (from->kind == TYPE_NULL)
		return is_nullable(to);
	if (to->kind == TYPE_NULL)
		return is_nullable(from);
	if (from->kind == TYPE_WRAPPER)
		from = from->params[0];
	if (to->kind == TYPE_WRAPPER)
		to = to->params[0];
	if (from->kind != to->kind)
		return false;
	if (from->kind == TYPE_TYPE)
		return true;
	if (from->kind == TYPE_ABSTRACT || from->kind == TYPE_PARAM)
		return str_eq(from->name, to->name) && params_fit(u, from, to);
	return params_fit(u, from, to);
}

static bool fits_unknown(struct unifier *u, const struct type *from, const struct type *to)
{
	if (type_is_unknown(to)) {
		enum learned learned = learn(u, from, to);

		if (learned != NOT_NEW)
			return learned == LEARNED;
	}
	if (type_is_unknown(from))
		return learn(u, to, from) == LEARNED;
	return fits_known(u, from, to);
}

static bool fits(struct unifier *u, const struct type *from, const struct type *to)
{
	bool ok;

	if (from == to || !step(u))
		return true;
	u->depth++;
	ok = fits_unknown(u, from, to);
	u->depth--;
	return ok;
}

bool unify_all(struct unifier *u, const struct type *const *from, const struct type *const *to,
	       unsigned n)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < n; i++)
		ok = fits(u, from[i], to[i]);
	for (size_t i = u->trail.n; !ok && i > 0; i--) {
		const struct undo *undo = vec_at(&u->trail, i - 1);

		undo->unknown->known = undo->before;
	}
	vec_cut(&u->trail, 0);
	return ok;
}

bool unify(struct unifier *u, const struct type *from, const struct type *to)
{
	return unify_all(u, &from, &to, 1);
}

bool type_same(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->n_params != b->n_params || !str_eq(a->name, b->name) ||
	    type_is_unknown(a))
		return false;
	for (unsigned i = 0; i < a->n_params; i++)
		if (!type_same(a->params[i], b->params[i]))
			return false;
	return true;
}

/* The type with other parameters; itself when they are the same. */
static const struct type *with_params(struct unifier *u, const struct type *t,
				      const struct type *const *params)
{
	const struct type *made;

	if (!t->n_params || memcmp(params, t->params, t->n_params * sizeof(*params)) == 0)
		return t;
	made = type_make(u->arena, t->kind, t->name, params, t->n_params);
	return made ? made : no_memory(u);
}

static const struct type *join_params(struct unifier *u, const struct type *a, const struct type *b)
{
	const struct type *params[TYPE_PARAMS_MAX];
	bool is_b = true;

	u->depth++;
	for (unsigned i = 0; i < a->n_params; i++) {
		params[i] = unifier_join(u, a->params[i], b->params[i]);
		is_b = is_b && params[i] == b->params[i];
	}
	u->depth--;
	return is_b ? b : with_params(u, a, params);
}

const struct type *unifier_join(struct unifier *u, const struct type *a, const struct type *b)
{
	if (a == b || !step(u))
		return a;
	if (is_error_or_dyn(a) || is_error_or_dyn(b))
		return &type_dyn;
	if (a->kind == TYPE_PARAM || b->kind == TYPE_PARAM)
		return a->kind == TYPE_PARAM ? a : b;
	if (a->kind == TYPE_NULL || b->kind == TYPE_NULL)
		return a->kind == TYPE_NULL ? b : a;
	if (a->kind == TYPE_WRAPPER || b->kind == TYPE_WRAPPER)
		return a->kind == TYPE_WRAPPER ? a : b;
	if (a->kind != b->kind || a->n_params != b->n_params)
		return &type_dyn;
	if (a->kind == TYPE_TYPE)
		return type_same(a, b) ? a : &type_type;
	return join_params(u, a, b);
}

bool type_has_unknowns(const struct type *t)
{
	if (type_is_unknown(t))
		return true;
	for (unsigned i = 0; i < t->n_params; i++)
		if (type_has_unknowns(t->params[i]))
			return true;
	return false;
}

/* parts: how many more the result may have. */
static const struct type *settle(struct unifier *u, const struct type *t, bool unknown_is_dyn,
				 unsigned *parts)
{
	const struct type *params[TYPE_PARAMS_MAX];

	if (*parts == 0 || !step(u))
		return &type_dyn;
	--*parts;
	t = unifier_look(u, t);
	if (t->kind == TYPE_PARAM)
		return unknown_is_dyn ? &type_dyn : t;
	if (!t->n_params)
		return t;
	u->depth++;
	for (unsigned i = 0; i < t->n_params; i++)
		params[i] = settle(u, t->params[i], unknown_is_dyn, parts);
	u->depth--;
	return with_params(u, t, params);
}

const struct type *unifier_settle(struct unifier *u, const struct type *t, bool unknown_is_dyn)
{
	unsigned parts = LIMIT_EXPR_TYPE_PARTS;

	return settle(u, t, unknown_is_dyn, &parts);
}

const struct type *unifier_sketch(struct unifier *u, const struct type *t, unsigned parts)
{
	return settle(u, t, true, &parts);
}

static bool is_small(const struct type *t, unsigned *parts)
{
	bool ok = *parts > 0;

	if (ok)
		--*parts;
	for (unsigned i = 0; ok && i < t->n_params; i++)
		ok = is_small(t->params[i], parts);
	return ok;
}

const struct type *unifier_cut(struct unifier *u, const struct type *t)
{
	unsigned parts = LIMIT_EXPR_TYPE_PARTS;

	return is_small(t, &parts) ? t : unifier_settle(u, t, false);
}

const struct type *unifier_instance(struct unifier *u, const struct type *t,
				    const struct type **letters)
{
	const struct type *params[TYPE_PARAMS_MAX];

	if (t->kind == TYPE_PARAM && t->name.n == 1 && t->name.p[0] >= 'A' && t->name.p[0] <= 'Z') {
		const struct type **letter = &letters[t->name.p[0] - 'A'];

		if (!*letter)
			*letter = unifier_unknown(u);
		return *letter;
	}
	for (unsigned i = 0; i < t->n_params; i++)
		params[i] = unifier_instance(u, t->params[i], letters);
	return with_params(u, t, params);
}
