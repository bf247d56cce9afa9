/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "policy/policy.h"

static struct {
	bool source;
} opt;

/* ---- list ---- */

static int list(struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct str name, bytes;

	for (size_t i = 0; policy_shipped(i, &name, &bytes); i++) {
		CLEANUP(policy_freep) struct policy *p = NULL;

		if (policy_parse(bytes, name, &p, err) < 0)
			return command_error(err);
		strbuf_addf(&sb, "%-16.*s %3zu rules, unknown: %-5s  %.*s\n", STR_FMT(name),
			    p->rules.n, verdict_decision_name(p->unknown), STR_FMT(p->title));
	}
	return command_print(strbuf_str(&sb));
}

/* ---- show ---- */

static void add_line(struct strbuf *sb, const char *name, struct str text)
{
	struct str line;

	for (bool first = true; str_pull_line(&text, &line); first = false)
		strbuf_addf(sb, "    %-10s %.*s\n", first ? name : "", STR_FMT(str_trim(line)));
}

static void add_rule(struct strbuf *sb, const struct policy_rule *rule)
{
	strbuf_addf(sb, "\n%.*s%s%.*s\n", STR_FMT(rule->id), rule->title.n ? ": " : "",
		    STR_FMT(rule->title));
	if (rule->each->class)
		add_line(sb, "each", str_of(rule->each->name));
	add_line(sb, "match", rule->match.text);
	add_line(sb, policy_kind_name(rule->kind), rule->condition.text);
	add_line(sb, "message", rule->message.text);
	add_line(sb, "unknown", str_of(verdict_decision_name(rule->unknown)));
	for (size_t i = 0; i < rule->n_exceptions; i++) {
		const struct policy_exception *x = &rule->exceptions[i];

		strbuf_addf(sb, "    %-10s %.*s\n", "except", STR_FMT(x->match.text));
		strbuf_addf(sb, "    %-10s until %.*s, %.*s: %.*s\n", "", STR_FMT(x->until),
			    STR_FMT(x->owner), STR_FMT(x->reason));
	}
}

static int show(const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(policy_freep) struct policy *p = NULL;

	if (policy_find(name, &p, err) < 0)
		return command_error(err);
	if (opt.source)
		return command_print(p->text);
	strbuf_addf(&sb, "%.*s%s%.*s\n", STR_FMT(p->name), p->title.n ? ": " : "",
		    STR_FMT(p->title));
	for (size_t i = 0; i < p->rules.n; i++)
		add_rule(&sb, vec_at(&p->rules, i));
	return command_print(strbuf_str(&sb));
}

/* ---- facts ---- */

static int show_facts(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const char *class = "";

	strbuf_adds(&sb, "each:\n");
	for (const struct each *e = eaches; e->name; e++)
		strbuf_addf(&sb, "  %-18s %-22s %s%s%s%s\n", e->name,
			    e->class ? e->class->name : "", e->help, e->class ? ", as \"" : "",
			    e->class ? e->variable : "", e->class ? "\"" : "");
	strbuf_adds(&sb, "\nvariables:\n");
	for (const struct facts_variable *v = facts_variables; v->name; v++)
		strbuf_addf(&sb, "  %-18s %-22s %s\n", v->name, v->type, v->help);
	strbuf_addf(&sb, "  %-18s %-22s %s\n", "params", "map", "the policy's parameters");
	strbuf_addf(&sb, "  %-18s %-22s %s\n", "HIGH, ...", "int",
		    "UNKNOWN < NEGLIGIBLE < LOW < MEDIUM < HIGH < CRITICAL");
	strbuf_adds(&sb, "\nfunctions:\n");
	for (const struct function_row *f = facts_functions; f->name; f++)
		strbuf_addf(&sb, "  %-18s %s\n", f->name, f->signature);
	for (const struct facts_field *f = facts_manual; f->class; f++) {
		if (strcmp(f->class, class) != 0)
			strbuf_addf(&sb, "\n%s:\n", f->class);
		class = f->class;
		strbuf_addf(&sb, "  %-18s %-22s %s\n", f->name, f->type, f->help);
	}
	return command_print(strbuf_str(&sb));
}

/* ---- the command ---- */

static int run(int argc, const char *const *argv)
{
	struct str what = str_of(argc > 0 ? argv[0] : "");
	struct err err = {0};

	if (str_is(what, "list") && argc == 1)
		return list(&err);
	if (str_is(what, "show") && argc == 2)
		return show(argv[1], &err);
	if (str_is(what, "facts") && argc == 1)
		return show_facts();
	err_set(&err, ERR_USAGE,
		"policy: list, show POLICY or facts; see plimsoll policy "
		"--help");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_FLAG("source", 0, &opt.source, "show the YAML itself, to start one's own from"),
	OPTION_END,
};

const struct command command_policy = {
	.name = "policy",
	.arguments = "list|show POLICY|facts",
	.summary = "list, show, test and import policies",
	.details = "POLICY is a file, or the name of one that ships with the program.\n"
		   "  plimsoll policy show --source baseline > team.yaml",
	.options = options,
	.run = run,
};
