/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rule_index.h"

#include "base/limits.h"

#define GUARDS_MAX  8 /* of one rule */
#define WORD_BITS   64
#define STRINGS_MAX 65536 /* of one field; what is behind them is left to the rules */

struct asked {
	struct guard guards[GUARDS_MAX];
	size_t n;
};

struct making {
	struct rule_index *index;
	struct asked *asked; /* by rule */
	struct arena *arena;
	struct err *err;
};

static bool is_field(const struct guard *a, const struct guard *b)
{
	return a->slot == b->slot && a->class == b->class && a->field == b->field;
}

static void set_bit(uint64_t *words, size_t i)
{
	words[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
}

/* ---- which fields ---- */

static size_t count_rules(const struct making *m, const struct guard *field)
{
	size_t n = 0;

	for (size_t i = 0; i < m->index->n_rules; i++)
		for (size_t k = 0; k < m->asked[i].n; k++)
			if (is_field(&m->asked[i].guards[k], field)) {
				n++;
				break;
			}
	return n;
}

static bool is_there(const struct rule_index *index, const struct guard *field)
{
	for (size_t i = 0; i < index->n_fields; i++)
		if (is_field(&index->fields[i].field, field))
			return true;
	return false;
}

/* Those that most rules ask for; of as many the one met first. */
static void offer(struct making *m, const struct guard *field)
{
	struct rule_index *index = m->index;
	struct rule_index_field f = {.field = *field, .n_rules = count_rules(m, field)};
	size_t at = index->n_fields;

	while (at > 0 && index->fields[at - 1].n_rules < f.n_rules)
		at--;
	if (at == RULE_INDEX_FIELDS)
		return;
	if (index->n_fields < RULE_INDEX_FIELDS)
		index->n_fields++;
	memmove(&index->fields[at + 1], &index->fields[at],
		(index->n_fields - at - 1) * sizeof index->fields[0]);
	index->fields[at] = f;
}

static void choose_fields(struct making *m)
{
	for (size_t i = 0; i < m->index->n_rules; i++)
		for (size_t k = 0; k < m->asked[i].n; k++)
			if (!is_there(m->index, &m->asked[i].guards[k]))
				offer(m, &m->asked[i].guards[k]);
}

/* ---- their tables ---- */

static uint64_t *new_set(struct making *m)
{
	return arena_array(m->arena, m->index->n_words ? m->index->n_words : 1, sizeof(uint64_t));
}

/* The set of that value, which begins as that of rules which do not ask for the field. */
static uint64_t *set_of(struct making *m, struct rule_index_field *f, struct str value)
{
	uint64_t *set = map_get(&f->values, value);

	if (set)
		return set;
	set = new_set(m);
	if (!set || map_put(&f->values, value, set) < 0)
		return NULL;
	memcpy(set, f->otherwise, m->index->n_words * sizeof *set);
	return set;
}

static const struct guard *guard_on(const struct asked *asked, const struct guard *field)
{
	for (size_t i = 0; i < asked->n; i++)
		if (is_field(&asked->guards[i], field))
			return &asked->guards[i];
	return NULL;
}

static int fill(struct making *m, struct rule_index_field *f)
{
	f->otherwise = new_set(m);
	if (!f->otherwise)
		return err_nomem(m->err);
	for (size_t i = 0; i < m->index->n_rules; i++)
		if (!guard_on(&m->asked[i], &f->field))
			set_bit(f->otherwise, i);
	for (size_t i = 0; i < m->index->n_rules; i++) {
		const struct guard *g = guard_on(&m->asked[i], &f->field);

		for (uint32_t k = 0; g && k < g->n; k++) {
			uint64_t *set = set_of(m, f, value_str(g->strings[k]));

			if (!set)
				return err_nomem(m->err);
			set_bit(set, i);
		}
	}
	return 0;
}

/* A rule with too many strings is asked always. */
static void find_guards(struct making *m, const struct rule_program *programs)
{
	for (size_t i = 0; i < m->index->n_rules; i++) {
		struct asked *asked = &m->asked[i];
		size_t n_strings = 0;

		asked->n = program_guards(programs[i].when, m->arena, asked->guards, GUARDS_MAX);
		for (size_t k = 0; k < asked->n; k++)
			n_strings += asked->guards[k].n;
		if (n_strings > STRINGS_MAX / LIMIT_RULES * 64)
			asked->n = 0;
	}
}

int rule_index_make(const struct rule_program *programs, size_t n, struct arena *a,
		    struct rule_index *ret, struct err *err)
{
	struct making m = {.index = ret, .arena = a, .err = err};
	int r = 0;

	*ret = (struct rule_index){.n_rules = n, .n_words = (n + WORD_BITS - 1) / WORD_BITS};
	m.asked = arena_array(a, n ? n : 1, sizeof *m.asked);
	if (!m.asked)
		return err_nomem(err);
	ret->may = new_set(&m);
	if (!ret->may)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		if (!program_is_never(programs[i].when))
			set_bit(ret->may, i);
	find_guards(&m, programs);
	choose_fields(&m);
	for (size_t i = 0; i < ret->n_fields; i++)
		map_init(&ret->fields[i].values, SIZE_MAX);
	for (size_t i = 0; r == 0 && i < ret->n_fields; i++)
		r = fill(&m, &ret->fields[i]);
	return r;
}

void rule_index_done(struct rule_index *index)
{
	for (size_t i = 0; i < index->n_fields; i++)
		map_done(&index->fields[i].values);
	index->n_fields = 0;
}

/* ---- asking ---- */

void rule_index_select_all(const struct rule_index *index, uint64_t *words)
{
	memset(words, 0, index->n_words * sizeof *words);
	for (size_t i = 0; i < index->n_rules; i++)
		set_bit(words, i);
}

void rule_index_select(const struct rule_index *index, struct evaluation *e,
		       const struct value *facts, uint64_t *words)
{
	memcpy(words, index->may, index->n_words * sizeof *words);
	for (size_t i = 0; i < index->n_fields; i++) {
		const struct rule_index_field *f = &index->fields[i];
		struct value v = guard_value(&f->field, e, facts);
		const uint64_t *set;

		if (v.kind != VALUE_STRING)
			continue; /* the rules say what is wrong with it */
		set = map_get(&f->values, value_str(v));
		if (!set)
			set = f->otherwise;
		for (size_t k = 0; k < index->n_words; k++)
			words[k] &= set[k];
	}
}

size_t rule_index_next(const struct rule_index *index, const uint64_t *words, size_t i)
{
	while (i < index->n_rules) {
		uint64_t left = words[i / WORD_BITS] >> i % WORD_BITS;

		if (left)
			return i + (size_t)__builtin_ctzll(left);
		i = (i / WORD_BITS + 1) * WORD_BITS;
	}
	return index->n_rules;
}
