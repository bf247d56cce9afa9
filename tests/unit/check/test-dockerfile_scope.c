/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/dockerfile_scope.h"

struct fixture {
	struct arena arena;
	const struct dockerfile_scope *scope;
};

static struct fixture make(const char *text, const struct scope_options *options)
{
	static const struct scope_options plain = {0};
	const struct dockerfile *df;
	struct fixture f;
	struct err err = {0};

	arena_init(&f.arena, LIMIT_ARENA_BYTES);
	if (dockerfile_parse(str_of(text), &f.arena, &df, &err) < 0 ||
	    dockerfile_scope_new(df, options ? options : &plain, &f.arena, &f.scope, &err) < 0)
		fail_msg("%s", err.msg);
	return f;
}

static void done(struct fixture *f)
{
	arena_done(&f->arena);
}

/* What the values of the last instruction are, each behind '|'; "!" before one with a problem. */
static void assert_last(const char *text, const struct scope_options *options, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(10000);
	struct fixture f = make(text, options);
	const struct scope_values *v = &f.scope->values[f.scope->dockerfile->n_instructions - 1];

	for (size_t i = 0; i < v->n; i++) {
		strbuf_adds(&got, v->p[i].problem.n ? "|!" : "|");
		strbuf_add(&got, v->p[i].text);
		for (size_t k = 0; k < v->p[i].undefined.n; k++)
			strbuf_addf(&got, "?%.*s", STR_FMT(v->p[i].undefined.p[k]));
	}
	if (!str_is(strbuf_str(&got), want))
		fail_msg("%s: got %.*s, want %s", text, STR_FMT(strbuf_str(&got)), want);
	done(&f);
}

static const struct {
	const char *text, *want;
} rows[] = {
	/* which words are expanded */
	{"FROM a\nENV x=1\nWORKDIR /$x", "|/1"},
	{"FROM a\nENV x=1\nUSER $x:$x", "|1:1"},
	{"FROM a\nENV x=1\nVOLUME /$x /b", "|/1|/b"},
	{"FROM a\nENV x=1\nSTOPSIGNAL $x", "|1"},
	{"FROM a\nENV x=1\nLABEL $x='$x' y=\"$x\"", "|1|$x|y|1"},
	{"FROM a\nENV x=1\nCOPY --chown=$x --from=$x $x /$x/", "|1|1|/1/"},
	{"FROM a\nENV x=1\nADD --checksum=$x --exclude=$x a b", "|1|a|b"},
	{"FROM a\nENV x=1\nCOPY [\"$x\", \"/\"]", "|1|/"},
	{"FROM a\nENV x=1\nRUN --mount=target=/$x,ro echo $x", "|/1"},
	{"FROM a\nENV x=1\nCMD $x", ""},
	{"FROM a\nENV x=1\nONBUILD USER $x", ""},
	{"FROM a\nENV x=1\nCOPY <<E <<'F' /y/\n'$x' \\$x\nE\n$x\nF\n", "|/y/|'1' $x\n"},
	/* ENV sees what was before it */
	{"FROM a\nENV x=1\nENV x=2 y=$x\nUSER $x$y", "|21"},
	{"FROM a\nENV x $y z\nUSER \"$x\"", "| z"},
	{"FROM a\nENV PATH=/x:$PATH\nUSER $PATH",
	 "|/x:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	/* ARG */
	{"FROM a\nARG x=1 y=$x\nUSER $x$y", "|11"},
	{"FROM a\nUSER $x\nARG x=1", "|1"},
	{"FROM a\nARG x\nUSER a$x", "|a"}, /* declared: empty, but known */
	{"ARG x=1\nFROM a\nUSER a$x", "|a?x"},
	{"ARG x=1\nFROM a\nARG x\nUSER $x", "|1"},
	{"ARG x=1\nFROM a\nARG x=2\nUSER $x", "|2"},
	{"ARG x=1\nARG y=$x-\nFROM $y", "|1-"},
	{"ARG x\nFROM a$x$y", "|a?y"},
	{"FROM --platform=$BUILDPLATFORM a:$TARGETARCH", "|a:amd64|linux/amd64"},
	{"FROM a\nARG TARGETOS TARGETVARIANT\nUSER $TARGETOS-$TARGETVARIANT", "|linux-"},
	{"FROM a\nUSER $TARGETOS", "|?TARGETOS"},
	/* stages */
	{"FROM a AS b\nENV x=1\nFROM b\nUSER $x", "|1"},
	{"FROM a AS b\nARG x=1\nFROM b\nUSER $x", "|1"},
	{"FROM a AS b\nENV x=1\nFROM a\nUSER $x", "|?x"},
	{"FROM a AS B\nENV x=1\nFROM B\nUSER $x", "|?x"}, /* in its lower case alone */
	{"FROM a AS b\nENV x=1\nFROM b AS c\nENV x=2\nFROM b\nUSER $x", "|1"},
	{"FROM a AS b\nENV x=1\nFROM b AS b\nENV y=2\nFROM b\nUSER $x$y", "|12"},
	{"ARG n=b\nFROM a AS b\nENV x=1\nFROM $n\nUSER $x", "|1"},
	/* mistakes */
	{"FROM a\nUSER ${x?}", "|!${x?}?x"},
	{"FROM a\nUSER 'x", "|!'x"},
	{"FROM a\nENV x=${y:-d}\nUSER $x", "|d"},
	{"FROM a\nENV\nENV x\nUSER $x", "|?x"},
};

TEST(words_are_what_arg_and_env_make_of_them)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_last(rows[i].text, NULL, rows[i].want);
}

