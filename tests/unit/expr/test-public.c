/* SPDX-License-Identifier: Apache-2.0 */
/* As a stranger uses it: nothing of ours is included. */
#include <plimsoll/expr.h>

#include <stdio.h>

#include "tests/unit/test.h"

struct package {
	const char *name;
	int64_t size;
	struct plimsoll_object dependencies; /* data: a NULL-ended array of names */
	uint32_t n_dependencies;
};

static const struct package *package_of(const struct plimsoll_object *o)
{
	return o->data;
}

static struct plimsoll_value get_name(struct plimsoll_call *c, const struct plimsoll_object *o)
{
	const char *name = package_of(o)->name;
	struct plimsoll_value absent = {.kind = PLIMSOLL_ABSENT};

	return name ? plimsoll_string(name, (uint32_t)strlen(name)) : absent;
}

static struct plimsoll_value get_size(struct plimsoll_call *c, const struct plimsoll_object *o)
{
	return plimsoll_int(package_of(o)->size);
}

static struct plimsoll_value get_dependencies(struct plimsoll_call *c,
					      const struct plimsoll_object *o)
{
	return plimsoll_list_of(&package_of(o)->dependencies, package_of(o)->n_dependencies);
}

static struct plimsoll_value dependency_at(struct plimsoll_call *c, const struct plimsoll_object *o,
					   uint32_t i)
{
	const char *const *names = o->data;

	return plimsoll_string(names[i], (uint32_t)strlen(names[i]));
}

static const struct plimsoll_field fields[] = {
	{"name", "string", get_name},
	{"size", "int", get_size},
	{"dependencies", "list(string)", get_dependencies},
};
static const struct plimsoll_class_functions package_class = {
	.name = "Package", .fields = fields, .n_fields = 3};
static const struct plimsoll_class_functions names_class = {.name = "Names", .at = dependency_at};

struct engine {
	struct plimsoll_env *env;
	struct plimsoll_evaluation *evaluation;
	const struct plimsoll_class *package, *names;
	char why[1000];
};

static void set_up(struct engine *e)
{
	unsigned slot = 99;

	assert_int_equal(plimsoll_env_new(&e->env, e->why, sizeof(e->why)), 0);
	assert_int_equal(plimsoll_env_class(e->env, &package_class, &e->package, e->why, 1000), 0);
	assert_int_equal(plimsoll_env_class(e->env, &names_class, &e->names, e->why, 1000), 0);
	assert_int_equal(plimsoll_env_variable(e->env, "p", "Package", &slot, e->why, 1000), 0);
	assert_int_equal(slot, 0);
	assert_int_equal(plimsoll_evaluation_new(&e->evaluation, e->why, 1000), 0);
}

static void done(struct engine *e)
{
	plimsoll_evaluation_free(e->evaluation);
	plimsoll_env_free(e->env);
}

static struct plimsoll_value ask(struct engine *e, const char *source)
{
	static const char *const names[] = {"libc6", "zlib1g"};
	const struct package package = {.name = "openssl",
					.size = 1500,
					.dependencies = {e->names, names},
					.n_dependencies = 2};
	const struct plimsoll_object object = {e->package, &package};
	struct plimsoll_value fact = plimsoll_object(&object);
	struct plimsoll_program *program = NULL;
	struct plimsoll_value v;

	if (plimsoll_compile(e->env, source, strlen(source), &program, e->why, sizeof(e->why)))
		fail_msg("%s: %s", source, e->why);
	v = plimsoll_evaluate(program, e->evaluation, &fact, 1);
	plimsoll_program_free(program);
	return v;
}

TEST(facts_are_asked_through_classes)
{
	static const char *const rows[] = {
		"p.name == 'openssl'",
		"p.size > 1000 && p.size < 2000",
		"p.dependencies.exists(d, d == 'zlib1g')",
		"'libc6' in p.dependencies && size(p.dependencies) == 2",
		"has(p.name) && p.dependencies[1].startsWith('z')",
	};
	struct engine e;

	set_up(&e);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plimsoll_value v = ask(&e, rows[i]);

		assert_int_equal(v.kind, PLIMSOLL_BOOL);
		assert_true(v.b);
	}
	done(&e);
}

TEST(what_is_wrong_is_shown_at_its_place)
{
	struct plimsoll_program *program = NULL;
	struct engine e;

	set_up(&e);
	assert_int_not_equal(plimsoll_compile(e.env, "p.nmae == 1", 11, &program, e.why, 1000), 0);
	assert_has(e.why, "name");
	assert_has(e.why, "^");
	assert_int_not_equal(plimsoll_compile(e.env, "p.nmae == 1", 11, &program, e.why, 5), 0);
	assert_int_equal(strlen(e.why), 4);
	done(&e);
}

TEST(an_error_has_a_text_and_a_place)
{
	struct plimsoll_value v;
	size_t n = 0, offset = 0;
	const char *text;
	struct engine e;

	set_up(&e);
	v = ask(&e, "p.size == 1500 && 1 / (p.size - 1500) > 0");
	assert_int_equal(v.kind, PLIMSOLL_ERROR);
	text = plimsoll_error_text(v, &n, &offset);
	assert_str((struct str){text, n}, "division by zero");
	assert_int_equal(offset, 20);
	done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(facts_are_asked_through_classes),
		RUN(what_is_wrong_is_shown_at_its_place),
		RUN(an_error_has_a_text_and_a_place),
	};

	return RUN_ALL(tests);
}
