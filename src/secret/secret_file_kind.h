/* SPDX-License-Identifier: Apache-2.0 */
/* What can be found in files that are known by what they mean: secret_file_list.def. */
#pragma once

#include "base/str.h"

enum secret_file_kind {
#define FOUND(NAME, name, what) SECRET_FILE_##NAME,
#include "secret/secret_file_list.def"
#undef FOUND
	SECRET_N_FILE_KINDS
};

/* SECRET_N_FILE_KINDS when there is none of that name. */
enum secret_file_kind secret_file_kind_find(struct str name);
const char *secret_file_kind_name(enum secret_file_kind kind); /* NULL behind the last */
