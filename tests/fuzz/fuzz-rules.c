/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack of rules, a NUL, then settings (.plimsoll.yaml). What is read has what every rule must
 * have and is found by its name; then the examples of each rule are judged, which compiles it.
 * A refusal names the file; what an example shows names file, line and rule.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/rule_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8192, RULES_TRIED = 8 };

static void assert_message(const struct err *err, const char *file)
{
	assert(err->msg[0]);
	assert(err->code == ERR_NOMEM || str_has_prefix(str_of(err->msg), str_of(file)));
}

static void look_at(const struct rule_set *set, const struct rule *rule)
{
	assert(rule->id.n && rule->title.n && rule->when.text.n && rule->message.text.n);
	assert(rule->remedy.text.n && rule->applies_to.n && rule->line && rule->when.line);
	assert(rule->severity != SEVERITY_UNKNOWN && rule->n_examples <= LIMIT_RULE_EXAMPLES);
	assert(rule_set_find(set, rule->id) == rule);
	for (size_t i = 0; i < rule->codes.n; i++)
		assert(rule_set_find(set, rule->codes.p[i]));
}

static void judge_examples(struct rule_set *set, struct rule *rule)
{
	struct rule_test t;
	struct err err = {0};

	if (rule_test_run(set, rule, &t, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	assert(t.n_examples == rule->n_examples && t.n_passed <= t.n_examples);
	for (size_t i = 0; i < t.n_failures; i++)
		assert(str_has_prefix(t.failures[i], STR("mine.yaml:")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	struct str pack = str_make(data, size), settings = STR_NULL;
	struct err err = {0};
	struct rule *rule;

	if (size > INPUT_MAX || rule_set_new(&set, NULL) < 0)
		return 0;
	(void)str_cut(str_make(data, size), '\0', &pack, &settings); /* may have none */
	if (rule_set_add_pack(set, pack, STR("mine.yaml"), &err) < 0) {
		assert_message(&err, "mine.yaml");
		return 0;
	}
	if (settings.n && rule_set_add_settings(set, settings, STR("set.yaml"), &err) < 0)
		assert_message(&err, "set.yaml");
	for (size_t i = 0; (rule = rule_set_at(set, i)) != NULL; i++)
		look_at(set, rule);
	for (size_t i = 0; i < RULES_TRIED && (rule = rule_set_at(set, i)) != NULL; i++)
		judge_examples(set, rule);
	return 0;
}
