/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_file.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "net/http_transfer.h"

static int into_file(void *ctx, struct str bytes, struct err *err)
{
	struct http_file *f = ctx;
	int r;

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

static void keep_text(char out[HTTP_FILE_TEXT], struct str s)
{
	(void)snprintf(out, HTTP_FILE_TEXT, "%.*s", s.n < HTTP_FILE_TEXT ? (int)s.n : 0,
		       s.p ? s.p : "");
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

static int run(struct http *h, const struct http_request *request, struct http_file *f,
	       uint64_t deadline_ms, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = *request;
	struct http_transfer t = {
		.http = h,
		.request = &rq,
		.response = &answer,
		.resume = true,
		.sink = into_file,
		.ctx = f,
		.offset = f->offset,
		.deadline_ms = deadline_ms,
	};
	bool had_bytes = f->offset > 0;
	int r;

	rq.size_bytes = HTTP_SIZE_UNKNOWN;
	if (f->offset == 0) {
		rq.if_none_match = f->etag[0] ? f->etag : NULL;
		rq.if_modified_since = f->last_modified[0] ? f->last_modified : NULL;
	} else {
		(void)snprintf(t.etag, sizeof t.etag, "%s", f->etag);
	}
	r = http_transfer_run(&t, err);
	f->unchanged = r == 0 && answer.status == 304 && !had_bytes;
	if (http_status_is_ok(answer.status)) {
		keep_text(f->etag, http_response_header(&answer, "ETag"));
		keep_text(f->last_modified, http_response_header(&answer, "Last-Modified"));
	}
	http_transfer_done(&t);
	if (r == 0 && !f->unchanged && !http_status_is_ok(answer.status))
		r = explain(request, &answer, err);
	return r;
}

int http_file_get(struct http *h, const struct http_request *request, struct http_file *f,
		  struct err *err)
{
	uint64_t deadline_ms =
		f->deadline_seconds ? clock_monotonic_ms() + f->deadline_seconds * 1000ULL : 0;
	uint64_t start = f->offset;
	int r;

	if (start > 0 && f->etag[0] != '"') { /* nothing says that the bytes are of the same file */
		if (ftruncate(f->fd, 0) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
			return err_set(err, ERR_IO, "the file cannot be started anew");
		start = f->offset = 0;
		f->etag[0] = f->last_modified[0] = '\0';
	}
	r = run(h, request, f, deadline_ms, err);
	if (r >= 0 || start == 0 || f->offset != start)
		return r;
	/* The rest was refused: it changed on the server. Once more, all of it. */
	if (ftruncate(f->fd, 0) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
		return r;
	f->offset = 0;
	f->etag[0] = f->last_modified[0] = '\0';
	return run(h, request, f, deadline_ms, err);
}
