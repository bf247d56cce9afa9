/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the heredocs that the joined line of an instruction opens.
 *
 *     r = heredoc_find(line, &found, arena, err);      struct line_heredoc each, in order
 *
 * A heredoc is a word of its own: "<<EOF", "<< EOF", "<<-'EOF'", "3<<EOF"; "cat<<EOF" and "<<<x"
 * are none. When the line's quotes do not close, or a ${} in it is not of the kind that
 * check/dockerfile_expand.h knows, BuildKit finds none at all, and so does this.
 * Errors: ERR_FORMAT when an end marker's own quotes do not close, ERR_LIMIT, ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct line_heredoc {
	size_t at, end; /* bytes of the line */
	struct str name;
	uint32_t fd;
	bool expand, chomp;
};

int heredoc_find(struct str line, struct vec *ret, struct arena *a, struct err *err);

/* Whether a whole word is one; then it is filled but for its place. 1: it is, 0: it is not. */
int heredoc_parse(struct str word, struct arena *a, struct line_heredoc *ret, struct err *err);
