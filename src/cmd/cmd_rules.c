/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "check/language.h"
#include "check/rule_test.h"
#include "cmd/command.h"
#include "cmd/rule_files.h"
#include "cmd/rules_secrets.h"
#include "codec/yaml.h"

#define YAML_SHOWN_DEPTH 8

static struct {
	struct option_list rules, secret_rules;
	bool quiet;
} opt;

static void add_row(struct strbuf *sb, const struct rule *rule)
{
	strbuf_addf(sb, "%-32.*s %-10s %-3s %-22.*s %.*s\n", STR_FMT(rule->id),
		    severity_name(rule->severity), rule->enabled ? "on" : "off",
		    STR_FMT(rule->applies_to), STR_FMT(rule->title));
}

static int list(struct rule_set *set, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct rule *rule;

	for (size_t i = 0; (rule = rule_set_at(set, i)) != NULL; i++)
		add_row(&sb, rule);
	if (strbuf_check(&sb, err) < 0)
		return command_error(err);
	return command_print(strbuf_str(&sb));
}

static void add_line(struct strbuf *sb, const char *name, struct str text)
{
	if (text.n)
		strbuf_addf(sb, "%-12s %.*s\n", name, STR_FMT(text));
}

static void add_list(struct strbuf *sb, const char *name, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		strbuf_addf(sb, "%-12s %.*s\n", i ? "" : name, STR_FMT(list.p[i]));
}

static void add_one_line(struct strbuf *sb, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			strbuf_adds(sb, "\\n");
		else
			strbuf_addc(sb, text.p[i]);
}

/* As YAML on one line, for people; what is nested deeper is "...". */
static void add_yaml(struct strbuf *sb, const struct yaml_node *node, unsigned depth)
{
	enum yaml_kind kind = yaml_kind_of(node);
	const struct yaml_node *key, *value;

	if (kind != YAML_LIST && kind != YAML_MAP) {
		add_one_line(sb, yaml_str(node));
		return;
	}
	if (depth == YAML_SHOWN_DEPTH) {
		strbuf_adds(sb, "...");
		return;
	}
	strbuf_addc(sb, kind == YAML_LIST ? '[' : '{');
	for (size_t i = 0; kind == YAML_LIST && i < yaml_len(node); i++) {
		strbuf_adds(sb, i ? ", " : "");
		add_yaml(sb, yaml_at(node, i), depth + 1);
	}
	for (size_t i = 0; kind == YAML_MAP && yaml_entry(node, i, &key, &value); i++) {
		strbuf_addf(sb, "%s%.*s: ", i ? ", " : "", STR_FMT(yaml_str(key)));
		add_yaml(sb, value, depth + 1);
	}
	strbuf_addc(sb, kind == YAML_LIST ? ']' : '}');
}

static void add_parameters(struct strbuf *sb, const struct rule *rule)
{
	const struct yaml_node *key, *value, *set;

	for (size_t i = 0; yaml_entry(rule->parameters, i, &key, &value); i++) {
		set = yaml_find(rule->overrides, yaml_str(key));
		strbuf_addf(sb, "%-12s %.*s: ", i ? "" : "parameters", STR_FMT(yaml_str(key)));
		add_yaml(sb, value, 0);
		if (set) {
			strbuf_adds(sb, " (set to ");
			add_yaml(sb, set, 0);
			strbuf_addc(sb, ')');
		}
		strbuf_addc(sb, '\n');
	}
}

static void add_lines(struct strbuf *sb, struct str text, const char *indent)
{
	struct str line;

	while (str_pull_line(&text, &line))
		strbuf_addf(sb, "%s%.*s\n", indent, STR_FMT(line));
}

/* Files as they stand, indented; of other examples what they are made of. */
static void add_example(struct strbuf *sb, const struct rule_example *e)
{
	const struct yaml_node *key, *value;

	strbuf_adds(sb, e->fails ? "\nis wrong:\n" : "\nis right:\n");
	add_lines(sb, yaml_str(e->what), "    ");
	for (size_t i = 0;
	     yaml_kind_of(e->what) == YAML_MAP && yaml_entry(e->what, i, &key, &value); i++) {
		strbuf_addf(sb, "    %.*s:", STR_FMT(yaml_str(key)));
		if (str_find_char(yaml_str(value), '\n') < yaml_str(value).n) {
			strbuf_addc(sb, '\n');
			add_lines(sb, yaml_str(value), "        ");
			continue;
		}
		strbuf_addc(sb, ' ');
		add_yaml(sb, value, 0);
		strbuf_addc(sb, '\n');
	}
}

