/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text with expressions in it: "port {instruction.port} is below 1024".
 *
 *     r = template_compile(env, STR("..."), &arena, &t, err);
 *     template_expand(&t, &evaluation, facts, n, &sb);
 *     template_release(&t);
 *
 * {{ and }} are braces. A string stands as it is, a list as "a, b", a map as "key=value,
 * key=value", a time as RFC 3339, an object as its field `text` or `name`; an expression that fails
 * stands as
 * "(?)", since a message must not hide its finding.
 *
 * Ownership: parts live in the arena and borrow the text; template_release frees the programs.
 * Errors: ERR_FORMAT with the offset for a brace without its partner and for what does not compile;
 * with the expression for what has no text: bytes, an object without such a field.
 */
#pragma once

#include "expr/program.h"

struct template_part {
	struct str text;	 /* before the expression */
	struct program *program; /* NULL: only text */
};

struct template
{
	struct template_part *parts;
	size_t n;
};

int template_compile(const struct env *env, struct str text, struct arena *a, struct template *ret,
		     struct err *err);
void template_release(struct template *t);
/* False: an expression failed; "(?)" stands for its value. */
bool template_expand(const struct template *t, struct evaluation *e, const struct value *facts,
		     size_t n_facts, struct strbuf *out);
