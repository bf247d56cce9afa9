/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "policy/policy.h"

#define HEAD "policy: p\nrules:\n"
#define RULE HEAD "  - id: a\n    message: m\n"

static void refused(const char *text, int code, const char *message)
{
	struct policy *p = NULL;
	struct err err = {0};

	assert_int_equal(policy_parse(str_of(text), STR("x.yaml"), &p, &err), -code);
	assert_null(p);
	assert_has(err.msg, message);
}

TEST(what_is_wrong_is_told_with_its_line)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "x.yaml:0: a policy is one document"},
		{"policy: p\n", "x.yaml:1: a policy has rules, or trust, or both"},
		{"rules: []\n", "x.yaml:1: a policy without rules would allow everything"},
		{"policy: p\nrule: []\n",
		 "x.yaml:2: a policy has no \"rule\"; did you mean \"rules\"?"},
		{"policy: p\nunknown: maybe\nrules: []\n",
		 "x.yaml:2: unknown is deny, warn or allow"},
		{"policy: p\nparameters: [a]\n", "x.yaml:2: parameters is a map"},
		{"policy: p\nrules: 7\n", "x.yaml:2: rules is a list of maps"},
		{HEAD "  - 7\n", "x.yaml:3: a rule is a map"},
		{HEAD "  - id: a b\n", "x.yaml:3: id \"a b\": letters, digits"},
		{HEAD "  - id: a\n    deny: 'true'\n", "x.yaml:3: a rule has no message"},
		{RULE, "x.yaml:3: rule a has none of deny, warn and require"},
		{RULE "    deny: 'true'\n    warn: 'true'\n",
		 "x.yaml:6: a rule has one of deny, warn and require"},
		{RULE "    denny: 'true'\n",
		 "x.yaml:5: a rule has no \"denny\"; did you mean \"deny\"?"},
		{RULE "    each: vulnerabilty\n",
		 "x.yaml:5: there is no \"vulnerabilty\" to ask for each; did you mean "
		 "\"vulnerability\"?"},
		{RULE "    deny: 'true'\n  - id: a\n    message: m\n    deny: 'true'\n",
		 "x.yaml:6: rule a is there already, in line 3"},
		{RULE "    deny: '!imag.runs_as_root'\n", "did you mean \"image\"?"},
		{RULE "    deny: '!imag.runs_as_root'\n",
		 "x.yaml:5: rule a: deny: line 1, column 2: "},
		{RULE "    deny: image.user\n", "x.yaml:5: rule a: deny: gives string, not bool"},
		{RULE "    require: image.runs_as_rot\n", "x.yaml:5: rule a: require: line 1"},
		{RULE "    deny: 'true'\n    match: 7 > \"a\"\n",
		 "x.yaml:6: rule a: match: line 1"},
		{RULE "    deny: vulnerability.fixable\n",
		 "x.yaml:5: rule a: deny: line 1, column 1"},
		{HEAD "  - id: a\n    message: '{'\n    deny: 'true'\n",
		 "x.yaml:4: rule a: message: a { without its }"},
		{HEAD "  - id: a\n    message: '{report.layers}'\n    deny: 'true'\n",
		 "x.yaml:4: rule a: message: {report.layers}: Layer has no text of its own; name a "
		 "field of it"},
		{HEAD "  - id: a\n    message: '{[image.history]}'\n    deny: 'true'\n",
		 "{[image.history]}: History has no text of its own"},
		{HEAD "  - id: a\n    message: '{b\"a\"}'\n    deny: 'true'\n",
		 "{b\"a\"}: bytes has no text of its own; write string(...)"},
		{RULE "    deny: 'true'\n    except: {}\n", "x.yaml:6: except is a list"},
		{RULE "    deny: 'true'\n    except: [{owner: o, reason: r, until: never}]\n",
		 "x.yaml:6: an exception has no match"},
		{RULE "    deny: 'true'\n    except: [{match: 'true', reason: r, until: never}]\n",
		 "x.yaml:6: an exception has no owner"},
		{RULE "    deny: 'true'\n    except: [{match: 'true', owner: o, until: never}]\n",
		 "x.yaml:6: an exception has no reason"},
		{RULE "    deny: 'true'\n    except: [{match: 'true', owner: o, reason: r}]\n",
		 "x.yaml:6: an exception has no until"},
		{RULE "    deny: 'true'\n    except: [{match: 'true', owner: o, reason: r, "
		      "until: 2026-13-01}]\n",
		 "x.yaml:6: until is a day, 2026-12-31, or never"},
		{RULE
		 "    deny: 'true'\n    except: [{match: 1, owner: o, reason: r, until: never}]\n",
		 "x.yaml:6: rule a: exception: gives int, not bool"},
		{HEAD "  - id: a\n  - id: [\n", "x.yaml:"},
		{"policy: p\nrules: []\n---\na: b\n", "x.yaml:4: a policy is one document"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		refused(rows[i].text, ERR_FORMAT, rows[i].message);
}

