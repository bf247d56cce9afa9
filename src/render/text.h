/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a terminal: made harmless, measured in columns, cut and wrapped to fit.
 *
 *     columns = text_add(out, name, 20, unicode);        at most 20 columns, "..." when cut
 *     text_pad(out, 20 - columns);
 *     text_wrap(out, reason, 6, 80, unicode);            continuation lines start in column 6
 *
 * Names in an image are hostile: control characters (also C1 and line breaks), direction and other
 * invisible format characters and bytes that are not UTF-8 are written as \xHH, byte by byte, so
 * that no escape sequence reaches the terminal and odd names stay distinct. Without `unicode`
 * everything beyond ASCII is written so.
 *
 * Widths follow Unicode's East Asian Width (UAX 11): wide characters and emoji take two columns,
 * combining marks none. No locale is used. Where blocks are summed up, a width is never too small.
 * Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"

/* Columns that the harmless form of s takes. */
size_t text_width(struct str s, bool unicode);

/* Appends the harmless form, cut to max_columns with an ellipsis; the columns used. */
size_t text_add(struct strbuf *out, struct str s, size_t max_columns, bool unicode);

void text_pad(struct strbuf *out, size_t columns);

/*
 * Appends s broken at white space into lines that end before `width`. The first line continues
 * where the caller is, in column `indent`; the following lines are indented so far. The last line
 * is ended.
 */
void text_wrap(struct strbuf *out, struct str s, size_t indent, size_t width, bool unicode);

/* Appends s with each run of 32 or more hex digits cut to its first 12: digests, as people name
 * them. */
void text_shorten(struct strbuf *out, struct str s);

/* "0 B", "999 B", "1.20 kB", "58.1 MB", "412 GB": powers of 1000, three digits. */
#define TEXT_BYTES_MAX 24 /* BYTE_SIZE_MAX */
struct str text_bytes(uint64_t bytes, char buf[TEXT_BYTES_MAX]);

/* "4,120,007" */
#define TEXT_COUNT_MAX 28
struct str text_count(uint64_t n, char buf[TEXT_COUNT_MAX]);
