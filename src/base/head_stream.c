/* SPDX-License-Identifier: Apache-2.0 */
#include "base/head_stream.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

struct head_stream {
	struct stream stream;
	struct stream *in;
	struct strbuf kept;
	size_t given; /* of the kept bytes, by the stream itself */
	bool cut;
};

struct peek {
	struct stream stream;
	struct head_stream *head;
	size_t at;
};

static ssize_t give(const struct strbuf *kept, size_t *at, void *buf, size_t n)
{
	struct str piece = str_sub(strbuf_str(kept), *at, n);

	memcpy(buf, piece.p, piece.n);
	*at += piece.n;
	return (ssize_t)piece.n;
}

static ssize_t head_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct head_stream *h = (struct head_stream *)s;

	if (h->given < h->kept.n)
		return give(&h->kept, &h->given, buf, n);
	strbuf_done(&h->kept);
	h->given = 0;
	return stream_read(h->in, buf, n, err);
}

static void head_close(struct stream *s)
{
	struct head_stream *h = (struct head_stream *)s;

	stream_close(h->in);
	strbuf_done(&h->kept);
	free(h);
}

static ssize_t peek_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct peek *p = (struct peek *)s;
	struct strbuf *kept = &p->head->kept;
	ssize_t got;

	if (p->at < kept->n)
		return give(kept, &p->at, buf, n);
	if (kept->n == kept->max) {
		p->head->cut = true;
		return 0;
	}
	if (n > kept->max - kept->n)
		n = kept->max - kept->n;
	got = stream_read(p->head->in, buf, n, err);
	if (got <= 0)
		return got;
	strbuf_add_bytes(kept, buf, (size_t)got);
	p->at += (size_t)got;
	return kept->error ? err_nomem(err) : got;
}

static void peek_close(struct stream *s)
{
	free(s);
}

int head_stream_new(struct stream *in, size_t max_bytes, struct head_stream **ret, struct err *err)
{
	struct head_stream *h = calloc(1, sizeof *h);

	if (!h) {
		stream_close(in);
		return err_nomem(err);
	}
	h->stream = (struct stream){head_read, head_close};
	h->in = in;
	h->kept = (struct strbuf)STRBUF_INIT(max_bytes);
	*ret = h;
	return 0;
}

int head_stream_peek(struct head_stream *h, struct stream **ret, struct err *err)
{
	struct peek *p = calloc(1, sizeof *p);

	if (!p)
		return err_nomem(err);
	*p = (struct peek){{peek_read, peek_close}, h, 0};
	*ret = &p->stream;
	return 0;
}

bool head_stream_is_cut(const struct head_stream *h)
{
	return h->cut;
}

struct stream *head_stream_stream(struct head_stream *h)
{
	return &h->stream;
}
