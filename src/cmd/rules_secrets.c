/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules_secrets.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "cmd/secret_files.h"
#include "codec/yaml.h"
#include "secret/secret_example.h"
#include "secret/secret_value.h"

#define SEED 1 /* of what examples draw: the same in each run */

static bool is_called(const struct secret_rule *rule, struct str name)
{
	bool is = str_eq(rule->id, name);

	for (size_t i = 0; i < rule->codes.n && !is; i++)
		is = str_eq(rule->codes.p[i], name);
	return is;
}

static const struct secret_rule *find(const struct secret_set *set, struct str name)
{
	const struct secret_rule *rule;

	for (size_t i = 0; (rule = secret_set_at(set, i)); i++)
		if (is_called(rule, name))
			return rule;
	return NULL;
}

/* ---- list ---- */

int rules_secrets_list(const struct option_list *packs)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct secret_rule *rule;
	struct err err = {0};

	if (secret_files_read(packs, &set, &err) < 0)
		return command_error(&err);
	for (size_t i = 0; (rule = secret_set_at(set, i)); i++)
		strbuf_addf(&sb, "%-36.*s %-10s %-16.*s %.*s\n", STR_FMT(rule->id),
			    severity_name(rule->severity), STR_FMT(rule->pack),
			    STR_FMT(rule->title));
	return strbuf_check(&sb, &err) < 0 ? command_error(&err) : command_print(strbuf_str(&sb));
}

/* ---- show ---- */

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

static void add_checks(struct strbuf *sb, const char *name, uint32_t checks)
{
	for (unsigned i = 0; i < SECRET_N_CHECKS; i++) {
		if (!(checks & 1u << i))
			continue;
		strbuf_addf(sb, "%-12s %s: %s\n", name, secret_check_name(i), secret_check_text(i));
		name = "";
	}
}

static void add_examples(struct strbuf *sb, const struct yaml_node *list, const char *title)
{
	for (size_t i = 0; i < yaml_len(list); i++) {
		struct str text = yaml_str(yaml_at(list, i)), line;

		strbuf_adds(sb, i ? "" : title);
		while (str_pull_line(&text, &line))
			strbuf_addf(sb, "    %.*s\n", STR_FMT(line));
	}
}

static void add_rule(struct strbuf *sb, const struct secret_rule *rule)
{
	add_line(sb, "id", rule->id);
	add_line(sb, "title", rule->title);
	add_line(sb, "severity", str_of(severity_name(rule->severity)));
	add_list(sb, "names", rule->names);
	add_line(sb, "pattern", rule->pattern);
	if (rule->file_kind < SECRET_N_FILE_KINDS)
		add_line(sb, "file", str_of(secret_file_kind_name(rule->file_kind)));
	add_list(sb, "keywords", rule->keywords);
	add_checks(sb, "checks", rule->checks);
	add_checks(sb, "proofs", rule->proofs);
	if (rule->entropy > 0)
		strbuf_addf(sb, "%-12s %.1f bits a character\n", "entropy", rule->entropy);
	if (rule->context == CONTEXT_NONE)
		strbuf_addf(sb, "%-12s %.2f\n", "confidence", rule->confidence);
	else
		strbuf_addf(sb, "%-12s by what stands around it\n", "confidence");
	add_line(sb, "rotate", rule->rotate);
	add_list(sb, "codes", rule->codes);
	add_list(sb, "references", rule->references);
	strbuf_addf(sb, "%-12s %.*s:%zu\n", "from", STR_FMT(rule->file), rule->line);
	add_examples(sb, yaml_get(rule->examples, "true"), "\nis one:\n");
	add_examples(sb, yaml_get(rule->examples, "false"), "\nis none:\n");
}

int rules_secrets_show(const struct option_list *packs, struct str name)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct secret_rule *rule;
	struct err err = {0};

	if (secret_files_read(packs, &set, &err) < 0)
		return command_error(&err);
	rule = find(set, name);
	if (!rule)
		return -1;
	add_rule(&sb, rule);
	return strbuf_check(&sb, &err) < 0 ? command_error(&err) : command_print(strbuf_str(&sb));
}

/* ---- test ---- */

struct testing {
	const struct secret_set *set;
	const char *const *names;
	int n_names; /* 0: all */
	struct strbuf out;
	size_t n_examples, n_failed;
};

static bool is_wanted(const struct testing *t, const struct secret_rule *rule)
{
	bool is = t->n_names == 0;

	for (int i = 0; i < t->n_names && !is; i++)
		is = is_called(rule, str_of(t->names[i]));
	return is;
}

static int on_example(void *context, const struct secret_example *x, struct err *err)
{
	struct testing *t = context;

	(void)err; /* the buffer remembers */
	if (!is_wanted(t, x->rule))
		return 0;
	t->n_examples++;
	if (x->held)
		return 0;
	t->n_failed++;
	strbuf_addf(&t->out, "FAILED %.*s:%zu: %.*s %s: %.*s\n", STR_FMT(x->rule->file), x->line,
		    STR_FMT(x->rule->id), x->is_true ? "does not find" : "finds", STR_FMT(x->text));
	return 0;
}

static int unknown_rule(const struct secret_set *set, const char *name, struct err *err)
{
	struct nearest near = nearest_to(str_of(name));
	const struct secret_rule *rule;

	for (size_t i = 0; (rule = secret_set_at(set, i)); i++)
		nearest_offer(&near, rule->id);
	err_set(err, ERR_USAGE, "rules: no rule of secrets \"%s\"; %s%.*s%s", name,
		near.name.n ? "did you mean \"" : "plimsoll rules list secrets shows them",
		STR_FMT(near.name), near.name.n ? "\"?" : "");
	return command_error(err);
}

static int run_tests(struct testing *t, struct err *err)
{
	size_t n_rules = 0;
	const struct secret_rule *rule;

	for (int i = 0; i < t->n_names; i++)
		if (!find(t->set, str_of(t->names[i])))
			return unknown_rule(t->set, t->names[i], err);
	if (secret_examples_run(t->set, SEED, on_example, t, err) < 0)
		return command_error(err);
	for (size_t i = 0; (rule = secret_set_at(t->set, i)); i++)
		n_rules += is_wanted(t, rule);
	strbuf_addf(&t->out, "secrets: %zu rules, %zu of %zu examples passed\n", n_rules,
		    t->n_examples - t->n_failed, t->n_examples);
	if (strbuf_check(&t->out, err) < 0)
		return command_error(err);
	(void)command_print(strbuf_str(&t->out)); /* it says itself what went wrong */
	return t->n_failed ? EXIT_FINDINGS : EXIT_DONE;
}

int rules_secrets_test(const struct option_list *packs, int n, const char *const *names)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	struct testing t = {.names = names, .n_names = n, .out = STRBUF_INIT(LIMIT_OUTPUT_BYTES)};
	struct err err = {0};
	int status;

	if (secret_files_load(packs, &set, &err) < 0)
		return command_error(&err);
	t.set = set;
	status = run_tests(&t, &err);
	strbuf_done(&t.out);
	return status;
}
