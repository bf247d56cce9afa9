/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ignore.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "policy/ignore_rule.h"

const char *const ignore_default_files[] = {".plimsollignore", ".trivyignore", ".trivyignore.yaml",
					    ".grype.yaml", NULL};

void ignore_init(struct ignore *ig)
{
	*ig = (struct ignore){.rules = VEC_INIT(struct ignore_rule, LIMIT_IGNORE_RULES)};
	arena_init(&ig->arena, LIMIT_ARENA_BYTES);
}

static void regex_free(regex_t *regex)
{
	if (!regex)
		return;
	regfree(regex);
	free(regex);
}

void ignore_done(struct ignore *ig)
{
	for (size_t i = 0; i < ig->rules.n; i++) {
		const struct ignore_rule *rule = vec_at(&ig->rules, i);

		regex_free(rule->name);
		regex_free(rule->upstream);
	}
	vec_done(&ig->rules);
	arena_done(&ig->arena);
}

/* ---- applied to a report ---- */

/* Every name that a finding goes by, in lower case: a rule whose ids are not in it is done. */
struct names {
	struct map map;
	struct arena arena;
};

static struct str lowered(struct arena *a, struct str s)
{
	struct str copy = arena_str(a, s);

	for (size_t i = 0; i < copy.n && copy.p; i++)
		((char *)copy.p)[i] = char_lower(copy.p[i]);
	return copy;
}

static int add_name(struct names *names, struct str name)
{
	struct str key = lowered(&names->arena, name);

	return key.p && map_put(&names->map, key, names) == 0 ? 0 : -ERR_NOMEM;
}

static int add_names(struct names *names, const struct report *r)
{
	int e = 0;

	for (size_t i = 0; i < r->findings.n && e == 0; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		e = add_name(names, f->rule);
		if (e == 0)
			e = add_name(names, f->id);
		for (size_t k = 0; k < f->aliases.n && e == 0; k++)
			e = add_name(names, f->aliases.p[k]);
		for (size_t k = 0; k < f->codes.n && e == 0; k++)
			e = add_name(names, f->codes.p[k]);
	}
	return e;
}

static bool can_match(struct names *names, const struct ignore_rule *rule)
{
	for (size_t i = 0; i < rule->ids.n; i++) {
		struct str key = lowered(&names->arena, rule->ids.p[i]);

		if (!key.p || map_get(&names->map, key))
			return true; /* without memory: ask each finding */
	}
	return rule->ids.n == 0;
}

static int suppress(struct report *r, const struct ignore_rule *rule, struct finding *f)
{
	f->suppressed_by =
		rule->line ? arena_strf(&r->arena, "%.*s:%zu", STR_FMT(rule->file), rule->line)
			   : arena_str(&r->arena, rule->file);
	f->suppressed_reason = arena_str(&r->arena, rule->reason);
	f->suppressed_until = arena_str(&r->arena, rule->until);
	return f->suppressed_until.p ? 0 : -ERR_NOMEM;
}

static int apply_rule(const struct ignore_rule *rule, int64_t now, struct report *r)
{
	struct report_rule *told = vec_push(&r->rules);
	bool expired = rule->has_end && now >= rule->end;
	int e = 0;

	if (!told)
		return -ERR_NOMEM;
	*told = (struct report_rule){
		.file = arena_str(&r->arena, rule->file),
		.line = rule->line,
		.rule = arena_str(&r->arena, rule->text),
		.reason = arena_str(&r->arena, rule->reason),
		.owner = arena_str(&r->arena, rule->owner),
		.until = arena_str(&r->arena, rule->until),
		.state = expired ? RULE_EXPIRED : RULE_UNUSED,
	};
	for (size_t i = 0; i < r->findings.n && e == 0 && !rule->never; i++) {
		struct finding *f = vec_at(&r->findings, i);

		if (!ignore_rule_matches(rule, r, f))
			continue;
		told->n_findings++;
		if (expired)
			continue;
		told->state = RULE_USED;
		if (f->suppressed_by.n == 0)
			e = suppress(r, rule, f);
	}
	return e;
}

/* A rule that cannot match is told like the others, in no time. */
static int apply_all(const struct ignore *ig, struct names *names, int64_t now, struct report *r)
{
	int e = 0;

	for (size_t i = 0; i < ig->rules.n && e == 0; i++) {
		const struct ignore_rule *rule = vec_at(&ig->rules, i);
		struct ignore_rule asked = *rule;

		asked.never |= !can_match(names, rule);
		e = apply_rule(&asked, now, r);
	}
	return e;
}

int ignore_apply(const struct ignore *ig, int64_t now, struct report *r, struct err *err)
{
	struct names names;
	int e;

	if (ig->rules.n == 0)
		return 0;
	map_init(&names.map, (size_t)LIMIT_FINDINGS * 16);
	arena_init(&names.arena, LIMIT_ARENA_BYTES);
	e = add_names(&names, r);
	if (e == 0)
		e = apply_all(ig, &names, now, r);
	if (e == 0)
		e = arena_check(&r->arena, NULL);
	map_done(&names.map);
	arena_done(&names.arena);
	return e < 0 ? err_nomem(err) : 0;
}
