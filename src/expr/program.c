/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/program.h"

#include <stdlib.h>

#include "base/limits.h"
#include "expr/node.h"
#include "expr/regex_cache.h"

void program_free(struct program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->prepared.n; i++) {
		struct prepared *prepared = vec_at(&p->prepared, i);

		prepared->release(prepared->p);
	}
	vec_done(&p->prepared);
	scratch_done(&p->constants);
	arena_done(&p->arena);
	free(p);
}

void program_freep(struct program **p)
{
	program_free(*p);
}

const struct type *program_type(const struct program *p)
{
	return p->type;
}

void evaluation_init(struct evaluation *e)
{
	*e = (struct evaluation){.max_cost = LIMIT_EXPR_COST};
	scratch_init(&e->scratch, LIMIT_EXPR_SCRATCH);
}

void evaluation_done(struct evaluation *e)
{
	free(e->locals);
	regex_cache_free(e->regexes);
	scratch_done(&e->scratch);
	*e = (struct evaluation){0};
}

static bool have_locals(struct evaluation *e, size_t n)
{
	struct value *bigger;

	if (n <= e->n_locals)
		return true;
	bigger = reallocarray(e->locals, n, sizeof(*bigger));
	if (!bigger)
		return false;
	e->locals = bigger;
	e->n_locals = n;
	return true;
}

struct value program_eval(const struct program *p, struct evaluation *e, const struct value *facts,
			  size_t n_facts)
{
	struct frame f;
	struct value v;

	scratch_reset(&e->scratch);
	f = (struct frame){
		.call = {.scratch = &e->scratch, .budget = e->max_cost, .regexes = &e->regexes},
		.facts = facts};
	if (n_facts < p->n_facts)
		return call_error(&f.call, "the program asks for %u facts, but there are %zu",
				  p->n_facts, n_facts);
	if (!have_locals(e, p->n_locals)) {
		f.call.out_of = ERR_NOMEM;
		return call_exhausted(&f.call);
	}
	f.locals = e->locals;
	v = node_eval(p->root, &f);
	e->spent += e->max_cost - f.call.budget;
	return f.call.out_of && !value_is_error(v) ? call_exhausted(&f.call) : v;
}
