/* SPDX-License-Identifier: Apache-2.0 */
#include "check/bench.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"

struct benches {
	pthread_mutex_t lock;
	unsigned n_users;
	struct rule_set *set;
	struct judge_choice choice;
	bool defers_texts;
	struct vec list;    /* struct bench *, whole ones only */
	struct arena arena; /* of programs */
};

int benches_new(struct rule_set *set, struct benches **ret, struct err *err)
{
	struct benches *benches = calloc(1, sizeof *benches);

	if (!benches)
		return err_nomem(err);
	(void)pthread_mutex_init(&benches->lock, NULL); /* cannot fail with default attributes */
	benches->n_users = 1;
	benches->set = set;
	benches->list = (struct vec)VEC_INIT(struct bench *, LIMIT_RULES);
	arena_init(&benches->arena, LIMIT_ARENA_BYTES);
	*ret = benches;
	return 0;
}

struct benches *benches_ref(struct benches *benches)
{
	pthread_mutex_lock(&benches->lock);
	benches->n_users++;
	pthread_mutex_unlock(&benches->lock);
	return benches;
}

static void bench_done(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++)
		rule_program_release(&b->programs[i]);
	rule_index_done(&b->index);
	env_free(b->env);
}

void benches_unref(struct benches *benches)
{
	unsigned left;

	if (!benches)
		return;
	pthread_mutex_lock(&benches->lock);
	left = --benches->n_users;
	pthread_mutex_unlock(&benches->lock);
	if (left)
		return;
	for (size_t i = 0; i < benches->list.n; i++)
		bench_done(*(struct bench **)vec_at(&benches->list, i));
	vec_done(&benches->list);
	arena_done(&benches->arena);
	(void)pthread_mutex_destroy(&benches->lock);
	free(benches);
}

void benches_choose(struct benches *benches, const struct judge_choice *choice)
{
	benches->choice = *choice;
}

const struct judge_choice *benches_choice(const struct benches *benches)
{
	return &benches->choice;
}

const struct rule_set *benches_rules(const struct benches *benches)
{
	return benches->set;
}

void benches_defer_texts(struct benches *benches)
{
	benches->defers_texts = true;
}

int benches_compile_texts(struct benches *benches, const struct bench *bench,
			  struct rule_program *program, struct err *err)
{
	int r;

	if (!benches->defers_texts)
		return 0; /* all are, since the bench was made */
	pthread_mutex_lock(&benches->lock);
	r = rule_compile_texts(bench->env, &benches->arena, program, err);
	pthread_mutex_unlock(&benches->lock);
	return r;
}

static bool is_chosen(const struct judge_choice *choice, const struct rule *rule)
{
	bool chosen = choice->only.n == 0 && rule->enabled;

	for (size_t i = 0; i < choice->only.n; i++)
		chosen |= str_eq(rule->id, choice->only.p[i]);
	return chosen && !str_eq(rule->id, choice->except);
}

static bool is_wanted(const struct benches *benches, const struct rule *rule,
		      const struct scope *scope)
{
	return str_is(rule->applies_to, scope->name) && is_chosen(&benches->choice, rule);
}

static int compile_rule(struct benches *benches, struct bench *b, const struct rule *rule,
			struct err *err)
{
	struct rule_program *p = &b->programs[b->n++]; /* counted also when it fails */
	int r = rule_compile(rule, b->env, &benches->arena, p, err);

	return r < 0 || benches->defers_texts ? r
					      : rule_compile_texts(b->env, &benches->arena, p, err);
}

static int compile(struct benches *benches, struct bench *b, struct err *err)
{
	const struct scope *scope = b->scope;
	struct arena *a = &benches->arena;
	const struct rule *rule;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; (rule = rule_set_at(benches->set, i)) != NULL; i++)
		n += is_wanted(benches, rule, scope);
	if (n)
		r = scope_env_new(scope, &b->env, err);
	b->programs = arena_array(a, n ? n : 1, sizeof *b->programs);
	if (!b->programs)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && (rule = rule_set_at(benches->set, i)) != NULL; i++)
		if (is_wanted(benches, rule, scope))
			r = compile_rule(benches, b, rule, err);
	return r < 0 ? r : rule_index_make(b->programs, b->n, a, &b->index, err);
}

static int add(struct benches *benches, const struct scope *scope, const struct bench **ret,
	       struct err *err)
{
	struct bench *b = arena_alloc(&benches->arena, sizeof *b), **slot;
	int r;

	if (!b)
		return err_nomem(err);
	b->scope = scope;
	b->is_problem = str_has_suffix(str_of(scope->name), STR(".problem"));
	r = compile(benches, b, err);
	slot = r == 0 ? vec_push(&benches->list) : NULL;
	if (!slot) {
		bench_done(b);
		return r < 0 ? r : err_nomem(err);
	}
	*ret = *slot = b;
	return 0;
}

int benches_find(struct benches *benches, const struct scope *scope, const struct bench **ret,
		 struct err *err)
{
	bool found = false;
	int r = 0;

	pthread_mutex_lock(&benches->lock);
	for (size_t i = 0; i < benches->list.n && !found; i++) {
		*ret = *(struct bench **)vec_at(&benches->list, i);
		found = (*ret)->scope == scope;
	}
	if (!found)
		r = add(benches, scope, ret, err);
	pthread_mutex_unlock(&benches->lock);
	return r;
}
