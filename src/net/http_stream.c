/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A download as a struct stream: a thread fills a ring of blocks, the reader empties it.
 *
 * The thread does all that touches the network, so a reader in a sandbox needs no rights for it.
 */
#include <signal.h>

#include "base/limits.h"
#include "base/ring.h"
#include "net/http_transfer.h"

enum { N_BLOCKS = 8, BLOCK_BYTES = 64 * 1024, STACK_BYTES = 512 * 1024 };

struct download {
	struct stream stream;
	struct http *http;
	struct http_request *alternatives; /* their strings are ours */
	size_t n_alternatives;
	pthread_t thread;
	atomic_bool stop;
	struct ring ring;
	struct str block; /* being read; the rest of it */
	bool has_block;
	char *filling; /* block being filled; NULL: none */
	size_t n_filled, cap;
	uint64_t offset; /* bytes in the ring so far */
};

/* --- the thread --- */

static void flush(struct download *d)
{
	if (d->filling && d->n_filled)
		ring_put(&d->ring, d->n_filled);
	d->filling = NULL;
	d->n_filled = 0;
}

static int into_ring(void *ctx, struct str bytes, struct err *err)
{
	struct download *d = ctx;

	while (bytes.n) {
		struct str piece;

		if (!d->filling)
			d->filling = ring_fill(&d->ring, &d->cap);
		if (!d->filling)
			return err_set(err, ERR_CANCELED, "canceled");
		piece = str_sub(bytes, 0, d->cap - d->n_filled);
		memcpy(d->filling + d->n_filled, piece.p, piece.n);
		d->n_filled += piece.n;
		bytes = str_skip(bytes, piece.n);
		if (d->n_filled == d->cap)
			flush(d);
	}
	return 0;
}

static int explain(const struct http_request *rq, const struct http_response *answer,
		   struct err *err)
{
	struct str url = http_url_shown(str_of(rq->url));
	char shown[256];

	(void)snprintf(shown, sizeof shown, "%.*s", STR_FMT(url));
	if (rq->explain)
		return rq->explain(rq->explain_ctx, rq->what ? rq->what : shown, answer, err);
	return http_explain(rq->what ? rq->what : shown, answer, err);
}

static int run_one(struct download *d, const struct http_request *rq, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_transfer t = {
		.http = d->http,
		.request = rq,
		.response = &answer,
		.stop = &d->stop,
		.resume = true,
		.sink = into_ring,
		.ctx = d,
		.offset = d->offset,
	};
	int r = http_transfer_run(&t, err);

	d->offset = t.offset;
	http_transfer_done(&t);
	if (r == 0 && !http_status_is_ok(answer.status))
		r = explain(rq, &answer, err);
	return r;
}

static void *run(void *arg)
{
	struct download *d = arg;
	struct err error = {0};
	int r = 0;

	for (size_t i = 0; i < d->n_alternatives; i++) {
		r = run_one(d, &d->alternatives[i], &error);
		if (r == 0 || d->stop || r == -ERR_CANCELED)
			break;
	}
	flush(d);
	ring_end(&d->ring, r < 0 ? &error : NULL);
	return NULL;
}

/* --- the reader --- */

static ssize_t download_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct download *d = (struct download *)s;
	struct str piece;

	while (d->block.n == 0) {
		int r;

		if (d->has_block)
			ring_release(&d->ring);
		d->has_block = false;
		r = ring_take(&d->ring, &d->block, err);
		if (r <= 0)
			return r;
		d->has_block = true;
	}
	piece = str_sub(d->block, 0, n);
	memcpy(buf, piece.p, piece.n);
	d->block = str_skip(d->block, piece.n);
	return (ssize_t)piece.n;
}

static void free_request(struct http_request *rq)
{
	if (rq->authorization.p)
		explicit_bzero((void *)(uintptr_t)rq->authorization.p, rq->authorization.n);
	free((void *)(uintptr_t)rq->url);
	free((void *)(uintptr_t)rq->accept);
	free((void *)(uintptr_t)rq->what);
	free((void *)(uintptr_t)rq->unix_socket);
	free((void *)(uintptr_t)rq->authorization.p);
	free((void *)(uintptr_t)rq->ca_file);
	free((void *)(uintptr_t)rq->cert_file);
	free((void *)(uintptr_t)rq->key_file);
	free((void *)(uintptr_t)rq->if_none_match);
	free((void *)(uintptr_t)rq->if_modified_since);
}

static void download_free(struct download *d)
{
	for (size_t i = 0; i < d->n_alternatives; i++)
		free_request(&d->alternatives[i]);
	free(d->alternatives);
	ring_done(&d->ring);
	free(d);
}

static void download_close(struct stream *s)
{
	struct download *d = (struct download *)s;

	d->stop = true;
	ring_cancel(&d->ring);
	http_conn_wake_all(d->http);
	(void)pthread_join(d->thread, NULL); /* our own thread, joined once */
	download_free(d);
}

/* --- opening --- */

static bool copy_text(const char **text)
{
	if (*text)
		*text = str_dup(str_of(*text));
	return *text != NULL;
}

static bool copy_request(const struct http_request *in, struct http_request *ret)
{
	const char **texts[] = {&ret->url,	   &ret->accept,	&ret->what,
				&ret->unix_socket, &ret->ca_file,	&ret->cert_file,
				&ret->key_file,	   &ret->if_none_match, &ret->if_modified_since};
	bool ok = true;

	*ret = *in;
	ret->form = STR_NULL;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		bool had = *texts[i];

		ok = copy_text(texts[i]) || !had ? ok : false;
	}
	if (in->authorization.n) {
		ret->authorization.p = str_dup(in->authorization);
		ret->authorization.n = ret->authorization.p ? in->authorization.n : 0;
		ok = ok && ret->authorization.p;
	}
	return ok;
}

/* All signals stay with the threads that were there before. */
static int start_thread(struct download *d, struct err *err)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	sigfillset(&all);
	(void)pthread_attr_init(&attr);			     /* cannot fail on Linux */
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES); /* else the default, which will do */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&d->thread, &attr, run, d);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	if (r == 0)
		(void)pthread_setname_np(d->thread, "download"); /* for people who look at /proc */
	return r ? err_errno(err, r, "thread for a download") : 0;
}

int http_stream_open(struct http *h, const struct http_request *alternatives, size_t n,
		     struct stream **ret, struct err *err)
{
	struct download *d = calloc(1, sizeof *d);
	bool ok = true;
	int r;

	if (!d)
		return err_nomem(err);
	d->stream = (struct stream){.read = download_read, .close = download_close};
	d->http = h;
	d->alternatives = calloc(n ? n : 1, sizeof *d->alternatives);
	for (size_t i = 0; d->alternatives && i < n; i++, d->n_alternatives++)
		ok = copy_request(&alternatives[i], &d->alternatives[i]) && ok;
	r = d->alternatives && ok ? ring_init(&d->ring, N_BLOCKS, BLOCK_BYTES, err)
				  : err_nomem(err);
	if (r == 0)
		r = start_thread(d, err);
	if (r < 0) {
		download_free(d);
		return r;
	}
	*ret = &d->stream;
	return 0;
}
