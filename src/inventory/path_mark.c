/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/path_mark.h"

#include <stddef.h>

const struct path_mark path_marks[] = {
#define PATH_MARK(mark, pattern, is_directory) {mark, pattern, is_directory},
#include "inventory/path_mark.def"
#undef PATH_MARK
	{NULL, NULL, false},
};