TEST(undecided_a_rule_does_at_most_what_it_could_have_done)
{
	static const struct {
		const char *policy, *kind, *rule;
		enum verdict_decision want;
	} rows[] = {
		{"", "deny", "", VERDICT_DENY},
		{"", "require", "", VERDICT_DENY},
		{"", "warn", "", VERDICT_WARN},
		{"unknown: warn\n", "deny", "", VERDICT_WARN},
		{"unknown: allow\n", "deny", "", VERDICT_ALLOW},
		{"unknown: allow\n", "warn", "", VERDICT_ALLOW},
		{"unknown: allow\n", "deny", "unknown: deny", VERDICT_DENY},
		{"", "warn", "unknown: deny", VERDICT_DENY},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(policy_freep) struct policy *p = NULL;
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		struct err err = {0};

		strbuf_addf(
			&sb,
			"policy: p\n%srules:\n  - id: a\n    message: m\n    %s: 'true'\n    %s\n",
			rows[i].policy, rows[i].kind, rows[i].rule);
		assert_int_equal(policy_parse(strbuf_str(&sb), STR("x"), &p, &err), 0);
		assert_int_equal(((struct policy_rule *)vec_at(&p->rules, 0))->unknown,
				 rows[i].want);
	}
}

TEST(every_policy_that_ships_is_one)
{
	struct str name, bytes;
	size_t n = 0;

	for (; policy_shipped(n, &name, &bytes); n++) {
		CLEANUP(policy_freep) struct policy *p = NULL;
		struct err err = {0};

		if (policy_parse(bytes, name, &p, &err) < 0)
			fail_msg("%s", err.msg);
		assert_true(str_eq(p->name, name));
		assert_true(p->title.n > 0);
	}
	assert_int_equal(n, 4);
}

TEST(a_name_that_is_none_proposes_one)
{
	struct policy *p = NULL;
	struct err err = {0};

	assert_int_equal(policy_find("baselin", &p, &err), -ERR_NOT_FOUND);
	assert_has(err.msg, "there is no policy \"baselin\"; did you mean \"baseline\"?");
	assert_int_equal(policy_find("./no/such.yaml", &p, &err), -ERR_NOT_FOUND);
	assert_has(err.msg, "./no/such.yaml");
	assert_int_equal(policy_find("strict", &p, &err), 0);
	policy_free(p);
}

TEST(too_many_rules_are_refused)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_POLICY_BYTES);
	struct policy *p = NULL;
	struct err err = {0};

	strbuf_adds(&sb, HEAD);
	for (int i = 0; i <= LIMIT_POLICY_RULES; i++)
		strbuf_addf(&sb, "  - {id: r%d, deny: 'true', message: m}\n", i);
	assert_int_equal(policy_parse(strbuf_str(&sb), STR("x"), &p, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than policy_rules");
}

TEST(the_manual_has_every_field)
{
	size_t n = 0, manual = 0;

	for (size_t i = 0; facts_classes[i]; i++)
		n += facts_classes[i]->n_fields;
	while (facts_manual[manual].class)
		manual++;
	assert_int_equal(n, manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_wrong_is_told_with_its_line),
		RUN(undecided_a_rule_does_at_most_what_it_could_have_done),
		RUN(every_policy_that_ships_is_one),
		RUN(a_name_that_is_none_proposes_one),
		RUN(too_many_rules_are_refused),
		RUN(the_manual_has_every_field),
	};

	return RUN_ALL(tests);
}
