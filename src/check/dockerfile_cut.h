/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the joined line of an instruction into keyword, flags and arguments.
 *
 *     dockerfile_cutter_init(&c, arena);
 *     r = dockerfile_cut(&c, in, &trigger, &problem, err);      in->text and in->map are set
 *     dockerfile_cutter_done(&c);
 *
 * What BuildKit's parser refuses makes `in` broken and fills `problem`; in->trigger is set, and
 * once more given as *ret_trigger for those who fill in more of it (NULL: none).
 * Errors: ERR_LIMIT (dockerfile_words), ERR_NOMEM.
 */
#pragma once

#include "base/vec.h"
#include "check/dockerfile.h"

struct dockerfile_cutter {
	struct arena *arena;
	char escape;
	struct vec words, flags; /* struct line_word: of the instruction at hand */
};

void dockerfile_cutter_init(struct dockerfile_cutter *c, struct arena *a);
void dockerfile_cutter_done(struct dockerfile_cutter *c);

int dockerfile_cut(struct dockerfile_cutter *c, struct instruction *in,
		   struct instruction **ret_trigger, struct dockerfile_problem *problem,
		   struct err *err);

/* Bytes [at, end) of in->text as a word that says `text`. */
struct dockerfile_word dockerfile_word_make(const struct instruction *in, size_t at, size_t end,
					    struct str text);
