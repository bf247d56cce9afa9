/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a descriptor line by line, each line of at most a stated length.
 *
 *     CLEANUP(lines_done) struct lines in = LINES_INIT(STDIN_FILENO, LIMIT_PURL_BYTES);
 *     while ((r = lines_next(&in, &line, err)) != 0) { ... }
 *
 * lines_next gives 1 and a line without its "\n" or "\r\n", 0 at the end, or a negative code:
 * ERR_LIMIT for a line that is too long (it is skipped whole, reading can go on), ERR_IO.
 * A program that answers line by line writes out what it has when lines_ready says that the next
 * call may wait.
 * Ownership: the reader owns the buffer, the caller the descriptor; a line lives until the next
 * call.
 */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

struct lines {
	int fd;
	size_t max;   /* bytes of one line */
	char *buffer; /* allocated at the first read */
	size_t cap;
	size_t start, end; /* of what is read and not yet given */
	size_t number;	   /* of the line given last, from 1 */
	bool at_end;
};

#define LINES_INIT(fd_, max_bytes)                                                                 \
	{                                                                                          \
		.fd = (fd_), .max = (max_bytes)                                                    \
	}

void lines_done(struct lines *in);
int lines_next(struct lines *in, struct str *ret_line, struct err *err);

/* Whether a whole line is at hand, so that lines_next need not wait for one. */
bool lines_ready(const struct lines *in);
