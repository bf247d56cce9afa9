/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_file.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "net/http_transfer.h"

/* One answer on its way into the file. */
struct arrival {
	struct http_file *f;
	struct http_transfer *t;
	bool begun;
};

static void keep_text(char out[HTTP_FILE_TEXT], struct str s)
{
	(void)snprintf(out, HTTP_FILE_TEXT, "%.*s", s.n < HTTP_FILE_TEXT ? (int)s.n : 0,
		       s.p ? s.p : "");
}

/* What the answer says of the file it is; of a rest that was said before. */
static void keep_validators(struct http_file *f, const struct http_response *answer)
{
	keep_text(f->etag, http_response_header(answer, "ETag"));
	keep_text(f->last_modified, http_response_header(answer, "Last-Modified"));
}

static int begin(struct arrival *a, struct err *err)
{
	struct http_file *f = a->f;

	a->begun = true;
	if (f->offset == 0)
		keep_validators(f, a->t->response);
	return f->started ? f->started(f->started_ctx, f, a->t->size, err) : 0;
}

static int into_file(void *ctx, struct str bytes, struct err *err)
{
	struct arrival *a = ctx;
	struct http_file *f = a->f;
	int r = a->begun ? 0 : begin(a, err);

	if (r < 0)
		return r;
	if (f->max_bytes && bytes.n > f->max_bytes - f->offset)
		return err_set(err, ERR_LIMIT, "larger than %llu bytes",
			       (unsigned long long)f->max_bytes);
	r = fd_write_all(f->fd, bytes, err);
	if (r < 0)
		return r;
	f->offset += bytes.n;
	if (f->progress)
		atomic_fetch_add(f->progress, bytes.n);
	return 0;
}

static int explain(const struct http_request *rq, const struct http_response *answer,
		   struct err *err)
{
	char shown[256];

	(void)snprintf(shown, sizeof shown, "%.*s", STR_FMT(http_url_shown(str_of(rq->url))));
	if (rq->explain)
		return rq->explain(rq->explain_ctx, rq->what ? rq->what : shown, answer, err);
	return http_explain(rq->what ? rq->what : shown, answer, err);
}

/*
 * Whether what is in the file is no part of what the server has now. A network that fails, or a
 * server that is busy, says nothing of that.
 */
static bool is_stale(const struct http_transfer *t, int r, uint64_t start)
{
	unsigned status = t->response->status;

	if (t->changed)
		return true;
	if (start == 0 || t->offset != start)
		return false;
	return status == 412 || status == 416 || (r == -ERR_FORMAT && http_status_is_ok(status));
}

static int run(struct http *h, const struct http_request *request, struct http_file *f,
	       uint64_t deadline_ms, bool *ret_stale, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = *request;
	struct arrival arrival = {.f = f};
	struct http_transfer t = {
		.http = h,
		.request = &rq,
		.response = &answer,
		.resume = true,
		.sink = into_file,
		.ctx = &arrival,
		.offset = f->offset,
		.deadline_ms = deadline_ms,
	};
	uint64_t start = f->offset;
	int r;

	arrival.t = &t;
	rq.size_bytes = HTTP_SIZE_UNKNOWN;
	if (start == 0) {
		rq.if_none_match = f->etag[0] ? f->etag : NULL;
		rq.if_modified_since = f->last_modified[0] ? f->last_modified : NULL;
	} else {
		(void)snprintf(t.etag, sizeof t.etag, "%s", f->etag);
	}
	r = http_transfer_run(&t, err);
	f->unchanged = r == 0 && answer.status == 304 && start == 0;
	if (r == 0 && http_status_is_ok(answer.status) && f->offset == 0)
		keep_validators(f, &answer); /* an empty file */
	*ret_stale = is_stale(&t, r, start);
	http_transfer_done(&t);
	if (r == 0 && !f->unchanged && !http_status_is_ok(answer.status))
		r = explain(request, &answer, err);
	return r;
}

static int start_anew(struct http_file *f, struct err *err)
{
	if (ftruncate(f->fd, 0) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
		return err_set(err, ERR_IO, "the file cannot be started anew");
	f->offset = 0;
	f->etag[0] = f->last_modified[0] = '\0';
	return 0;
}

int http_file_get(struct http *h, const struct http_request *request, struct http_file *f,
		  struct err *err)
{
	uint64_t deadline_ms =
		f->deadline_seconds ? clock_monotonic_ms() + f->deadline_seconds * 1000ULL : 0;
	bool stale = false;
	int r = 0;

	/* Without a strong etag nothing says that the bytes are of the same file. */
	if (f->offset > 0 && f->etag[0] != '"')
		r = start_anew(f, err);
	if (r == 0)
		r = run(h, request, f, deadline_ms, &stale, err);
	if (r >= 0 || !stale)
		return r;
	r = start_anew(f, err); /* it changed on the server: once more, all of it */
	return r < 0 ? r : run(h, request, f, deadline_ms, &stale, err);
}
