/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the expression engine takes for a typical rule: three comparisons, one `in` over twenty
 * strings, one startsWith; all of them true, so that none is skipped.
 *
 *     expr_bench [SECONDS [NAME]]       of each measurement, 1 if not given; only object,
 *                                       variables, map, compile or env
 *
 * Prints a line each: the name, how often a second, nanoseconds each: the best of many short runs,
 * so that a busy machine does not show. The rule is asked of an object (a C struct behind a class),
 * of variables and of a map as JSON gives it; then it is parsed, checked and compiled. Exit status
 * 1 when a result is not what it must be.
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

/* Runs of `n` each, as long as there is time. */
struct best {
	double until, start, seconds;
};

static struct best best_of(double seconds)
{
	return (struct best){.until = now() + seconds, .seconds = 1e9};
}

/* Begins the next run, after noting the one before it. */
static bool next_run(struct best *b)
{
	double t = now();

	if (b->start > 0 && t - b->start < b->seconds)
		b->seconds = t - b->start;
	b->start = now();
	return t < b->until;
}

static bool too_slow;

/* bar: nanoseconds, 0: none. */
static void tell(const char *name, int n, const struct best *b, double bar)
{
	double each = b->seconds * 1e9 / n;
	bool slow = bar > 0 && each > bar;

	printf("%-28s %12.0f a second %10.1f ns each%s\n", name, 1e9 / each, each,
	       slow ? "   TOO SLOW" : "");
	too_slow |= slow;
}

static void die(const struct err *err)
{
	fprintf(stderr, "expr_bench: %s\n", err->msg);
	exit(1);
}

#define EVALUATE_MAX_NS 50
#define COMPILE_MAX_NS	20000

#define EVALUATIONS	20000
#define COMPILATIONS	50

static void measure(const char *name, const struct env *env, struct str rule,
		    const struct value *facts, double seconds, double bar)
{
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(evaluation_done) struct evaluation e;
	struct best best = best_of(seconds);
	struct err err = {0};
	size_t asked = 0, held = 0;

	if (expr_compile(env, rule, &program, NULL, &err) < 0)
		die(&err);
	evaluation_init(&e);
	for (; next_run(&best); asked += EVALUATIONS)
		for (int i = 0; i < EVALUATIONS; i++)
			held += value_is_true(program_eval(program, &e, facts, env->n_slots));
	tell(name, EVALUATIONS, &best, bar);
	if (held != asked)
		exit(1);
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

static void set_object(struct env *env)
{
	struct err err = {0};

	must(env_add_class(env, &finding_class, &err), &err);
	must(env_add_variable(env, STR("finding"), &finding_type, NULL, &err), &err);
}

static void ask_object(double seconds)
{
	CLEANUP(env_freep) struct env *env = new_env();
	const struct value facts[] = {value_object(&finding.object)};

	set_object(env);
	measure("of an object", env, STR(RULE("finding.")), facts, seconds, EVALUATE_MAX_NS);
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
	measure("of variables", env, STR(RULE("")), facts, seconds, EVALUATE_MAX_NS);
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
	measure("of a map", env, STR(RULE("finding.")), facts, seconds, 0);
	scratch_done(&scratch);
}

static void compile(double seconds)
{
	CLEANUP(env_freep) struct env *env = new_env();
	struct best best = best_of(seconds);
	struct err err = {0};

	set_object(env);
	while (next_run(&best))
		for (int i = 0; i < COMPILATIONS; i++) {
			CLEANUP(program_freep) struct program *program = NULL;

			must(expr_compile(env, STR(RULE("finding.")), &program, NULL, &err), &err);
		}
	tell("parse, check and compile", COMPILATIONS, &best, COMPILE_MAX_NS);
}

static void make_env(double seconds)
{
	struct best best = best_of(seconds);

	while (next_run(&best))
		env_free(new_env());
	tell("an environment", 1, &best, 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*measure)(double seconds);
	} all[] = {
		{"object", ask_object}, {"variables", ask_variables},
		{"map", ask_map},	{"compile", compile},
		{"env", make_env},
	};
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (argc < 3 || strcmp(argv[2], all[i].name) == 0)
			all[i].measure(seconds);
	return too_slow;
}
