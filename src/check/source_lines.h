/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and columns of a text, and its lines themselves.
 *
 *     struct source_lines lines;
 *     r = source_lines_make(text, &arena, &lines, err);
 *     struct judge_place place = source_place(&lines, start, end);
 *     struct str line = source_line(&lines, place.line);
 *
 * Ownership: the arena's; borrows the text.
 */
#pragma once

#include "check/judge.h"

struct source_lines {
	struct str text;
	const uint32_t *starts;
	const uint32_t *columns; /* how many code points of its line are before each 256th byte */
	size_t n;
};

int source_lines_make(struct str text, struct arena *a, struct source_lines *ret, struct err *err);

/* Of the bytes [start, end); columns count characters. */
struct judge_place source_place(const struct source_lines *lines, size_t start, size_t end);

/* Without its end; empty behind the last. line from 1. */
struct str source_line(const struct source_lines *lines, uint64_t line);

/* The byte at a line and a column in characters, at most the end of the line. */
size_t source_offset(const struct source_lines *lines, uint64_t line, uint64_t column);
