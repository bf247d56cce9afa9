/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON array of strings that the exec form of an instruction is: ["sh", "-c", "x"].
 *
 *     switch (json_array_read(line, at, &words, arena)) ...
 *
 * Strict JSON, for what is none is taken as a shell command: single quotes, a comma at the end.
 * The elements are struct line_word (dockerfile_words.h) with their places, decoded; half of a
 * surrogate pair becomes U+FFFD. Nesting is bounded (as encoding/json of Go: 10,000 levels).
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

enum json_array {
	JSON_ARRAY_NONE,   /* no JSON array */
	JSON_ARRAY_TEXTS,  /* of strings alone, perhaps of nothing */
	JSON_ARRAY_OTHERS, /* one of something else than strings: always a mistake */
};

/* line from byte `at` on, white space in front allowed. words: of struct line_word. */
enum json_array json_array_read(struct str line, size_t at, struct vec *words, struct arena *a);
