/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a stream line by line, each line of at most a stated length.
 *
 *     CLEANUP(stream_lines_done) struct stream_lines in = STREAM_LINES_INIT(s, LIMIT_FIELD_BYTES);
 *     while ((r = stream_lines_next(&in, &line, err)) != 0) { ... }
 *
 * stream_lines_next gives 1 and a line without its "\n" or "\r\n", 0 at the end, or a negative
 * code: ERR_LIMIT for a line that is too long (it is skipped whole, reading can go on), those of
 * the stream. Ownership: the reader owns its buffer, the caller the stream; a line lives until the
 * next call. The counterpart for descriptors is base/lines.h.
 */
#pragma once

#include "base/cleanup.h"
#include "base/str.h"
#include "base/stream.h"

struct stream_lines {
	struct stream *in;
	size_t max;   /* bytes of one line */
	char *buffer; /* allocated at the first read */
	size_t cap;
	size_t start, end; /* of what is read and not yet given */
	size_t number;	   /* of the line given last, from 1 */
	bool at_end;
	bool too_long; /* the line being passed over */
};

#define STREAM_LINES_INIT(in_, max_bytes)                                                          \
	{                                                                                          \
		.in = (in_), .max = (max_bytes)                                                    \
	}

void stream_lines_done(struct stream_lines *l);
int stream_lines_next(struct stream_lines *l, struct str *ret_line, struct err *err);
