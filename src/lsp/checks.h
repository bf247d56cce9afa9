/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which documents are checked when, and what becomes of the answers.
 *
 *     checks_due(s, d, delay_ms);                  its text, or its rules, are others now
 *     r = checks_start(s, now_ms, err);            those whose time has come, or that are awaited
 *     r = checks_take(s, d, err);                  its process has something to say
 *     r = checks_end_late(s, now_ms, err);
 *     checks_stop(d);                              what runs is about an old text
 *
 * A text is checked as a whole, ShellCheck included, when nothing has changed it for a moment, or
 * at once when the editor asks about it. What a check of an old text would say is never told.
 */
#pragma once

#include "lsp/session.h"

void checks_due(struct session *s, struct document *d, uint64_t delay_ms);
void checks_all_due(struct session *s);
void checks_stop(struct document *d);

int checks_start(struct session *s, uint64_t now_ms, struct err *err);
int checks_take(struct session *s, struct document *d, struct err *err);
int checks_end_late(struct session *s, uint64_t now_ms, struct err *err);

/* When checks_start or checks_end_late has something to do; UINT64_MAX: not by time. */
uint64_t checks_next_ms(const struct session *s);
