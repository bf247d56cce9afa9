/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How secrets get out of an image: which layers have to be made anew, what to write in place of the
 * instruction that brought it, how its kind is rotated.
 *
 * Of each finding of kind secret that is not suppressed, gravest first. Never the secret itself:
 * findings do not have it. Errors: ERR_IO, those of the buffer.
 */
#pragma once

#include "base/strbuf.h"
#include "report/report.h"

int secret_advice_tell(const struct report *report, bool no_color, struct err *err);

/* Secrets that count. */
uint64_t secret_advice_count(const struct report *report);

/* The lowest layer (from 0) with a secret in one of its files; n of layers: none has. */
size_t secret_advice_lowest(const struct report *report);

/* Appends where each stands and what takes it away; never its value. */
void secret_advice_list(struct strbuf *out, const struct report *report, bool no_color);
