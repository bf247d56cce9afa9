/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/ast.h"

const char *operator_name(enum ast_operator op)
{
	static const char *const names[] = {NULL,
#define OP(NAME, name) name,
					    AST_OPERATORS(OP)
#undef OP
	};

	return names[op];
}
