/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll rules for rules of secrets: ours and those of --secret-rules. Return exit statuses and
 * print errors themselves.
 */
#pragma once

#include "cmd/command.h"

int rules_secrets_list(const struct option_list *packs);

/* By its id, or its code in another tool; -1: there is none, and nothing was printed. */
int rules_secrets_show(const struct option_list *packs, struct str name);

/* Runs the examples of all, or of those named. */
int rules_secrets_test(const struct option_list *packs, int n, const char *const *names);