TEST(build_arguments_win)
{
	static const struct scope_argument args[] = {{{"x", 1}, {"given", 5}},
						     {{"TARGETARCH", 10}, {"mine", 4}}};
	struct scope_options o = {.build_args = args, .n_build_args = ARRAY_LEN(args)};

	assert_last("FROM a\nARG x=1\nUSER $x", &o, "|given");
	assert_last("ARG x=1\nFROM $x", &o, "|given");
	assert_last("FROM a\nARG x=${y?}\nUSER $x", &o,
		    "|given"); /* its default is not looked at */
	assert_last("FROM a\nUSER $x", &o, "|?x");
	assert_last("FROM $TARGETARCH", &o, "|mine");
}

TEST(platforms_are_taken_apart)
{
	struct scope_options o = {.target_platform = STR("linux/arm/v7"),
				  .build_platform = STR("windows"),
				  .target_stage = STR("t")};

	assert_last("FROM a\nARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT TARGETSTAGE\n"
		    "ARG BUILDPLATFORM BUILDARCH\nWORKDIR $TARGETPLATFORM,$TARGETOS,$TARGETARCH,"
		    "$TARGETVARIANT,$TARGETSTAGE,$BUILDPLATFORM,$BUILDARCH",
		    &o, "|linux/arm/v7,linux,arm,v7,t,windows,");
}

static bool image_env(void *context, const struct dockerfile_stage *stage, struct str_list *ret)
{
	static const struct str list[] = {{"BASE=b", 6}, {"PATH=/p", 7}};

	*ret = (struct str_list){list, ARRAY_LEN(list)};
	return str_is(stage->image.text, "known");
}

TEST(images_may_bring_variables)
{
	struct scope_options o = {.image_env = image_env};
	struct fixture f =
		make("FROM known AS a\nFROM a\nUSER $BASE$PATH\nFROM scratch\nFROM b\n", &o);

	assert_str(f.scope->values[2].p[0].text, "b/p");
	assert_true(f.scope->stages[0].env_is_known);
	assert_true(f.scope->stages[1].env_is_known);
	assert_int_equal(f.scope->stages[1].base, 0);
	assert_true(f.scope->stages[2].is_scratch && f.scope->stages[2].env_is_known);
	assert_false(f.scope->stages[3].env_is_known);
	assert_int_equal(f.scope->stages[3].base, DOCKERFILE_GLOBAL);
	done(&f);
}

TEST(names_may_be_of_any_case_on_windows)
{
	struct scope_options o = {.ignore_case = true};

	assert_last("FROM a\nENV Path=1\nUSER $PATH$pAtH", &o, "|11");
	assert_last("ARG x=1\nFROM a\nARG X\nUSER $x", &o, "|1");
}

