/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/budget.h"

#include <stdlib.h>

#include "base/byte_size.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/yaml.h"

#define SHARE_MAX 32 /* bytes of a number */

static const struct {
	struct str name, hyphens, otherwise;
} dive_rules[DIVE_RULES] = {
	[DIVE_USER_WASTED] = {STR("highestUserWastedPercent"), STR("highest-user-wasted-percent"),
			      STR("0.1")},
	[DIVE_WASTED_BYTES] = {STR("highestWastedBytes"), STR("highest-wasted-bytes"),
			       STR("disabled")},
	[DIVE_EFFICIENCY] = {STR("lowestEfficiency"), STR("lowest-efficiency"), STR("0.9")},
};

void budget_init(struct budget *b)
{
	*b = (struct budget){0};
	arena_init(&b->arena, LIMIT_ARENA_BYTES);
}

void budget_done(struct budget *b)
{
	arena_done(&b->arena);
}

int budget_set_max_size(struct budget *b, struct str text, struct err *err)
{
	int r = byte_size_parse(text, &b->max_bytes, err);

	if (r < 0)
		return r;
	b->max_size = arena_str(&b->arena, text);
	return arena_check(&b->arena, err);
}

/* ---- .dive-ci ---- */

static bool is_off(struct str text)
{
	static const char *const words[] = {"", "disabled", "off", "false"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(text, str_of(words[i])))
			return true;
	return false;
}

static bool parse_share(struct str text, double *ret)
{
	char digits[SHARE_MAX + 1], *end;

	if (text.n == 0 || text.n > SHARE_MAX || !(char_is_digit(text.p[0]) || text.p[0] == '.'))
		return false;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	*ret = strtod(digits, &end); /* no locale is set: the point is one */
	return *end == '\0' && *ret >= 0 && *ret <= 1;
}

static int set_rule(struct budget *b, size_t i, struct str text, struct str file, size_t line,
		    struct err *err)
{
	uint64_t bytes = 0;
	bool is_good;

	b->rules[i].text = arena_str(&b->arena, text);
	b->rules[i].is_on = !is_off(str_trim(text));
	if (!b->rules[i].is_on)
		return arena_check(&b->arena, err);
	if (i == DIVE_WASTED_BYTES)
		is_good = byte_size_parse(text, &bytes, NULL) == 0;
	else
		is_good = parse_share(str_trim(text), &b->rules[i].limit);
	if (i == DIVE_WASTED_BYTES)
		b->rules[i].limit = (double)bytes;
	if (!is_good)
		return err_set(err, ERR_FORMAT, "%.*s: line %zu: %.*s is \"%.*s\": expected %s",
			       STR_FMT(file), line, STR_FMT(dive_rules[i].name),
			       STR_FMT(str_sub(text, 0, 64)),
			       i == DIVE_WASTED_BYTES ? "a number of bytes, or disabled"
						      : "a number from 0 to 1, or disabled");
	return arena_check(&b->arena, err);
}

static int take_rules(struct budget *b, const struct yaml_node *rules, struct str file,
		      struct err *err)
{
	const struct yaml_node *key, *value;
	int r = 0;

	if (yaml_kind_of(rules) != YAML_ABSENT && yaml_kind_of(rules) != YAML_MAP)
		return err_set(err, ERR_FORMAT, "%.*s: line %zu: rules is no map", STR_FMT(file),
			       yaml_line(rules));
	for (size_t k = 0; r == 0 && yaml_entry(rules, k, &key, &value); k++) {
		struct str name = yaml_str(key);
		size_t i = 0;

		while (i < DIVE_RULES && !str_eq(name, dive_rules[i].name) &&
		       !str_eq(name, dive_rules[i].hyphens))
			i++;
		if (i == DIVE_RULES)
			return err_set(err, ERR_FORMAT,
				       "%.*s: line %zu: no rule \"%.*s\"; there are "
				       "lowestEfficiency, highestWastedBytes, "
				       "highestUserWastedPercent",
				       STR_FMT(file), yaml_line(key),
				       STR_FMT(str_sub(name, 0, 64)));
		r = set_rule(b, i, yaml_str(value), file, yaml_line(value), err);
	}
	return r;
}

int budget_read_dive(struct budget *b, struct str bytes, struct str file, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *yaml = NULL;
	int r = yaml_parse(bytes, &yaml, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(file));
	for (size_t i = 0; i < DIVE_RULES && r == 0; i++)
		r = set_rule(b, i, dive_rules[i].otherwise, file, 0, err);
	if (r == 0)
		r = take_rules(b, yaml_get(yaml_document(yaml, 0), "rules"), file, err);
	b->dive = arena_str(&b->arena, file);
	return r < 0 ? r : arena_check(&b->arena, err);
}

