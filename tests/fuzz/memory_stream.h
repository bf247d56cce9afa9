/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a fuzz input as a stream, handed out in pieces of at most `most` bytes. */
#pragma once

#include <stdlib.h>

#include "base/str.h"
#include "base/stream.h"

struct memory_stream {
	struct stream stream;
	struct str left;
	size_t most;
};

static ssize_t memory_stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct memory_stream *m = (struct memory_stream *)s;
	struct str piece = str_sub(m->left, 0, n < m->most ? n : m->most);

	(void)err;
	if (piece.n)
		memcpy(buf, piece.p, piece.n);
	m->left = str_skip(m->left, piece.n);
	return (ssize_t)piece.n;
}

static void memory_stream_close(struct stream *s)
{
	free(s);
}

static inline struct stream *memory_stream_new(struct str bytes, size_t most)
{
	struct memory_stream *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	m->stream = (struct stream){memory_stream_read, memory_stream_close};
	m->left = bytes;
	m->most = most;
	return &m->stream;
}
