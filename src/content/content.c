/* SPDX-License-Identifier: Apache-2.0 */
#include "content/content.h"

#include "base/cleanup.h"

#define PIECE_BYTES ((size_t)64 << 10)

struct content {
	const struct content_ops *ops;
	void *context;
	char piece[PIECE_BYTES];
};

int content_new(const struct content_ops *ops, void *context, struct content **ret, struct err *err)
{
	struct content *c = calloc(1, sizeof *c);

	if (!c)
		return err_nomem(err);
	c->ops = ops;
	c->context = context;
	*ret = c;
	return 0;
}

void content_free(struct content *c)
{
	free(c);
}

/* Fills the piece; what came before an error is given too, the error is kept. */
static size_t fill(struct content *c, struct stream *file, struct err *failed)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < sizeof c->piece && got > 0 && failed->code == ERR_OK) {
		got = stream_read(file, c->piece + n, sizeof c->piece - n, failed);
		n += got > 0 ? (size_t)got : 0;
	}
	return n;
}

int content_read(struct content *c, struct str path, uint64_t size, struct stream *file,
		 struct err *err)
{
	struct content_part part = {.path = path, .size = size};
	struct err failed = {0};
	void *cookie = NULL;
	size_t n = fill(c, file, &failed);
	int r;

	part.head = str_make(c->piece, n < CONTENT_HEAD_BYTES ? n : CONTENT_HEAD_BYTES);
	r = c->ops->begin(c->context, &part, &cookie, &failed);
	while (r == 0 && n > 0) {
		if (cookie)
			r = c->ops->data(c->context, cookie, str_make(c->piece, n), &failed);
		n = r == 0 ? fill(c, file, &failed) : 0;
	}
	if (cookie && c->ops->end(c->context, cookie, failed.code == ERR_OK, err) < 0)
		return err ? -(int)err->code : -ERR_NOMEM;
	if (failed.code != ERR_OK && err)
		*err = failed;
	return -(int)failed.code;
}
