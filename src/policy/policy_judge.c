/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_judge.h"

#include "base/cleanup.h"
#include "base/limits.h"

#define MESSAGE_MAX 4096 /* bytes of one message; a longer one is cut */

enum truth { NO, YES, UNSURE };

struct judging {
	const struct policy *policy;
	struct report *report;
	struct facts facts;
	struct evaluation e;
	uint64_t n_evaluations;
	struct value values[FACTS_VARIABLES_MAX];
	size_t n_values;
	struct verdict_exception *exceptions; /* of all rules, in their order */
	size_t n_exceptions;
	struct verdict_reason *reasons;
};

/* What one rule did. */
struct asking {
	const struct policy_rule *rule;
	struct verdict_exception *exceptions; /* of this rule */
	struct vec evidence;		      /* struct verdict_evidence */
	uint64_t n_spoke, n_unsure;
	unsigned asked; /* areas that are not fully assessed */
	struct str why; /* why the first was unsure; may be empty */
};

static struct arena *arena_of(struct judging *j)
{
	return &j->report->arena;
}

/* ---- one expression ---- */

/* What was spent so far; an evaluation costs something even if it is a constant. */
static uint64_t cost_of(const struct judging *j)
{
	return j->e.spent + j->n_evaluations;
}

/* VALUE_BOOL, or an error that lives until the next evaluation. */
static struct value evaluate(struct judging *j, const struct program *program, bool is_strict)
{
	uint64_t cost = cost_of(j), left = cost < LIMIT_POLICY_COST ? LIMIT_POLICY_COST - cost : 0;

	j->facts.is_strict = is_strict;
	j->e.max_cost = left < LIMIT_EXPR_COST ? left : (uint64_t)LIMIT_EXPR_COST;
	j->n_evaluations++;
	if (left == 0)
		return value_absent(); /* neither true nor false */
	return program_eval(program, &j->e, j->values, j->n_values);
}

static enum truth truth_of(struct value v)
{
	if (v.kind != VALUE_BOOL)
		return UNSURE;
	return v.b ? YES : NO;
}

/* "Image.reference is unset", and why it is where the manual of the fields says that. */
static struct str told_why(struct judging *j, struct str message)
{
	for (const struct facts_field *f = facts_manual; f->class; f++) {
		struct str rest = message, help = str_of(f->help);
		size_t at = str_find(help, STR("unset: "));

		if (str_pull_prefix(&rest, str_of(f->class)) && str_pull_prefix(&rest, STR(".")) &&
		    str_pull_prefix(&rest, str_of(f->name)) && str_is(rest, " is unset") &&
		    at < help.n)
			return arena_strf(arena_of(j), "%.*s: %.*s", STR_FMT(message),
					  STR_FMT(str_skip(help, at + 7)));
	}
	return arena_str(arena_of(j), message);
}

/* Why it could not be said; the first reason of a rule is kept. */
static void keep_why(struct judging *j, struct asking *q, struct value v)
{
	if (q->why.n)
		return;
	if (cost_of(j) >= LIMIT_POLICY_COST)
		q->why = arena_strf(arena_of(j), "the rules took more work than policy_cost (%d)",
				    (int)LIMIT_POLICY_COST);
	else if (v.kind == VALUE_ERROR)
		q->why = told_why(j, v.error->message);
	else
		q->why = STR("it gave neither true nor false");
}

static enum truth both(enum truth a, enum truth b)
{
	if (a == NO || b == NO)
		return NO;
	return a == YES && b == YES ? YES : UNSURE;
}

/* Whether the rule speaks of the thing at hand. */
static enum truth ask(struct judging *j, struct asking *q, bool is_strict)
{
	const struct policy_rule *rule = q->rule;
	enum truth applies = YES, holds;
	struct value v;

	if (rule->match_program) {
		v = evaluate(j, rule->match_program, is_strict);
		applies = truth_of(v);
		if (applies == UNSURE && !is_strict)
			keep_why(j, q, v);
	}
	if (applies == NO)
		return NO;
	v = evaluate(j, rule->condition_program, is_strict);
	holds = truth_of(v);
	if (holds == UNSURE && !is_strict)
		keep_why(j, q, v);
	if (rule->kind == POLICY_REQUIRE && holds != UNSURE)
		holds = holds == YES ? NO : YES;
	return both(applies, holds);
}

/* ---- one thing ---- */

/* Whether an exception holds for it; a doubtful one does not. */
static bool is_excepted(struct judging *j, struct asking *q)
{
	for (size_t i = 0; i < q->rule->n_exceptions; i++) {
		const struct policy_exception *x = &q->rule->exceptions[i];
		struct verdict_exception *told = &q->exceptions[i];

		if (truth_of(evaluate(j, x->match_program, true)) != YES)
			continue;
		told->count++;
		if (told->state == EXCEPTION_EXPIRED)
			continue;
		told->state = EXCEPTION_USED;
		return true;
	}
	return false;
}

