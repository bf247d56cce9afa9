/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are no functions: has, all, exists, map, cel.bind, ...
 *
 *     call = macro_expand(p, call);          the same node where it is no macro
 *     const char *usage = macro_usage(STR("all"));      "list.all(x, condition)", or NULL
 *
 * A macro is known by its name, its number of arguments and whether it has a target, or that its
 * target is the name `cel` or `math`; with another number of arguments the name is an ordinary
 * function, as in the reference implementations. Arguments that do not fit are reported.
 *
 * The standard macros: langdef.md#macros. Those with two variables, bind, optMap and sortBy: the
 * README of ext/ in https://github.com/google/cel-go. cel.block, cel.index and cel.iterVar are what
 * optimisers write; the conformance suite has them as macros.
 */
#pragma once

#include "expr/parser.h"

/* Makes the node of a macro of the call, in place; the call's children go over to it. */
void macro_expand(struct parser *p, struct ast *call);

/* How a macro of that name is written; NULL when there is none. */
const char *macro_usage(struct str name);