static int unknown_rule(const struct rule_set *set, const char *name, struct err *err)
{
	struct str nearest = rule_set_nearest(set, str_of(name));

	err_set(err, ERR_USAGE, "rules: no rule \"%s\"; %s%.*s%s", name,
		nearest.n ? "did you mean \"" : "plimsoll rules list shows them", STR_FMT(nearest),
		nearest.n ? "\"?" : "");
	return command_error(err);
}

static int show(struct rule_set *set, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct rule *rule = rule_set_find(set, str_of(name));

	if (!rule) {
		int status = rules_secrets_show(&opt.secret_rules, str_of(name));

		return status >= 0 ? status : unknown_rule(set, name, err);
	}
	add_line(&sb, "id", rule->id);
	add_line(&sb, "title", rule->title);
	add_line(&sb, "severity", str_of(severity_name(rule->severity)));
	add_line(&sb, "default", rule->enabled ? STR("on") : STR("off"));
	add_line(&sb, "applies to", rule->applies_to);
	add_line(&sb, "when", rule->when.text);
	add_line(&sb, "message", rule->message.text);
	add_line(&sb, "remedy", rule->remedy.text);
	add_line(&sb, "fix",
		 !rule->fix.text.n   ? STR("none")
		 : rule->fix_title.n ? rule->fix_title
				     : STR("lint --fix"));
	add_parameters(&sb, rule);
	add_list(&sb, "codes", rule->codes);
	add_list(&sb, "references", rule->references);
	strbuf_addf(&sb, "%-12s %.*s:%zu\n", "from", STR_FMT(rule->file), rule->line);
	for (size_t i = 0; i < rule->n_examples; i++)
		add_example(&sb, &rule->examples[i]);
	if (strbuf_check(&sb, err) < 0)
		return command_error(err);
	return command_print(strbuf_str(&sb));
}

static void add_fields(struct strbuf *sb, const struct object_class *class)
{
	strbuf_addf(sb, "\n%s\n", class->name);
	for (size_t i = 0; i < class->n_fields; i++)
		strbuf_addf(sb, "  %-20s %s\n", class->fields[i].name, class->fields[i].type);
}

/* What a rule of this scope may ask: its variables, then the fields of their types. */
static int show_scope(const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct scope *scope = scope_find(str_of(name));

	if (!scope) {
		err_set(err, ERR_USAGE, "rules: no scope \"%s\"; plimsoll rules scopes lists them",
			name);
		return command_error(err);
	}
	strbuf_addf(&sb, "%s: %s\n", scope->name, scope->help);
	for (size_t i = 0; i < SCOPE_VARIABLES_MAX && scope->variables[i].name; i++)
		strbuf_addf(&sb, "  %-20s %-14s %s\n", scope->variables[i].name,
			    scope->variables[i].type ? scope->variables[i].type : "dyn",
			    scope->variables[i].help);
	strbuf_addf(&sb, "  %-20s %-14s %s\n", "params", "map", "the rule's parameters");
	for (size_t i = 0; scope->classes && scope->classes[i]; i++)
		add_fields(&sb, scope->classes[i]);
	return command_print(strbuf_str(&sb));
}

static int list_scopes(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	for (size_t i = 0; scope_at(i); i++)
		strbuf_addf(&sb, "%-24s %s\n", scope_at(i)->name, scope_at(i)->help);
	return command_print(strbuf_str(&sb));
}

/* One row a pack: its rules, their examples. */
struct tally {
	struct str pack;
	size_t n_rules, n_examples, n_passed;
};

static struct tally *tally_of(struct tally *p, size_t *n, struct str pack)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(p[i].pack, pack))
			return &p[i];
	if (*n == LIMIT_RULE_PACKS)
		return NULL;
	p[*n].pack = pack;
	return &p[(*n)++];
}

