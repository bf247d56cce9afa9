/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places of a text as editors say them, lines and units from 0, and as we do, in bytes.
 *
 *     CLEANUP(position_map_done) struct position_map map = {0};
 *     r = position_map_make(text, POSITION_UTF16, &map, err);
 *     struct position p = position_of(&map, byte);
 *     size_t byte = position_offset(text, POSITION_UTF16, p);
 *
 * A line ends with \n, \r\n or \r, which is not always what a language thinks; a place between \r
 * and \n is before both. A character behind the end of its line is the end of the line, a line
 * behind the last the end of the text. A place inside a character is its start.
 *
 * Ownership: a map borrows the text. Its making takes the time of one look at the text, a place
 * that of some kilobytes; position_offset looks at the text up to the place.
 * Format: Language Server Protocol 3.17, "Text Documents", "Position".
 */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

/* What a unit is: two bytes of UTF-16, one of UTF-8. */
enum position_encoding { POSITION_UTF16, POSITION_UTF8 };

const char *position_encoding_name(enum position_encoding e); /* "utf-16" */

struct position {
	uint32_t line, character;
};

struct position_map {
	struct str text;
	enum position_encoding encoding;
	struct vec starts; /* uint32_t, of the lines */
	struct vec counts; /* uint32_t, units before each POSITION_STEP-th byte */
};

int position_map_make(struct str text, enum position_encoding encoding, struct position_map *ret,
		      struct err *err);
void position_map_done(struct position_map *map);

struct position position_of(const struct position_map *map, size_t byte);
size_t position_offset(struct str text, enum position_encoding encoding, struct position p);

/* The bytes of a line without its end; behind the last line the end of the text. */
void position_line(const struct position_map *map, uint32_t line, size_t *ret_start,
		   size_t *ret_end);
