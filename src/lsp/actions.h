/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an editor offers to do about a place: the fixes of rules, comments that switch rules off
 * there, and the fixes of all rules for the whole document.
 *
 *     wanted = actions_wanted(only);                   enum wanted_action, of context.only
 *     r = actions_write(&w, s, waiting, d, err);       a list of CodeAction
 *
 * A fix is about one finding and is preferred. "Fix all" is what `plimsoll lint --fix` would make
 * of the text: checked again, and only for the better.
 */
#pragma once

#include "lsp/session.h"

unsigned actions_wanted(const struct json *only);

int actions_write(struct json_writer *w, const struct session *s, const struct waiting *asked,
		  const struct document *d, struct err *err);