static struct str expand(struct judging *j, const struct policy_rule *rule)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_EXPR_SCRATCH);
	struct str text;

	j->facts.is_strict = false;
	j->e.max_cost = LIMIT_EXPR_COST;
	template_expand(&rule->message_template, &j->e, j->values, j->n_values, &sb);
	text = str_sub(strbuf_str(&sb), 0, MESSAGE_MAX);
	while (text.n && !str_is_utf8(text)) /* cut in a character */
		text.n--;
	return arena_str(arena_of(j), text);
}

static void speak(struct judging *j, struct asking *q, const struct fact *x)
{
	struct verdict_evidence *e = vec_push(&q->evidence);

	q->n_spoke++;
	if (!e)
		return; /* counted */
	e->subject = each_words(q->rule->each, x, arena_of(j));
	e->message = expand(j, q->rule);
	e->finding = each_finding(q->rule->each, x);
}

static void ask_about(struct judging *j, struct asking *q, const struct fact *x)
{
	unsigned asked;
	enum truth t;

	if (q->rule->each->class)
		j->values[j->n_values - 1] = value_object(&x->object);
	j->facts.asked = 0;
	t = ask(j, q, true);
	if (t == UNSURE)
		t = ask(j, q, false);
	else
		j->facts.asked = 0; /* it did not matter what is missing */
	if (t == NO && j->facts.asked)
		t = UNSURE;	/* silent, but only on what is known */
	asked = j->facts.asked; /* the exceptions ask too */
	if (t == NO || is_excepted(j, q))
		return;
	q->asked |= asked;
	if (t == YES)
		speak(j, q, x);
	else
		q->n_unsure++;
}

/* ---- one rule ---- */

static struct str_list missing_of(struct judging *j, unsigned areas)
{
	const struct gaps *gaps = &j->facts.gaps;
	size_t n = 0, k = 0;
	struct str *p;

	for (enum area a = 0; a < N_AREAS; a++)
		n += areas & 1u << a ? gaps->of[a].why.n : 0;
	p = arena_array(arena_of(j), n + 1, sizeof *p);
	for (enum area a = 0; p && a < N_AREAS; a++)
		for (size_t i = 0; areas & 1u << a && i < gaps->of[a].why.n; i++) {
			bool twice = false;

			for (size_t m = 0; m < k; m++)
				twice |= str_eq(p[m], gaps->of[a].why.p[i]);
			if (!twice)
				p[k++] = arena_str(arena_of(j), gaps->of[a].why.p[i]);
		}
	return (struct str_list){p, k};
}

static unsigned incomplete(const struct judging *j, unsigned areas)
{
	unsigned found = 0;

	for (enum area a = 0; a < N_AREAS; a++)
		if (areas & 1u << a && j->facts.gaps.of[a].state != COVERAGE_ASSESSED)
			found |= 1u << a;
	return found;
}

static struct str unknown_message(struct judging *j, const struct asking *q,
				  struct str_list missing)
{
	struct str why = missing.n ? missing.p[0] : q->why;

	return arena_strf(arena_of(j), "cannot be decided: %.*s", STR_FMT(why));
}

static void keep_evidence(struct judging *j, struct asking *q, struct verdict_reason *reason)
{
	struct verdict_evidence *p = arena_array(arena_of(j), q->evidence.n + 1, sizeof *p);

	for (size_t i = 0; p && i < q->evidence.n; i++)
		p[i] = *(const struct verdict_evidence *)vec_at(&q->evidence, i);
	reason->evidence = p;
	reason->n_evidence = p ? q->evidence.n : 0;
	reason->count = q->n_spoke;
	if (reason->n_evidence)
		reason->message = p[0].message;
}

/* False: the rule passed. */
static bool conclude(struct judging *j, struct asking *q, struct verdict_reason *reason)
{
	const struct policy_rule *rule = q->rule;
	unsigned areas = q->asked | incomplete(j, rule->each->areas);

	*reason = (struct verdict_reason){
		.rule = arena_str(arena_of(j), rule->id),
		.title = arena_str(arena_of(j), rule->title),
		.not_assessed = missing_of(j, areas),
	};
	if (q->n_spoke) {
		reason->outcome = rule->kind == POLICY_WARN ? OUTCOME_WARN : OUTCOME_DENY;
		reason->effect = rule->kind == POLICY_WARN ? VERDICT_WARN : VERDICT_DENY;
		keep_evidence(j, q, reason);
		/* what it could not decide may weigh more than its warning */
		if ((q->n_unsure || areas) && rule->unknown > reason->effect)
			reason->effect = rule->unknown;
		return true;
	}
	if (q->n_unsure == 0 && areas == 0)
		return false;
	reason->outcome = OUTCOME_UNKNOWN;
	reason->effect = rule->unknown;
	reason->count = q->n_unsure;
	reason->message = unknown_message(j, q, reason->not_assessed);
	return true;
}

