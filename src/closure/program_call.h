/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls with a literal first argument, in languages that write them f("x"): found in the text, not
 * parsed, so one in a comment counts too.
 *
 * Ownership: what is given borrows from the text. Inside of closure/.
 */
#pragma once

#include "closure/program.h"

enum call_result {
	CALL_NONE,     /* no call: a word in a text */
	CALL_LITERAL,  /* f("x") */
	CALL_COMPUTED, /* f(x), f("x" + y), f(`${x}`) */
};

/* What stands behind the function's name; a list's first element: run(["git", "log"]). */
enum call_result program_call_argument(struct str behind, struct str *ret);

/* A quoted string without escapes that begins at s; false: there is none. */
bool program_quoted(struct str s, struct str *ret);

/* Whether "def " or "function " stands before the name at `at`, or "#", "//" begins its line. */
bool program_is_definition(struct str text, size_t at);

/* From 1. */
size_t program_line_of(struct str text, size_t at);

/* LINK_COMMAND for the first word of the literal that one of the functions is given. */
void program_command_calls(struct str text, const char *const *functions, struct program_draft *d);

/* LINK_PATH for each quoted string that is an absolute path. */
void program_quoted_paths(struct str text, struct program_draft *d);
