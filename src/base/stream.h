/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source of bytes that is read once, front to back: a file range, a download, a pipe.
 *
 *     ssize_t n = stream_read(s, buf, sizeof buf, err);      0 at the end
 *     stream_close(s);
 *
 * Embed struct stream as the first member of the concrete type. Ownership: stream_close releases
 * the whole object; NULL is fine. Threads: one reader. Errors: what the concrete type says.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct stream {
	/* Up to n bytes, at least 1 unless at the end; may block. A negative code ends the stream.
	 */
	ssize_t (*read)(struct stream *s, void *buf, size_t n, struct err *err);
	void (*close)(struct stream *s);
};

static inline ssize_t stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	return s->read(s, buf, n, err);
}

static inline void stream_close(struct stream *s)
{
	if (s)
		s->close(s);
}

static inline void stream_closep(struct stream **s)
{
	stream_close(*s);
	*s = NULL;
}
