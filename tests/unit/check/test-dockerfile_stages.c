/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/dockerfile_stages.h"

struct fixture {
	struct arena arena;
	const struct dockerfile *df;
	const struct stage_graph *graph;
};

static struct fixture make(const char *text, const char *target)
{
	const struct scope_options options = {0};
	const struct dockerfile_scope *scope;
	struct err err = {0};
	struct fixture f;

	arena_init(&f.arena, LIMIT_ARENA_BYTES);
	if (dockerfile_parse(str_of(text), &f.arena, &f.df, &err) < 0 ||
	    dockerfile_scope_new(f.df, &options, &f.arena, &scope, &err) < 0 ||
	    stage_graph_new(scope, str_of(target), &f.arena, &f.graph, &err) < 0)
		fail_msg("%s", err.msg);
	return f;
}

static const struct {
	const char *text, *target, *want; /* edges, then the stages that the target needs */
} rows[] = {
	{"", NULL, ""},
	{"FROM a", NULL, "0 from a; 0"},
	{"FROM a AS b\nFROM b\n", NULL, "0 from a; 1 from 0; 01"},
	{"FROM a AS b\nFROM c\n", NULL, "0 from a; 1 from c; 1"},
	{"FROM a AS b\nFROM c\n", "B", "0 from a; 1 from c; 0"},
	{"FROM a AS b\nFROM c\n", "0", "0 from a; 1 from c; 0"},
	{"FROM a AS b\nFROM c\nCOPY --from=B x y", NULL, "0 from a; 1 from c; 1 copy 0; 01"},
	{"FROM a\nFROM c\nCOPY --from=0 x y", NULL, "0 from a; 1 from c; 1 copy 0; 01"},
	{"FROM a\nFROM c\nCOPY --from=img:1 x y", NULL, "0 from a; 1 from c; 1 copy img:1; 1"},
	{"FROM a AS b\nFROM c\nRUN --mount=from=b,target=/x y", NULL,
	 "0 from a; 1 from c; 1 mount 0; 01"},
	{"FROM a\nFROM c\nRUN --mount=from=0,target=/x y", NULL,
	 "0 from a; 1 from c; 1 mount 0?; 1"}, /* no number there: an image */
	{"FROM a AS b\nFROM c\nONBUILD COPY --from=b x y", NULL,
	 "0 from a; 1 from c; 1 copy 0; 01"},
	{"FROM a AS x\nFROM b AS x\nFROM x", NULL, "0 from a; 1 from b; 2 from 1; 12"},
	{"FROM a AS x\nFROM x AS x\nFROM x", NULL, "0 from a; 1 from 0; 2 from 1; 012"},
};

static void write_edges(const struct fixture *f, struct strbuf *out)
{
	static const char *const verbs[] = {"from", "copy", "mount"};

	for (size_t i = 0; i < f->graph->n_edges; i++) {
		const struct stage_edge *e = &f->graph->edges[i];

		strbuf_addf(out, "%u %s ", e->stage, verbs[e->kind]);
		if (e->needs != DOCKERFILE_GLOBAL)
			strbuf_addf(out, "%u; ", e->needs);
		else
			strbuf_addf(out, "%.*s%s; ", STR_FMT(e->image),
				    str_is(e->image, "0") ? "?" : "");
	}
	for (size_t i = 0; i < f->df->n_stages; i++)
		if (f->graph->reachable[i])
			strbuf_addf(out, "%zu", i);
}

TEST(stages_need_what_they_name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1000);
		struct fixture f = make(rows[i].text, rows[i].target);

		write_edges(&f, &got);
		if (!str_is(strbuf_str(&got), rows[i].want))
			fail_msg("%s: got %.*s, want %s", rows[i].text, STR_FMT(strbuf_str(&got)),
				 rows[i].want);
		assert_int_equal(f.graph->n_problems, 0);
		arena_done(&f.arena);
	}
}

static const struct {
	const char *text;
	uint32_t line;
	const char *message;
} problems[] = {
	{"FROM a\nCOPY --from=1 x y", 2, "there is no stage 1"},
	{"FROM a\nCOPY --from=-1 x y", 2, "there is no stage -1"},
	{"FROM a\nCOPY --from=0 x y", 2, "a stage cannot need itself"},
	{"FROM a\nCOPY --from=b x y\nFROM c AS b", 2, "the stage of line 3 stands below"},
	{"FROM a\nRUN --mount=from=b x\nFROM c AS b", 2, "the stage of line 3 stands below"},
	{"FROM a\nARG v\nCOPY --from=$v x y", 3, "--from takes no variable"},
	{"FROM $none", 1, "the name of the image is empty"},
	{"FROM ${x?y}", 1, "x: y"},
};

TEST(references_that_cannot_be_are_told)
{
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		struct fixture f = make(problems[i].text, NULL);

		if (f.graph->n_problems != 1)
			fail_msg("%s: %zu problems", problems[i].text, f.graph->n_problems);
		assert_has(f.graph->problems[0].message.p, problems[i].message);
		assert_int_equal(f.graph->problems[0].line, problems[i].line);
		arena_done(&f.arena);
	}
}

TEST(a_reference_downwards_leads_nowhere)
{
	struct fixture f = make("FROM a AS t\nCOPY --from=b x y\nFROM c AS b", "t");

	assert_true(f.graph->reachable[0]);
	assert_false(f.graph->reachable[1]);
	arena_done(&f.arena);
}

TEST(an_unknown_target_is_an_error)
{
	struct fixture f = make("FROM a", NULL);
	const struct scope_options options = {0};
	const struct dockerfile_scope *scope;
	const struct stage_graph *graph;
	struct err err = {0};

	assert_int_equal(dockerfile_scope_new(f.df, &options, &f.arena, &scope, &err), 0);
	assert_int_equal(stage_graph_new(scope, STR("b"), &f.arena, &graph, &err),
			 -(int)ERR_NOT_FOUND);
	assert_has(err.msg, "there is no stage b");
	arena_done(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(stages_need_what_they_name),
		RUN(references_that_cannot_be_are_told),
		RUN(a_reference_downwards_leads_nowhere),
		RUN(an_unknown_target_is_an_error),
	};

	return RUN_ALL(tests);
}
