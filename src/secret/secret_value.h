/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be told of a value without knowing whose it is.
 *
 * Threads: none keeps state. Nothing here copies or logs the value.
 */
#pragma once

#include "base/str.h"
#include "secret/secret_rule.h"

enum secret_check_kind {
#define CHECK(NAME, name, function, what) SECRET_CHECK_##NAME,
#include "secret/secret_check_list.def"
#undef CHECK
	SECRET_N_CHECKS
};

/* Shannon's, in bits a byte; 0 of an empty text. */
double secret_entropy(struct str value);

/*
 * Whether somebody wrote it to be replaced: one character again and again, EXAMPLE, changeme,
 * 123456789, <token>, ${TOKEN}, {{ token }}, your-token-here.
 */
bool secret_is_placeholder(struct str value);

/* Of those: what stands for a value that comes from elsewhere, as ${TOKEN} or {{ token }}. */
bool secret_is_reference(struct str value);

/* Whether it passes all of `checks`, bits of 1u << enum secret_check_kind. */
bool secret_passes(uint32_t checks, struct str value);

/* SECRET_N_CHECKS when there is none of that name. */
enum secret_check_kind secret_check_find(struct str name);
const char *secret_check_name(enum secret_check_kind kind); /* NULL behind the last */
const char *secret_check_text(enum secret_check_kind kind);
