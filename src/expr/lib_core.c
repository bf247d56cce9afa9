/* SPDX-License-Identifier: Apache-2.0 */
/* The operators and functions of the language itself. */
#include "base/cleanup.h"
#include "expr/function.h"

static const struct function_row rows[] = {
	{.name = "_?_:_", .signature = "(bool, A, A) -> A"},
	{.name = "_||_", .signature = "(bool, bool) -> bool"},
	{.name = "_&&_", .signature = "(bool, bool) -> bool"},
};

const struct library library_core = {.name = "core", .rows = rows, .n_rows = ARRAY_LEN(rows)};
