/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/function.h"

#define LIBRARY(name) extern const struct library library_##name;
#include "expr/library_list.def"
#undef LIBRARY

const struct library *const libraries[] = {
#define LIBRARY(name) &library_##name,
#include "expr/library_list.def"
#undef LIBRARY
	NULL,
};
