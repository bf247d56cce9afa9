/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/expr.h"

#include "base/cleanup.h"

/* Of one tree with its types. */
#define TREE_BYTES ((size_t)256 << 20)

/* What problems and the lines they are in are called. */
#define SOURCE_NAME STR("expression")

int expr_compile(const struct env *env, struct str source, struct program **ret,
		 struct strbuf *explained, struct err *err)
{
	CLEANUP(arena_done) struct arena arena;
	struct expr_problems problems = {.n = 0};
	struct ast *tree = NULL;
	int r;

	arena_init(&arena, TREE_BYTES);
	r = expr_parse(source, &arena, &tree, &problems, err);
	if (r >= 0)
		r = expr_check(env, source, tree, &arena, &problems, err);
	if (r < 0 && explained)
		expr_problems_print(&problems, SOURCE_NAME, source, explained);
	return r < 0 ? r : program_compile(env, tree, ret, err);
}

void expr_explain(struct value error, struct str source, struct strbuf *out)
{
	struct expr_problems problems = {.n = 1};

	problems.list[0] = (struct expr_problem){
		.start = error.error->pos,
		.end = error.error->pos,
		.message = error.error->message,
	};
	expr_problems_print(&problems, SOURCE_NAME, source, out);
}
