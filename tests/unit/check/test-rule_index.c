/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving out rules that cannot speak changes nothing: all examples of all packs, both ways. */
#include "check/rule_index.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/fact_class.h"
#include "check/language.h"
#include "codec/yaml.h"
#include "report/report.h"
#include "tests/unit/test.h"

static void judge_example(const struct language *l, const struct rule_example *e, struct judge *j)
{
	struct source_file f = {.path = str_of(l->example_name), .is_example = true};
	struct err err = {0};

	if (yaml_kind_of(e->what) != YAML_SCALAR) {
		assert_int_equal(l->check_example(e->what, j, &err), 0);
		return;
	}
	f.bytes = yaml_str(e->what);
	assert_int_equal(l->check(&f, j, &err), 0);
}

static void say(const struct report *r, struct strbuf *out)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		strbuf_addf(out, "%.*s %.*s %.*s %llu\n", STR_FMT(f->id), STR_FMT(f->rule),
			    STR_FMT(f->title), (unsigned long long)f->locations[0].line);
	}
	for (size_t i = 0; i < r->problems.n; i++) {
		const struct problem *p = vec_at(&r->problems, i);

		strbuf_addf(out, "%.*s: %.*s\n", STR_FMT(p->parser), STR_FMT(p->message));
	}
}

/* Everything that all rules say of all examples of one language. */
static void say_all(struct rule_set *set, const struct language *l, bool ask_all,
		    struct strbuf *out)
{
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(judge_freep) struct judge *j = NULL;
	const struct judge_choice choice = {.ask_all = ask_all};
	const struct rule *rule;

	assert_int_equal(judge_new(set, report, &j, NULL), 0);
	judge_choose(j, &choice);
	for (size_t i = 0; (rule = rule_set_at(set, i)) != NULL; i++) {
		if (!str_has_prefix(rule->applies_to, str_of(l->id)))
			continue;
		for (size_t k = 0; k < rule->n_examples; k++)
			judge_example(l, &rule->examples[k], j);
	}
	say(report, out);
}

TEST(rules_that_are_not_asked_had_nothing_to_say)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;

	assert_int_equal(rule_set_new(&set, NULL), 0);
	assert_int_equal(rule_set_add_shipped(set, NULL), 0);
	for (size_t i = 0; i < set->rules.n; i++)
		rule_set_at(set, i)->enabled = true;
	for (size_t i = 0; languages[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf few = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
		CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

		say_all(set, languages[i], false, &few);
		say_all(set, languages[i], true, &all);
		assert_true(all.n > 100);
		if (!str_eq(strbuf_str(&few), strbuf_str(&all)))
			fail_msg("%s: it makes a difference which rules are asked",
				 languages[i]->id);
	}
}

/* ---- what is selected ---- */

#define THING_FIELDS(FIELD)                                                                        \
	FIELD(kind, "string", "")                                                                  \
	FIELD(name, "string", "")                                                                  \
	FIELD(parts, "list(string)", "")
FACT_STRUCT(thing_fact, THING_FIELDS);
#define GET_thing_fact(name, type, help) FACT_GETTER(thing_fact, name)
#define ROW_thing_fact(name, type, help) FACT_ROW(thing_fact, name, type)
FACT_CLASS(thing_fact, thing_class, "Thing", THING_FIELDS)

static const struct object_class *const classes[] = {&thing_class, NULL};
static const struct scope scope = {"thing", "", classes, {{"thing", "Thing", ""}}};

static struct rule rule_of(const char *when)
{
	return (struct rule){.id = STR("r"), .when = {str_of(when), 1}, .message = {STR("m"), 1}};
}

/* Whether the rule is asked of a thing of that kind and name. */
static bool is_asked(const char *when, struct value kind, const char *name)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(evaluation_done) struct evaluation e;
	struct thing_fact fact = {.object.class = &thing_class,
				  .kind = kind,
				  .name = value_string(str_of(name)),
				  .parts = value_list(NULL, 0)};
	const struct value facts[] = {value_object(&fact.object)};
	const struct rule rule = rule_of(when);
	struct rule_program program = {0};
	struct rule_index index = {0};
	struct env *env = NULL;
	uint64_t words[1];
	bool asked;

	arena_init(&a, LIMIT_ARENA_BYTES);
	evaluation_init(&e);
	assert_int_equal(scope_env_new(&scope, &env, NULL), 0);
	assert_int_equal(rule_compile(&rule, env, &a, &program, NULL), 0);
	assert_int_equal(rule_index_make(&program, 1, &a, &index, NULL), 0);
	rule_index_select(&index, &e, facts, words);
	asked = rule_index_next(&index, words, 0) == 0;
	rule_index_done(&index);
	rule_program_release(&program);
	env_free(env);
	return asked;
}

TEST(a_rule_is_asked_where_it_could_speak)
{
	static const struct {
		const char *when, *kind, *name;
		bool asked;
	} rows[] = {
		{"thing.kind == 'a'", "a", "", true},
		{"thing.kind == 'a'", "b", "", false},
		{"thing.kind in ['a', 'b'] && thing.name == 'x'", "b", "x", true},
		{"thing.kind in ['a', 'b'] && thing.name == 'x'", "b", "y", false},
		{"thing.kind in ['a', 'b'] && thing.name == 'x'", "c", "x", false},
		{"thing.kind == 'a' || thing.kind == 'b'", "b", "", true},
		{"thing.kind == 'a' || thing.kind == 'b'", "c", "", false},
		{"thing.kind == 'a' || thing.name == 'x'", "c", "y", true}, /* no field of both */
		{"thing.kind == 'a' && thing.name != '' || thing.kind == 'b'", "c", "y", false},
		{"thing.kind == ''", "", "", true},
		{"thing.kind == ''", "a", "", false},
		{"thing.kind != 'a'", "a", "", true},
		/* What stands before it may cost more than an evaluation may. */
		{"thing.parts.all(p, p != '') && thing.kind == 'a'", "b", "", true},
		{"false", "a", "", false},
		{"true", "a", "", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_asked(rows[i].when, value_string(str_of(rows[i].kind)), rows[i].name) !=
		    rows[i].asked)
			fail_msg("%s: kind %s, name %s", rows[i].when, rows[i].kind, rows[i].name);
}

TEST(a_field_that_is_not_there_is_for_the_rule_to_tell)
{
	assert_true(is_asked("thing.kind == 'a'", value_absent(), ""));
	assert_true(is_asked("thing.kind == 'a'", value_int(1), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(rules_that_are_not_asked_had_nothing_to_say),
		RUN(a_rule_is_asked_where_it_could_speak),
		RUN(a_field_that_is_not_there_is_for_the_rule_to_tell),
	};

	return RUN_ALL(tests);
}
