/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the language as tables. To add a library: write expr/lib_<name>.c whose last lines
 * are
 *
 *     static const struct function_row rows[] = {
 *             {"charAt", "string.(int) -> string", char_at},
 *             {"math.abs", "(int) -> int", abs_int},
 *             {"math.abs", "(double) -> double", abs_double},
 *             {"slice", "list(T).(int, int) -> list(T)", slice},
 *             {"matches", "string.(string) -> bool", matches, .prepare = prepare_pattern,
 *              .release = release_pattern},
 *     };
 *     const struct library library_strings = {"strings", rows, ARRAY_LEN(rows)};
 *
 * and add LIBRARY(strings) to library_list.def (sorted) and the file to src/meson.build.
 *
 * A signature is "(PARAMS) -> RESULT" for a function, "RECEIVER.(PARAMS) -> RESULT" for a method;
 * types as in type.h, capital letters are type parameters of the row. A row is called only with
 * values whose outermost kind fits its signature (dyn and type parameters fit all), never with an
 * absent value or an error; a list(int) parameter may at run time hold anything.
 *
 * Types a library brings (net.IP) are rows of `types`: the name becomes an identifier of the
 * language.
 *
 * Operators are functions too, under the names that operator_name (ast.h) lists.
 */
#pragma once

#include "expr/call.h"

typedef struct value (*function_fn)(struct call *c, const struct value *args);

struct function_row {
	const char *name; /* "charAt", "math.abs", "_+_" */
	const char *signature;
	function_fn
		fn; /* NULL: known to the checker only; the evaluator does it itself, or nobody */
	/*
	 * Called once when the program is compiled. args: the constant arguments; VALUE_ABSENT
	 * where an argument is no constant. What it returns is given to each call as c->prepared;
	 * NULL when there is nothing to prepare. *ret_problem: the constant can never be right
	 * ("[": missing closing ]); the message becomes the error of each call (and of `plimsoll
	 * eval`'s check).
	 */
	void *(*prepare)(const struct value *args, size_t n, struct err *ret_problem);
	void (*release)(void *prepared);
};

struct library {
	const char *name;
	const struct function_row *rows;
	size_t n_rows;
	const struct type *const *types; /* TYPE_ABSTRACT, static */
	size_t n_types;
};

/* All libraries of library_list.def, NULL-ended. */
extern const struct library *const libraries[];
