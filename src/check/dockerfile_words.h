/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the joined line of an instruction into flags and words, as BuildKit does.
 *
 *     size_t at = words_flags(line, from, '\\', &flags, arena);      --a --b=c, `at` is behind them
 *     words_spaced(line, at, &words);                                 at white space alone
 *     words_quoted(line, at, '\\', &words);                           at white space, not in quotes
 *
 * Pushed are struct line_word; quotes of words stay, those of flags go.
 * A vec that is full or finds no memory ends the cutting: words_flags gives SIZE_MAX, the others
 * false.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct line_word {
	size_t at, end; /* bytes of the line */
	struct str text;
	size_t value_at; /* of a flag: behind its '='; 0: there is none */
};

size_t words_flags(struct str line, size_t from, char escape, struct vec *flags, struct arena *a);
bool words_spaced(struct str line, size_t from, struct vec *words);
bool words_quoted(struct str line, size_t from, char escape, struct vec *words);

/* The end of the run of characters that is no space, from `at` on; and that of the space. */
size_t words_end(struct str line, size_t at);
size_t words_gap(struct str line, size_t at);
