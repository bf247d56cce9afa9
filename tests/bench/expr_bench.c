/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the expression engine takes for a typical rule: three comparisons, one `in` over twenty
 * strings, one startsWith; all of them true, so that none is skipped.
 *
 *     expr_bench [SECONDS]                          of each measurement; 1 if not given
 *
 * Prints a line each: the name, how often a second, nanoseconds each. The rule is asked of an
 * object (a C struct behind a class), of variables and of a map as JSON gives it; then it is
 * parsed, checked and compiled. Exit status 1 when a result is not what it must be.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "expr/expr.h"
#include "expr/map_value.h"

#define NAMES                                                                                      \
	"['bash', 'bzip2', 'coreutils', 'curl', 'dpkg', 'expat', 'findutils', 'gcc-12', 'glibc', " \
	"'gnutls28', 'gzip', 'krb5', 'libxml2', 'ncurses', 'openssl', 'pam', 'perl', 'sqlite3', "  \
	"'systemd', 'zlib']"

#define RULE(f)                                                                                    \
	f "severity == 'critical' && " f "score >= 7.0 && " f "status != 'fixed' && " f            \
	  "name in " NAMES " && " f "path.startsWith('/usr/')"

struct finding {
	struct object object;
	struct str severity, status, name, path;
	double score;
};

#define TEXT_FIELD(member)                                                                         \
	static struct value get_##member(struct call *c, const struct object *o)                   \
	{                                                                                          \
		return value_string(((const struct finding *)o)->member);                          \
	}

TEXT_FIELD(severity)
TEXT_FIELD(status)
TEXT_FIELD(name)
TEXT_FIELD(path)

static struct value get_score(struct call *c, const struct object *o)
{
	return value_double(((const struct finding *)o)->score);
}

static const struct object_field fields[] = {
	{"severity", "string", get_severity}, {"status", "string", get_status},
	{"name", "string", get_name},	      {"path", "string", get_path},
	{"score", "double", get_score},
};
static const struct type finding_type = {.kind = TYPE_ABSTRACT, .name = {"Finding", 7}};
static const struct object_class finding_class = {
	.name = "Finding",
	.type = &finding_type,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
};
static const struct finding finding = {
	.object = {.class = &finding_class},
	.severity = {"critical", 8},
	.status = {"affected", 8},
	.name = {"openssl", 7},
	.path = {"/usr/lib/x86_64-linux-gnu/libssl.so.3", 37},
	.score = 9.8,
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* always there */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(const char *name, double n, double seconds)
{
	printf("%-28s %12.0f a second %10.1f ns each\n", name, n / seconds, seconds * 1e9 / n);
}

static void die(const struct err *err)
{
	fprintf(stderr, "expr_bench: %s\n", err->msg);
	exit(1);
}

static void measure(const char *name, const struct env *env, struct str rule,
		    const struct value *facts, double seconds)
{
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(evaluation_done) struct evaluation e;
	struct err err = {0};
	double n = 0, start;
	size_t held = 0;

	if (expr_compile(env, rule, &program, NULL, &err) < 0)
		die(&err);
	evaluation_init(&e);
	for (start = now(); now() - start < seconds; n += 100000)
		for (int i = 0; i < 100000; i++)
			held += value_is_true(program_eval(program, &e, facts, env->n_slots));
	tell(name, n, now() - start);
	if ((double)held != n)
		exit(1);
}

static void measure_compile(const struct env *env, struct str rule, double seconds)
{
	struct err err = {0};
	double n = 0, start;

	for (start = now(); now() - start < seconds; n += 100)
		for (int i = 0; i < 100; i++) {
			CLEANUP(program_freep) struct program *program = NULL;

			if (expr_compile(env, rule, &program, NULL, &err) < 0)
				die(&err);
		}
	tell("parse, check and compile", n, now() - start);
}

static struct env *new_env(void)
{
	struct err err = {0};
	struct env *env = NULL;

	if (env_new(&env, &err) < 0)
		die(&err);
	return env;
}

static void must(int r, const struct err *err)
{
	if (r < 0)
		die(err);
}

static void ask_object(double seconds)
{
	CLEANUP(env_freep) struct env *env = new_env();
	const struct value facts[] = {value_object(&finding.object)};
	struct str rule = STR(RULE("finding."));
	struct err err = {0};

	must(env_add_class(env, &finding_class, &err), &err);
	must(env_add_variable(env, STR("finding"), &finding_type, NULL, &err), &err);
	measure("of an object", env, rule, facts, seconds);
	measure_compile(env, rule, seconds);
}

static void ask_variables(double seconds)
{
	CLEANUP(env_freep) struct env *env = new_env();
	struct value facts[ARRAY_LEN(fields)];
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct type *t =
			str_is(str_of(fields[i].type), "double") ? &type_double : &type_string;

		must(env_add_variable(env, str_of(fields[i].name), t, NULL, &err), &err);
		facts[i] = fields[i].get(NULL, &finding.object);
	}
	measure("of variables", env, STR(RULE("")), facts, seconds);
}

static void ask_map(double seconds)
{
	CLEANUP(env_freep) struct env *env = new_env();
	struct map_entry entries[ARRAY_LEN(fields)];
	struct scratch scratch;
	struct call call = {.scratch = &scratch, .budget = 1000};
	struct value facts[1];
	struct err err = {0};

	scratch_init(&scratch, (size_t)1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		entries[i] = (struct map_entry){value_string(str_of(fields[i].name)),
						fields[i].get(NULL, &finding.object)};
	facts[0] = map_build(&call, entries, ARRAY_LEN(entries));
	must(env_add_variable(env, STR("finding"), &type_dyn, NULL, &err), &err);
	measure("of a map", env, STR(RULE("finding.")), facts, seconds);
	scratch_done(&scratch);
}

static void make_env(double seconds)
{
	double n = 0, start;

	for (start = now(); now() - start < seconds; n++)
		env_free(new_env());
	tell("an environment", n, now() - start);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;

	ask_object(seconds);
	ask_variables(seconds);
	ask_map(seconds);
	make_env(seconds);
	return 0;
}
