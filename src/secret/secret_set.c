/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_set.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/checksum.h"
#include "codec/yaml.h"
#include "secret/secret_automaton.h"
#include "secret/secret_pack.h"
#include "secret/secret_set_parts.h"

int secret_set_new(struct secret_set **ret, struct err *err)
{
	struct secret_set *set = calloc(1, sizeof *set);

	if (!set)
		return err_nomem(err);
	arena_init(&set->arena, LIMIT_ARENA_BYTES);
	set->files = (struct vec)VEC_INIT(struct yaml_file *, LIMIT_SECRET_RULES);
	set->rules = (struct vec)VEC_INIT(struct secret_rule, LIMIT_SECRET_RULES);
	set->triggers = (struct vec)VEC_INIT(struct secret_trigger, SECRET_TRIGGERS_MAX);
	*ret = set;
	return 0;
}

void secret_set_free(struct secret_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->rules.n; i++)
		regex_free(((struct secret_rule *)vec_at(&set->rules, i))->regex);
	for (size_t i = 0; i < set->files.n; i++)
		yaml_file_free(*(struct yaml_file **)vec_at(&set->files, i));
	secret_automaton_free(set->automaton);
	vec_done(&set->triggers);
	vec_done(&set->rules);
	vec_done(&set->files);
	arena_done(&set->arena);
	free(set);
}

void secret_set_freep(struct secret_set **set)
{
	secret_set_free(*set);
}

int secret_set_add_pack(struct secret_set *set, struct str bytes, struct str file, struct err *err)
{
	struct str name = arena_str(&set->arena, file);
	struct yaml_file *yaml = NULL;
	struct yaml_file **slot;
	int r = yaml_parse(bytes, &yaml, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(file));
	slot = vec_push(&set->files);
	if (!slot || !name.p) {
		yaml_file_free(yaml);
		return err_nomem(err);
	}
	*slot = yaml;
	set->hash = checksum_of(bytes) ^ (set->hash << 7 | set->hash >> 57);
	return secret_pack_read(yaml_document(yaml, 0), name, &set->arena, &set->rules, err);
}

const struct secret_rule *secret_set_at(const struct secret_set *set, size_t i)
{
	return vec_at(&set->rules, i);
}

/* ---- compiling ---- */

/* A value's pattern holds from its beginning; one by itself is searched for. */
static int make_regex(const struct secret_rule *rule, struct regex **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_REGEX_PATTERN_BYTES);
	int r;

	strbuf_addf(&text, "%s(?:%.*s)", rule->names.n ? "\\A" : "", STR_FMT(rule->pattern));
	r = strbuf_check(&text, err);
	if (r == 0)
		r = regex_new(strbuf_str(&text), ret, err);
	return r < 0 ? err_wrap(err, r, "%.*s:%zu: pattern of %.*s", STR_FMT(rule->file),
				rule->line, STR_FMT(rule->id))
		     : 0;
}

static struct secret_trigger *add_trigger(struct secret_set *set, const struct secret_rule *rule,
					  enum secret_trigger_kind kind, struct str text)
{
	struct secret_trigger *t = vec_push(&set->triggers);

	if (t)
		*t = (struct secret_trigger){.kind = kind, .text = text, .rule = rule};
	return t;
}

/* What makes the second pass look at a place for this rule. */
static int add_triggers(struct secret_set *set, const struct secret_rule *rule, struct err *err)
{
	const struct str_list *list = rule->names.n ? &rule->names : &rule->keywords;
	enum secret_trigger_kind kind = rule->names.n ? TRIGGER_NAME : TRIGGER_KEYWORD;

	if (rule->file_kind < SECRET_N_FILE_KINDS) {
		set->of_file[rule->file_kind] = rule;
		return 0;
	}
	if (list->n == 0 && !add_trigger(set, rule, TRIGGER_PATTERN, rule->pattern))
		return err_nomem(err);
	for (size_t i = 0; i < list->n; i++)
		if (!add_trigger(set, rule, kind, list->p[i]))
			return err_nomem(err);
	return 0;
}

int secret_set_compile(struct secret_set *set, struct err *err)
{
	int r = arena_check(&set->arena, err);

	for (size_t i = 0; i < set->rules.n && r == 0; i++) {
		struct secret_rule *rule = vec_at(&set->rules, i);

		if (rule->file_kind == SECRET_N_FILE_KINDS)
			r = make_regex(rule, &rule->regex, err);
		if (r == 0)
			r = add_triggers(set, rule, err);
	}
	if (r < 0)
		return r;
	return secret_automaton_new(set->triggers.p, set->triggers.n, &set->automaton, err);
}

bool secret_set_load(struct secret_set *set, struct str saved)
{
	bool ok = true;

	for (size_t i = 0; i < set->rules.n && ok; i++)
		ok = add_triggers(set, vec_at(&set->rules, i), NULL) == 0;
	if (ok)
		ok = secret_automaton_load(saved, set->triggers.p, set->triggers.n,
					   &set->automaton);
	if (!ok)
		vec_cut(&set->triggers, 0);
	return ok;
}

int secret_set_save(const struct secret_set *set, struct strbuf *out, struct err *err)
{
	return secret_automaton_save(set->automaton, set->triggers.p, set->triggers.n, out, err);
}

uint64_t secret_set_hash(const struct secret_set *set)
{
	return set->hash;
}

/* Only few rules hit anything in one scan: each pattern is made when it is first needed. */
int secret_set_regex(const struct secret_set *set, const struct secret_rule *rule,
		     const struct regex **ret, struct err *err)
{
	struct secret_rule *own =
		vec_at(&set->rules, (size_t)(rule - (const struct secret_rule *)set->rules.p));
	struct regex *made, *seen = __atomic_load_n(&own->regex, __ATOMIC_ACQUIRE);
	int r;

	*ret = seen;
	if (seen)
		return 0;
	r = make_regex(rule, &made, err);
	if (r < 0)
		return r;
	*ret = made;
	if (__atomic_compare_exchange_n(&own->regex, &seen, made, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return 0;
	regex_free(made); /* another thread was first */
	*ret = seen;
	return 0;
}
