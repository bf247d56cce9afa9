/* SPDX-License-Identifier: Apache-2.0 */
/* A watcher for fuzz targets: parts stand within each other, and are as deep as they say. */
#pragma once

#include <assert.h>
#include <stdlib.h>

#include "base/memory_stream.h"
#include "content/content.h"

struct content_watch {
	unsigned n_open;
	uint64_t n_bytes;
};

static int content_watch_begin(void *context, const struct content_part *part, void **ret,
			       struct err *err)
{
	struct content_watch *w = context;

	(void)err;
	assert(part->depth == w->n_open && part->path.n && part->head.n <= CONTENT_HEAD_BYTES);
	assert((part->container == NULL) == (part->depth == 0));
	if (part->form == CONTENT_TEXT)
		assert(part->head.n);
	w->n_open++;
	*ret = malloc(1); /* so that a part that does not end shows */
	return *ret ? 0 : err_nomem(err);
}

static int content_watch_data(void *context, void *cookie, struct str piece, struct err *err)
{
	struct content_watch *w = context;

	(void)err;
	assert(cookie && piece.n);
	for (size_t i = 0; i < piece.n; i += 64) /* all of it is there */
		w->n_bytes += (unsigned char)piece.p[i] != 0;
	return 0;
}

static int content_watch_end(void *context, void *cookie, bool is_whole, struct err *err)
{
	struct content_watch *w = context;

	(void)is_whole, (void)err;
	w->n_open--;
	free(cookie);
	return 0;
}

static int content_watch_problem(void *context, struct str path, const struct err *what,
				 struct err *err)
{
	(void)context, (void)err;
	assert(path.n && what->code != ERR_OK && what->msg[0]);
	return 0;
}

static const struct content_ops content_watch_ops = {content_watch_begin, content_watch_data,
						     content_watch_end, content_watch_problem};

/* most: bytes of one read; is_large: it is said to be too large for memory. */
static inline void content_watch_read(struct str bytes, size_t most, bool is_large)
{
	struct memory_stream in = memory_stream_make(bytes);
	struct content_watch w = {0};
	struct content *c = NULL;
	struct err err = {0};
	int r;

	in.most = most;
	if (content_new(&content_watch_ops, &w, &c, NULL) < 0)
		return;
	r = content_read(c, STR("objects/pack/p.pack"), is_large ? UINT64_MAX - 1 : bytes.n,
			 &in.stream, &err);
	assert(w.n_open == 0 && (r == 0 || r == -ERR_NOMEM));
	content_free(c);
}