static int test_one(struct rule_set *set, struct rule *rule, struct tally *t, struct strbuf *sb,
		    size_t *ret_failures, struct err *err)
{
	struct rule_test test;
	int r = rule_test_run(set, rule, &test, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < test.n_failures; i++)
		strbuf_addf(sb, "FAILED %.*s\n", STR_FMT(test.failures[i]));
	*ret_failures += test.n_failures;
	t->n_rules++;
	t->n_examples += test.n_examples;
	t->n_passed += test.n_passed;
	return 0;
}

static int test(struct rule_set *set, int argc, const char *const *argv, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	static struct tally tallies[LIMIT_RULE_PACKS];
	size_t n = 0, failures = 0;
	struct rule *rule;

	for (int k = 0; k < argc; k++)
		if (!rule_set_find(set, str_of(argv[k])))
			return unknown_rule(set, argv[k], err);
	for (size_t i = 0; (rule = rule_set_at(set, i)) != NULL; i++) {
		struct tally *t = tally_of(tallies, &n, rule->pack);
		bool wanted = argc == 0;

		for (int k = 0; k < argc; k++)
			wanted |= rule_set_find(set, str_of(argv[k])) == rule;
		if (wanted && t && test_one(set, rule, t, &sb, &failures, err) < 0)
			return command_error(err);
	}
	for (size_t i = 0; i < n; i++)
		if (tallies[i].n_rules)
			strbuf_addf(&sb, "%.*s: %zu rules, %zu of %zu examples passed\n",
				    STR_FMT(tallies[i].pack), tallies[i].n_rules,
				    tallies[i].n_passed, tallies[i].n_examples);
	(void)command_print(strbuf_str(&sb)); /* it says itself what went wrong */
	return failures ? EXIT_FINDINGS : EXIT_DONE;
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	struct err err = {0};

	if (argc < 1) {
		err_set(&err, ERR_USAGE, "rules: say what to do: list, show, scopes or test");
		return command_error(&err);
	}
	if (argc >= 2 && strcmp(argv[1], "secrets") == 0) {
		if (strcmp(argv[0], "list") == 0 && argc == 2)
			return rules_secrets_list(&opt.secret_rules);
		if (strcmp(argv[0], "test") == 0)
			return rules_secrets_test(&opt.secret_rules, argc - 2, argv + 2);
	}
	if (rule_files_load(&opt.rules, &set, &err) < 0)
		return command_error(&err);
	if (strcmp(argv[0], "scopes") == 0 && argc <= 2)
		return argc == 1 ? list_scopes() : show_scope(argv[1], &err);
	if (strcmp(argv[0], "list") == 0 && argc == 1)
		return list(set, &err);
	if (strcmp(argv[0], "show") == 0 && argc == 2)
		return show(set, argv[1], &err);
	if (strcmp(argv[0], "test") == 0)
		return test(set, argc - 1, argv + 1, &err);
	err_set(&err, ERR_USAGE,
		"rules: list [secrets], show ID, scopes [SCOPE], test [ID...] or test secrets "
		"[ID...]; see plimsoll rules --help");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_LIST("rules", 0, &opt.rules, "PATH", "a pack, or a folder of packs, besides ours"),
	OPTION_LIST("secret-rules", 0, &opt.secret_rules, "PATH",
		    "a pack of rules of secrets, or a folder of packs, besides ours"),
	OPTION_END,
};

const struct command command_rules = {
	.name = "rules",
	.arguments = "list [secrets]|show ID|scopes [SCOPE]|test [secrets] [ID...]",
	.summary = "list, explain and test the rules that judge files and images",
	.details = "A rule is data: an expression over facts, a message, a remedy, and examples. "
		   "show takes a rule's id, or its code in another tool; scopes says what can be "
		   "judged and which facts a rule may ask for.\n"
		   "test runs the examples of all rules, or of those named, and whether each "
		   "proves something; exit status 1 when one does not hold.\n"
		   "Rules of secrets are packs of their own: list secrets, test secrets; show "
		   "finds them by id, or by their code in another tool.\n"
		   "  plimsoll rules show DL3015\n"
		   "  plimsoll rules test --rules mine/",
	.options = options,
	.run = run,
};
