/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an editor shows over a place: each finding with its rule, what to do, pages, the same rule
 * in other tools; what an instruction of a Dockerfile does; in a comment, the rule that it names.
 *
 *     r = hover_write(&w, s, d, position, err);         a Hover, or null
 */
#pragma once

#include "lsp/session.h"

int hover_write(struct json_writer *w, const struct session *s, const struct document *d,
		struct position position, struct err *err);