TEST(ports_are_cut_into_words)
{
	struct fixture f = make("FROM a\nENV p=\"80 443/tcp\"\nEXPOSE 1 $p", NULL);
	const struct scope_value *v = dockerfile_scope_find(f.scope, 2, SCOPE_ARGUMENT, 1);

	assert_str(v->text, "80 443/tcp");
	assert_int_equal(v->words.n, 2);
	assert_str(v->words.p[1], "443/tcp");
	assert_int_equal(v->used.n, 1);
	assert_null(dockerfile_scope_find(f.scope, 2, SCOPE_FLAG, 0));
	done(&f);
}

TEST(values_know_where_they_stand)
{
	struct fixture f =
		make("FROM a\nCOPY --chmod=$m x y\nRUN --mount=from=b,target=$t z\n", NULL);
	const struct scope_value *chmod = dockerfile_scope_find(f.scope, 1, SCOPE_FLAG, 0);
	const struct scope_values *run = &f.scope->values[2];

	assert_int_equal(chmod->span.at, 20);
	assert_int_equal(chmod->span.end, 22);
	assert_int_equal(run->n, 2);
	assert_str(run->p[1].option->key, "target");
	done(&f);
}

TEST(a_problem_says_why)
{
	struct fixture f = make("FROM a\nUSER ${x?say it}", NULL);

	assert_has(f.scope->values[1].p[0].problem.p, "x: say it");
	done(&f);
}

TEST(predefined_arguments_need_no_arg)
{
	assert_true(scope_is_predefined(STR("http_proxy")));
	assert_true(scope_is_predefined(STR("NO_PROXY")));
	assert_true(scope_is_predefined(STR("BUILDKIT_INLINE_CACHE")));
	assert_false(scope_is_predefined(STR("PROXY")));
}

static int scope_of(struct str text, struct err *err)
{
	const struct scope_options options = {0};
	const struct dockerfile_scope *scope;
	const struct dockerfile *df;
	struct arena a;
	int r;

	arena_init(&a, LIMIT_ARENA_BYTES);
	r = dockerfile_parse(text, &a, &df, err);
	if (r == 0)
		r = dockerfile_scope_new(df, &options, &a, &scope, err);
	arena_done(&a);
	return r;
}

TEST(values_that_double_reach_a_limit)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	struct err err = {0};

	strbuf_adds(&sb, "FROM a\nENV x=0123456789\n");
	for (int i = 0; i < 100; i++)
		strbuf_adds(&sb, "ENV x=$x$x\n");
	assert_int_equal(scope_of(strbuf_str(&sb), &err), -(int)ERR_LIMIT);
	assert_has(err.msg, "dockerfile_expand_bytes");
}

TEST(long_chains_of_stages_are_no_burden)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 22);
	clock_t start = clock();
	struct err err = {0};

	strbuf_adds(&sb, "FROM a AS s0\n");
	for (int i = 1; i < 30000; i++)
		strbuf_addf(&sb, "FROM s%d AS s%d\nENV v%d=$none$v0\n", i - 1, i, i);
	assert_int_equal(scope_of(strbuf_str(&sb), &err), 0);
	assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
}

TEST(no_memory_is_an_error)
{
	const struct scope_options options = {0};
	bool passed = false;

	for (size_t n = 1; !passed; n++) {
		const struct dockerfile_scope *scope;
		const struct dockerfile *df;
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		assert_int_equal(
			dockerfile_parse(STR("ARG x=1\nFROM a AS b\nARG x\nENV y=$x\nFROM b\n"
					     "EXPOSE $y 2\nCOPY <<E x\n$y\nE\n"),
					 &a, &df, NULL),
			0);
		arena_fail_after(&a, n);
		r = dockerfile_scope_new(df, &options, &a, &scope, NULL);
		assert_true(r == 0 || r == -(int)ERR_NOMEM);
		passed = r == 0 && !a.failed && a.fail_after;
		assert_true(n < 1000);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(words_are_what_arg_and_env_make_of_them),
		RUN(build_arguments_win),
		RUN(platforms_are_taken_apart),
		RUN(images_may_bring_variables),
		RUN(names_may_be_of_any_case_on_windows),
		RUN(ports_are_cut_into_words),
		RUN(values_know_where_they_stand),
		RUN(a_problem_says_why),
		RUN(predefined_arguments_need_no_arg),
		RUN(values_that_double_reach_a_limit),
		RUN(long_chains_of_stages_are_no_burden),
		RUN(no_memory_is_an_error),
	};

	return RUN_ALL(tests);
}