/* ---- the verdict ---- */

static bool is_known(const struct report *r)
{
	for (size_t i = 0; i < r->layers.n; i++)
		if (!((const struct report_layer *)vec_at(&r->layers, i))->assessed)
			return false;
	return r->layers.n > 0;
}

static int add_row(struct report *r, struct str name, struct str limit, struct str source,
		   enum budget_state state, struct str actual, struct err *err)
{
	struct report_budget *row = vec_push(&r->budgets);

	if (!row)
		return err_set(err, ERR_LIMIT, "more than %d budgets", BUDGETS_MAX);
	*row = (struct report_budget){.name = name,
				      .limit = arena_str(&r->arena, limit),
				      .actual = actual,
				      .source = arena_str(&r->arena, source),
				      .state = state};
	return arena_check(&r->arena, err);
}

static enum budget_state state_of(bool is_over, bool is_all_known)
{
	if (is_over)
		return BUDGET_FAIL;
	return is_all_known ? BUDGET_PASS : BUDGET_UNKNOWN;
}

static int add_size_finding(const struct budget *b, struct report *r, struct err *err)
{
	char size[BYTE_SIZE_MAX], over[BYTE_SIZE_MAX];
	struct finding f = {
		.kind = FINDING_WASTE,
		.rule = STR("image-max-size"),
		.title = arena_strf(&r->arena, "the image has %s of files, %s more than %.*s",
				    byte_size_text(r->file_bytes, size).p,
				    byte_size_text(r->file_bytes - b->max_bytes, over).p,
				    STR_FMT(b->max_size)),
		.severity = SEVERITY_MEDIUM,
		.severity_source = STR("rule"),
		.status = STATUS_AFFECTED,
		.subject = {.kind = SUBJECT_IMAGE, .name = STR("image")},
		.fix_action = STR("Take out what the findings of waste name, or start from a "
				  "smaller base image."),
		.risk = -1,
		.confidence = 1,
	};

	return f.title.p ? report_add_finding(r, &f, err) : err_nomem(err);
}

static int judge_size(const struct budget *b, struct report *r, struct err *err)
{
	char size[BYTE_SIZE_MAX];
	bool is_over = r->file_bytes > b->max_bytes;
	int e = add_row(r, STR("max-size"), b->max_size, STR("--max-size"),
			state_of(is_over, is_known(r)),
			arena_str(&r->arena, byte_size_text(r->file_bytes, size)), err);

	return e < 0 || !is_over ? e : add_size_finding(b, r, err);
}

/* As text, and whether it breaks the rule. */
static struct str compare(const struct budget *b, size_t i, struct report *r, bool *ret_is_over)
{
	const struct report_efficiency *e = &r->efficiency;
	double limit = b->rules[i].limit;

	if (i == DIVE_WASTED_BYTES) {
		char size[BYTE_SIZE_MAX];

		*ret_is_over = (double)e->wasted_bytes > limit;
		return arena_strf(&r->arena, "%llu bytes (%s)", (unsigned long long)e->wasted_bytes,
				  byte_size_text(e->wasted_bytes, size).p);
	}
	if (i == DIVE_USER_WASTED) {
		*ret_is_over = e->user_wasted > limit; /* of one layer it is below 0 */
		return arena_strf(&r->arena, "%.4f", e->user_wasted < 0 ? 0 : e->user_wasted);
	}
	*ret_is_over = e->efficiency < limit;
	return arena_strf(&r->arena, "%.4f", e->efficiency);
}

static int judge_dive(const struct budget *b, struct report *r, struct err *err)
{
	bool all = is_known(r) && r->efficiency.is_known;
	int e = 0;

	for (size_t i = 0; i < DIVE_RULES && e == 0; i++) {
		bool is_over = false;
		struct str actual = compare(b, i, r, &is_over);
		enum budget_state state = all ? state_of(is_over, true) : BUDGET_UNKNOWN;

		e = add_row(r, dive_rules[i].name, b->rules[i].text, b->dive,
			    b->rules[i].is_on ? state : BUDGET_SKIP, actual, err);
	}
	return e;
}

int budget_judge(const struct budget *b, struct report *report, struct err *err)
{
	int r = b->max_size.n ? judge_size(b, report, err) : 0;

	return r < 0 || !b->dive.n ? r : judge_dive(b, report, err);
}

bool budget_is_broken(const struct report *report)
{
	for (size_t i = 0; i < report->budgets.n; i++)
		if (((const struct report_budget *)vec_at(&report->budgets, i))->state ==
		    BUDGET_FAIL)
			return true;
	return false;
}
