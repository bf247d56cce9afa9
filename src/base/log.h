/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug tracing to stderr, allowed everywhere and off unless log_enable was called: main
 * does when PLIMSOLL_DEBUG is in the environment.
 *
 * Nothing a user must see goes through here: results are in the report, errors in struct err.
 */
#pragma once

#include <stdbool.h>

void log_enable(bool on);
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
