/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory_stream.h"

#include <stdlib.h>

static ssize_t read_memory(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct memory_stream *m = (struct memory_stream *)s;

	(void)err; /* memory does not fail */
	if (m->most && n > m->most)
		n = m->most;
	if (n > m->left.n)
		n = m->left.n;
	if (n)
		memcpy(buf, m->left.p, n);
	m->left = str_skip(m->left, n);
	return (ssize_t)n;
}

static void close_memory(struct stream *s)
{
	(void)s; /* the caller's */
}

struct memory_stream memory_stream_make(struct str bytes)
{
	return (struct memory_stream){.stream = {read_memory, close_memory}, .left = bytes};
}

static void free_memory(struct stream *s)
{
	free(s);
}

int memory_stream_new(struct str bytes, struct stream **ret, struct err *err)
{
	struct memory_stream *m = malloc(sizeof *m);

	if (!m)
		return err_nomem(err);
	*m = memory_stream_make(bytes);
	m->stream.close = free_memory;
	*ret = &m->stream;
	return 0;
}
