/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether files of a set (check/source_set.h) stand beside those that were named, and were left
 * out.
 *
 *     r = lint_look_beside(lint, argc, argv, err);       when all files were handed in, before
 *                                                         lint_finish
 *
 * Who names some files of a folder wants to hear of these; what is missing may stand in the others.
 * A folder that was searched, and standard input, are taken for all that there is.
 *
 * Errors: ERR_NOMEM. A folder or file that cannot be read counts as one with more in it.
 */
#pragma once

#include "check/lint.h"

int lint_look_beside(struct lint *lint, int argc, const char *const *argv, struct err *err);
