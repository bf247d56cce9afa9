/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the text of an expression to its program in one call: what rules, policies and commands use.
 *
 *     r = expr_compile(env, STR("image.layers.size() < 20"), &program, &explained, err);
 *     if (r < 0) print strbuf_str(&explained)            each problem with its line and a caret
 *     ... program_eval (program.h) ...
 *
 * The way there is expr_parse and expr_check (parse.h), then program_compile (program.h).
 * Ownership: the program is the caller's; it borrows the env, not the source.
 * Errors: those of the three; the message is the first problem, "line 1, column 7: ...".
 */
#pragma once

#include "expr/parse.h"
#include "expr/program.h"

/* explained: may be NULL. */
int expr_compile(const struct env *env, struct str source, struct program **ret,
		 struct strbuf *explained, struct err *err);

/* The error with the line of the source and a caret below, as expr_problems_print writes it. */
void expr_explain(struct value error, struct str source, struct strbuf *out);