static void ask_rule(struct judging *j, struct asking *q)
{
	struct str missing = each_missing(&j->facts, q->rule->each);
	size_t n;

	facts_fill(&j->facts, j->values, &j->n_values);
	j->n_values += q->rule->each->class ? 1 : 0;
	n = each_count(&j->facts, q->rule->each);
	for (size_t i = 0; i < n; i++) {
		struct fact x = each_at(&j->facts, q->rule->each, i);

		ask_about(j, q, &x);
	}
	if (missing.n == 0)
		return;
	q->n_unsure++;
	q->why = q->why.n ? q->why : missing;
}

static int judge_rule(struct judging *j, const struct policy_rule *rule, struct err *err)
{
	struct verdict *v = &j->report->verdict;
	struct asking q = {.rule = rule,
			   .exceptions = &j->exceptions[j->n_exceptions],
			   .evidence = VEC_INIT(struct verdict_evidence, LIMIT_POLICY_EVIDENCE)};
	struct verdict_reason *reason = &j->reasons[v->n_reasons];

	j->n_exceptions += rule->n_exceptions;
	ask_rule(j, &q);
	if (conclude(j, &q, reason)) {
		v->n_reasons++;
		if (reason->effect > v->decision)
			v->decision = reason->effect;
	} else {
		v->n_passed++;
	}
	vec_done(&q.evidence);
	return arena_check(arena_of(j), err);
}

/* ---- all ---- */

static int prepare(struct judging *j, int64_t now, struct err *err)
{
	const struct policy *p = j->policy;
	struct arena *a = arena_of(j);
	size_t n = 0, k = 0;

	for (size_t i = 0; i < p->rules.n; i++)
		n += ((const struct policy_rule *)vec_at(&p->rules, i))->n_exceptions;
	j->exceptions = arena_array(a, n + 1, sizeof *j->exceptions);
	j->reasons = arena_array(a, p->rules.n + 2, sizeof *j->reasons); /* trust too */
	if (!j->exceptions || !j->reasons)
		return err_nomem(err);
	for (size_t i = 0; i < p->rules.n; i++) {
		const struct policy_rule *rule = vec_at(&p->rules, i);

		for (size_t m = 0; m < rule->n_exceptions; m++) {
			const struct policy_exception *x = &rule->exceptions[m];

			j->exceptions[k++] = (struct verdict_exception){
				.rule = arena_str(a, rule->id),
				.owner = arena_str(a, x->owner),
				.reason = arena_str(a, x->reason),
				.until = arena_str(a, x->until.text),
				.line = x->line,
				.state = until_is_past(&x->until, now) ? EXCEPTION_EXPIRED
								       : EXCEPTION_UNUSED};
		}
	}
	j->report->verdict = (struct verdict){.decision = VERDICT_ALLOW,
					      .policy = arena_str(a, p->name),
					      .file = arena_str(a, p->file),
					      .n_rules = p->rules.n,
					      .reasons = j->reasons,
					      .exceptions = j->exceptions,
					      .n_exceptions = n};
	return arena_check(a, err);
}

/* The part `trust`, as a rule of that name. */
static int judge_trust(struct judging *j, const struct policy_trust *trust, struct err *err)
{
	static const struct policy_trust not_asked = {
		.why = {"nobody asked who has signed the image", 37}};
	struct arena *a = arena_of(j);
	struct verdict *v = &j->report->verdict;
	struct verdict_reason *reason = &j->reasons[v->n_reasons];
	struct verdict_evidence *evidence = arena_alloc(a, sizeof *evidence);

	trust = trust ? trust : &not_asked;
	v->n_rules++;
	if (trust->is_trusted && !trust->is_refused) {
		v->n_passed++;
		return 0;
	}
	if (!evidence)
		return err_nomem(err);
	evidence->message = trust->remedy.n ? arena_strf(a, "%.*s; %.*s", STR_FMT(trust->why),
							 STR_FMT(trust->remedy))
					    : arena_str(a, trust->why);
	*reason = (struct verdict_reason){
		.rule = STR("trust"),
		.title = STR("The image may be used, and is signed by who must have signed it"),
		.outcome = trust->is_refused ? OUTCOME_DENY : OUTCOME_UNKNOWN,
		.effect = trust->is_refused ? VERDICT_DENY : j->policy->unknown,
		.message = evidence->message,
		.evidence = evidence,
		.n_evidence = 1,
		.count = 1,
	};
	v->n_reasons++;
	if (reason->effect > v->decision)
		v->decision = reason->effect;
	return arena_check(a, err);
}

int policy_judge(const struct policy *p, int64_t now, const struct policy_trust *trust,
		 struct report *r, struct err *err)
{
	struct judging j = {.policy = p, .report = r};
	int e = facts_init(&j.facts, r, now, err);

	evaluation_init(&j.e);
	if (e == 0)
		e = prepare(&j, now, err);
	for (size_t i = 0; i < p->rules.n && e == 0; i++)
		e = judge_rule(&j, vec_at(&p->rules, i), err);
	if (e == 0 && trust_policy_is_set(&p->trust))
		e = judge_trust(&j, trust, err);
	evaluation_done(&j.e);
	facts_done(&j.facts);
	return e;
}
