/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bytes strip would take from a program, while it is read from front to back.
 *
 *     strip_begin(&s);
 *     strip_data(&s, piece) ...
 *     strip_end(&s);                       s.bytes, s.is_core
 *     strip_done(&s);
 *
 * Counted: the table of symbols with its strings, and sections of debug information (.debug_*,
 * .zdebug_*, .stab*) of executables and shared libraries. A program whose names of sections stand
 * further than STRIP_WINDOW before the table of sections gives its symbols alone.
 *
 * Ownership: its own buffer. Errors: none; what is no ELF file, or a broken one, has 0 bytes.
 * Format: System V gABI 4.1, chapter 4; both classes, both byte orders; tables of sections of up
 * to STRIP_TABLE bytes.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"

#define STRIP_HEAD   64
#define STRIP_WINDOW 16384 /* bytes before the table of sections */
#define STRIP_TABLE  65536

struct strip {
	char head[STRIP_HEAD];
	uint64_t seen;	   /* bytes so far */
	uint64_t from, to; /* what is kept: the table and what stands before it */
	char *window;	   /* NULL: nothing is kept */
	uint64_t bytes;	   /* set by strip_end */
	bool is_core;	   /* memory of a program that crashed; set by strip_end */
};

void strip_begin(struct strip *s);
void strip_data(struct strip *s, struct str piece);
void strip_end(struct strip *s);
void strip_done(struct strip *s);
