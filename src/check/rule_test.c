/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rule_test.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/language.h"
#include "codec/yaml.h"

/* 2026-01-01: what an example shows must not depend on the day. */
#define EXAMPLE_TIME 1767225600

struct testing {
	struct rule_set *set;
	struct rule *rule;
	const struct language *language;
	struct rule_test *test;
	struct err *err;
};

__attribute__((format(printf, 3, 4))) static int fail(const struct testing *t, size_t line,
						      const char *fmt, ...)
{
	char why[ERR_MSG_MAX], text[ERR_MSG_MAX + 256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap); /* a long one is cut */
	va_end(ap);
	if (t->test->n_failures == RULE_TEST_FAILURES_MAX)
		return 0;
	n = snprintf(text, sizeof text, "%.*s:%zu: rule %.*s: %s", STR_FMT(t->rule->file), line,
		     STR_FMT(t->rule->id), why);
	t->test->failures[t->test->n_failures++] =
		arena_str(&t->set->arena, str_make(text, n < 0 ? 0 : (size_t)n));
	return 0;
}

static int check(const struct testing *t, const struct rule_example *e, struct judge *j)
{
	struct source_file f = {.path = str_of(t->language->example_name), .is_example = true};

	if (yaml_kind_of(e->what) == YAML_SCALAR) {
		f.bytes = yaml_str(e->what);
		return t->language->check(&f, j, t->err);
	}
	if (!t->language->check_example)
		return err_set(t->err, ERR_FORMAT, "%.*s:%zu: examples of %s are texts",
			       STR_FMT(t->rule->file), e->line, t->language->title);
	return t->language->check_example(e->what, j, t->err);
}

/* How often the rule speaks; the first problem that is told of it. */
static int count(const struct testing *t, const struct rule_example *e,
		 const struct judge_choice *choice, size_t *ret, struct str *ret_problem)
{
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(judge_freep) struct judge *j = NULL;
	int r = report ? judge_new(t->set, report, &j, t->err) : err_nomem(t->err);

	if (r < 0)
		return r;
	report->time = EXAMPLE_TIME;
	judge_choose(j, choice);
	r = check(t, e, j);
	*ret = 0;
	for (size_t i = 0; r == 0 && i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		*ret += str_eq(f->rule, t->rule->id) && !f->suppressed_by.n;
	}
	if (report->problems.n && ret_problem)
		*ret_problem =
			arena_str(&t->set->arena,
				  ((const struct problem *)vec_at(&report->problems, 0))->message);
	return r;
}

/* Of the rule alone; what its fixes make of the text, when it offers any. */
static int repair(const struct testing *t, const struct rule_example *e, struct strbuf *ret,
		  bool *ret_changed)
{
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(judge_freep) struct judge *j = NULL;
	CLEANUP(edits_done) struct edits edits;
	const struct judge_fix *fixes;
	size_t n = 0;
	bool taken;
	int r = report ? judge_new(t->set, report, &j, t->err) : err_nomem(t->err);

	edits_init(&edits);
	if (r < 0)
		return r;
	judge_choose(j, &(struct judge_choice){.only = {&t->rule->id, 1}});
	r = check(t, e, j);
	fixes = judge_fixes(j, &n);
	*ret_changed = n > 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = edits_add(&edits, fixes[i].edits, fixes[i].n_edits, &taken, t->err);
	return r < 0 ? r : edits_apply(&edits, yaml_str(e->what), ret, t->err);
}

/* What the fix makes of an example has to be silent. */
static int run_fix(const struct testing *t, const struct rule_example *e)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_ARENA_BYTES);
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(judge_freep) struct judge *j = NULL;
	struct source_file f = {.path = str_of(t->language->example_name), .is_example = true};
	bool changed = false;
	int r = report ? repair(t, e, &text, &changed) : err_nomem(t->err);

	if (r < 0 || !changed)
		return r;
	f.bytes = strbuf_str(&text);
	r = judge_new(t->set, report, &j, t->err);
	if (r < 0)
		return r;
	judge_choose(j, &(struct judge_choice){.only = {&t->rule->id, 1}});
	r = t->language->check(&f, j, t->err);
	if (r < 0 || report->findings.n == 0)
		return r;
	return fail(t, e->line, "speaks still when its fix is applied");
}

/* Suppressed findings count as silence, so that examples can show suppressions too. */
static int run_example(const struct testing *t, const struct rule_example *e)
{
	const struct judge_choice alone = {.only = {&t->rule->id, 1}},
				  asked = {.only = {&t->rule->id, 1}, .always = true},
				  without = {.except = t->rule->id};
	struct str problem = STR_NULL;
	size_t n = 0, n_asked = 0, n_without = 0, failures = t->test->n_failures;
	int r = count(t, e, &alone, &n, &problem);

	if (r == 0)
		r = count(t, e, &asked, &n_asked, NULL);
	if (r == 0 && e->fails)
		r = count(t, e, &without, &n_without, NULL);
	if (r < 0)
		return r;
	if (problem.n)
		r = fail(t, e->line, "the example could not be judged: %.*s", STR_FMT(problem));
	else if (e->fails && n == 0)
		r = fail(t, e->line, "is silent, but this example must fail");
	else if (!e->fails && n > 0)
		r = fail(t, e->line, "speaks %zu times, but this example must pass", n);
	else if (n_asked == 0)
		r = fail(t, e->line, "is never asked in this example: it proves nothing");
	else if (n_without > 0)
		r = fail(t, e->line, "is spoken for by another rule of its name");
	else if (e->fails && t->rule->fix.text.n && yaml_kind_of(e->what) == YAML_SCALAR)
		r = run_fix(t, e);
	t->test->n_passed += t->test->n_failures == failures;
	return r;
}

static const struct language *language_of_rule(const struct rule *rule)
{
	struct str id = rule->applies_to, before, after;

	if (str_cut(id, '.', &before, &after))
		id = before;
	return language_find(id);
}

static const struct yaml_node *example_parameters(const struct rule_example *e)
{
	return yaml_kind_of(e->what) == YAML_MAP ? yaml_get(e->what, "parameters") : NULL;
}

int rule_test_run(struct rule_set *set, struct rule *rule, struct rule_test *ret, struct err *err)
{
	struct testing t = {.set = set,
			    .rule = rule,
			    .language = language_of_rule(rule),
			    .test = ret,
			    .err = err};
	const struct yaml_node *overrides = rule->overrides;
	bool fails = false, passes = false;
	int r = 0;

	*ret = (struct rule_test){.n_examples = rule->n_examples};
	for (size_t i = 0; r == 0 && i < rule->n_examples; i++) {
		const struct rule_example *e = &rule->examples[i];

		fails |= e->fails;
		passes |= !e->fails;
		rule->overrides = example_parameters(e);
		r = run_example(&t, e);
	}
	rule->overrides = overrides;
	if (r == 0 && (!fails || !passes))
		r = fail(&t, rule->line, "has no example that must %s", fails ? "pass" : "fail");
	return r;
}
