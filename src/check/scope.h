/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules can be about: a scope names the things of one kind that are judged one after the other
 * ("dockerfile.instruction": every instruction of every Dockerfile) and the facts that an
 * expression sees then.
 *
 * A language (language.h) declares its scopes, walks its files and hands every thing it meets to
 * judge_subject. The first variable is the thing itself; the others are what it stands in. Beside
 * them every rule sees `params`, its parameters.
 *
 * Ownership: scopes are static tables.
 */
#pragma once

#include "expr/value.h"

#define SCOPE_VARIABLES_MAX 6

struct scope_variable {
	const char *name; /* "instruction" */
	const char *type; /* as type_parse reads it: "Instruction"; NULL: dyn */
	const char *help; /* one line for the documents */
};

struct scope {
	const char *name; /* "dockerfile.instruction" */
	const char *help;
	const struct object_class *const *classes; /* that the types name, NULL-ended; NULL: none */
	struct scope_variable variables[SCOPE_VARIABLES_MAX]; /* the first NULL name ends */
};
