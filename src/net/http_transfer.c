/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_transfer.h"

#include <sys/random.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

/* A try that brought this much does not count: a long download may be cut many times. */
enum { PROGRESS_BYTES = 1024 * 1024, BACKOFF_MS = 500 };

void http_transfer_done(struct http_transfer *t)
{
	secret_done(&t->authorization);
}

/* --- judging an answer by its header fields, before its first byte is used --- */

static int wrong_size(struct http_transfer *t, uint64_t got, const char *how, struct err *err)
{
	t->fatal = true;
	return err_set(err, ERR_FORMAT, "the server %s %llu bytes, but it should have %llu", how,
		       (unsigned long long)got, (unsigned long long)t->size);
}

static int check_size(struct http_transfer *t, uint64_t announced, struct err *err)
{
	if (announced == HTTP_SIZE_UNKNOWN)
		return 0;
	if (t->size == HTTP_SIZE_UNKNOWN)
		t->size = announced;
	return t->size == announced ? 0 : wrong_size(t, announced, "announces", err);
}

/* The file must be the one whose first part we have. */
static int check_etag(struct http_transfer *t, struct err *err)
{
	struct str etag = http_response_header(t->response, "ETag");
	bool strong = etag.n >= 2 && etag.p[0] == '"' && etag.n < sizeof t->etag;

	if (t->offset > 0 && t->etag[0] && strong && !str_is(etag, t->etag)) {
		t->fatal = t->changed = true;
		return err_set(err, ERR_IO, "it changed on the server while it was downloaded");
	}
	if (t->offset == 0)
		(void)snprintf(t->etag, sizeof t->etag, "%.*s", strong ? (int)etag.n : 0,
			       strong ? etag.p : "");
	return 0;
}

static int judge_whole(struct http_transfer *t, struct err *err)
{
	struct str text = http_response_header(t->response, "Content-Length");
	uint64_t length = HTTP_SIZE_UNKNOWN;
	int r = check_etag(t, err);

	if (r < 0)
		return r;
	t->skip = t->offset; /* Range was ignored, or there was none */
	if (t->request->method == HTTP_HEAD)
		return 0;
	if (!str_parse_u64(text, &length))
		length = HTTP_SIZE_UNKNOWN;
	return check_size(t, length, err);
}

static int judge_part(struct http_transfer *t, struct err *err)
{
	struct str text = http_response_header(t->response, "Content-Range");
	uint64_t first, size;
	int r = check_etag(t, err);

	if (r < 0)
		return r;
	t->fatal = true;
	if (!http_content_range_parse(text, &first, &size))
		return err_set(err, ERR_FORMAT, "206 without a usable Content-Range");
	if (first != t->offset)
		return err_set(err, ERR_FORMAT,
			       "asked for bytes from %llu, the server sent those from %llu",
			       (unsigned long long)t->offset, (unsigned long long)first);
	t->fatal = false;
	t->skip = 0;
	return check_size(t, size, err);
}

static int judge(struct http_transfer *t, struct err *err)
{
	t->judged = true;
	t->skip = 0;
	if (t->response->status == 206)
		return judge_part(t, err);
	if (http_status_is_ok(t->response->status))
		return judge_whole(t, err);
	return 0;
}

/* --- its body --- */

/* The text of a refusal: the start is enough. */
static int keep_error_text(struct http_transfer *t, struct str bytes, struct err *err)
{
	struct strbuf *body = &t->response->body;
	size_t room = body->n < LIMIT_HTTP_ERROR_BYTES ? LIMIT_HTTP_ERROR_BYTES - body->n : 0;

	strbuf_add(body, str_sub(bytes, 0, room));
	return bytes.n >= room ? 1 : 0;
}

static int on_body(void *ctx, struct str bytes, struct err *err)
{
	struct http_transfer *t = ctx;
	uint64_t skipped;
	int r = t->judged ? 0 : judge(t, err);

	if (r < 0)
		return r;
	if (!http_status_is_ok(t->response->status))
		return keep_error_text(t, bytes, err);
	skipped = t->skip < bytes.n ? t->skip : bytes.n;
	t->skip -= skipped;
	bytes = str_skip(bytes, (size_t)skipped);
	if (bytes.n == 0)
		return 0;
	if (t->size != HTTP_SIZE_UNKNOWN && bytes.n > t->size - t->offset)
		return wrong_size(t, t->offset + bytes.n, "sends at least", err);
	r = t->sink(t->ctx, bytes, err);
	if (r < 0) {
		t->fatal = true;
		return r;
	}
	t->offset += bytes.n;
	return 0;
}

/* Whether the end of this answer is its own and not that of a broken connection. */
static bool has_framing(const struct http_transfer *t)
{
	struct str chunked = http_response_header(t->response, "Transfer-Encoding");
	struct str length = http_response_header(t->response, "Content-Length");

	return chunked.n || length.n ||
	       str_has_prefix(strbuf_str(&t->response->headers), STR("HTTP/2"));
}

static int check_end(struct http_transfer *t, struct err *err)
{
	int r = t->judged ? 0 : judge(t, err);

	if (r < 0 || !http_status_is_ok(t->response->status) || t->request->method == HTTP_HEAD)
		return r;
	if (t->size == HTTP_SIZE_UNKNOWN || t->offset == t->size)
		return 0;
	if (has_framing(t))
		return wrong_size(t, t->offset, "sent only", err);
	t->response->failure = HTTP_FAILURE_CUT;
	return err_set(err, ERR_IO, "the connection ended after %llu of %llu bytes",
		       (unsigned long long)t->offset, (unsigned long long)t->size);
}

/* --- one hop, and the redirects between hops --- */

static int run_hop(struct http_transfer *t, bool at_home, struct err *err)
{
	struct http_exchange x = {
		.request = t->request,
		.url = strbuf_cstr(&t->response->url),
		.authorization = at_home ? &t->authorization : NULL,
		.offset = t->offset,
		.etag = str_of(t->etag),
		.stop = t->stop,
		.deadline_ms = t->deadline_ms,
		.leave_home = !at_home,
		.on_body = on_body,
		.ctx = t,
		.response = t->response,
	};
	int r;

	t->judged = false;
	strbuf_reset(&t->response->body);
	r = http_conn_run(t->http, &x, err);
	return r < 0 ? r : check_end(t, err);
}

static bool is_redirect(const struct http_transfer *t)
{
	if (t->request->no_redirects)
		return false;
	switch (t->response->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		/* a form may hold a secret, and a body is for the place it was made for */
		return t->request->method == HTTP_GET || t->request->method == HTTP_HEAD;
	default:
		return false;
	}
}

/* Moves response->url to the Location; *at_home tells whether it is still the first origin. */
static int follow(struct http_transfer *t, bool *at_home, struct err *err)
{
	struct strbuf *url = &t->response->url;
	struct str location = http_response_header(t->response, "Location");
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf old_origin = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf new_origin = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r;

	if (location.n == 0)
		return err_set(err, ERR_FORMAT, "redirect %u without a Location",
			       t->response->status);
	r = http_url_join(t->http, strbuf_cstr(url), location, &next, err);
	if (r == 0)
		r = http_url_origin(t->http, strbuf_cstr(url), &old_origin, err);
	if (r == 0)
		r = http_url_origin(t->http, strbuf_cstr(&next), &new_origin, err);
	if (r < 0)
		return err_wrap(err, r, "redirect");
	if (str_has_prefix(strbuf_str(&old_origin), STR("https:")) &&
	    !str_has_prefix(strbuf_str(&new_origin), STR("https:")))
		return err_set(err, ERR_DENIED,
			       "refused a redirect from https to unencrypted http (%.*s)",
			       STR_FMT(str_sub(strbuf_str(&new_origin), 0, 200)));
	if (!str_eq(strbuf_str(&old_origin), strbuf_str(&new_origin)))
		*at_home = false; /* for good: a way back could be laid by the other host */
	strbuf_reset(url);
	strbuf_add(url, strbuf_str(&next));
	return strbuf_check(url, err);
}

/* 1: another hop with new credentials, 0: the 401 stands. */
static int answer_challenge(struct http_transfer *t, struct err *err)
{
	const struct http_authorizer *a = t->request->authorizer;

	if (!a || t->request->authorization.n)
		return 0;
	return a->authorize(a->ctx, t->response, &t->authorization, err);
}

static int run_hops(struct http_transfer *t, struct err *err)
{
	bool at_home = true, challenged = false;

	for (unsigned n_redirects = 0; n_redirects <= LIMIT_HTTP_REDIRECTS;) {
		int r = run_hop(t, at_home, err);

		if (r < 0)
			return r;
		if (t->response->status == 401 && at_home && !challenged) {
			challenged = true;
			r = answer_challenge(t, err);
			if (r == 1)
				continue;
			t->fatal = true;
			return r;
		}
		if (!is_redirect(t))
			return 0;
		t->fatal = true;
		r = follow(t, &at_home, err);
		if (r < 0)
			return r;
		t->fatal = false;
		n_redirects++;
	}
	t->fatal = true;
	return err_set(err, ERR_LIMIT, "more than http_redirects (%d) redirects",
		       LIMIT_HTTP_REDIRECTS);
}

static int start_try(struct http_transfer *t, struct err *err)
{
	const struct http_request *rq = t->request;
	struct strbuf *url = &t->response->url;

	if (!t->resume && t->offset > 0) {
		int r = t->restart(t->ctx);

		if (r < 0)
			return r;
		t->offset = 0;
		t->size = rq->size_bytes;
	}
	t->try_offset = t->offset;
	if (!t->resume && !(rq->body && rq->body->open)) /* which may be large */
		t->deadline_ms = clock_monotonic_ms() + LIMIT_HTTP_REQUEST_SECONDS * 1000ULL;
	strbuf_reset(url);
	strbuf_adds(url, rq->url);
	if (rq->authorization.n)
		return secret_set(&t->authorization, rq->authorization) ? strbuf_check(url, err)
									: err_nomem(err);
	if (rq->authorizer) {
		int r = rq->authorizer->authorize(rq->authorizer->ctx, NULL, &t->authorization,
						  err);
		if (r < 0)
			return r;
	}
	return strbuf_check(url, err);
}

/* --- second tries --- */

static bool is_passing_status(unsigned status)
{
	switch (status) {
	case 408:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

/* Whether another try may help, and after how long. */
static bool may_try_again(struct http_transfer *t, int r, uint64_t *ret_wait_ms)
{
	unsigned base = t->http->options.backoff_ms ? t->http->options.backoff_ms : BACKOFF_MS;
	struct str field = http_response_header(t->response, "Retry-After");
	bool passing = r < 0 ? !t->fatal : is_passing_status(t->response->status);
	unsigned most = LIMIT_HTTP_RETRIES;
	uint64_t random = 0, seconds;

	if (r < 0 && t->response->failure != HTTP_FAILURE_CUT) {
		/* a name or port that never answered is more likely mistyped than down */
		passing = passing && t->response->failure == HTTP_FAILURE_CONNECT;
		most = t->offset > 0 ? most : 2;
	}
	if (!passing || t->request->once || t->response->n_tries >= most)
		return false;
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = 0; /* no jitter, then */
	*ret_wait_ms = http_backoff_ms(t->response->n_tries, base, random);
	if (r < 0 || !field.n || !http_retry_after_parse(field, (int64_t)time(NULL), &seconds))
		return true;
	*ret_wait_ms = seconds * 1000 > *ret_wait_ms ? seconds * 1000 : *ret_wait_ms;
	return seconds <= LIMIT_HTTP_RETRY_AFTER;
}

static int pause_for(struct http_transfer *t, uint64_t wait_ms, struct err *err)
{
	struct http *h = t->http;
	struct timespec until;
	bool stopped = false;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail for this clock */
	until.tv_sec += (time_t)(wait_ms / 1000);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&h->lock);
	for (int r = 0; r == 0 && !stopped;) {
		stopped = h->canceled || (t->stop && *t->stop);
		if (!stopped)
			r = pthread_cond_timedwait(&h->wake, &h->lock, &until);
	}
	pthread_mutex_unlock(&h->lock);
	return stopped ? err_set(err, ERR_CANCELED, "canceled") : 0;
}

static int finish(struct http_transfer *t, int r, struct err *error, struct err *err)
{
	const char *what = t->request->what;
	struct str url = http_url_shown(str_of(t->request->url));

	if (r >= 0)
		return 0;
	if (err) {
		*err = *error;
		if (t->response->n_tries > 1)
			(void)err_set(err, error->code, "%.400s (after %u tries)", error->msg,
				      t->response->n_tries);
	}
	if (what)
		return err_wrap(err, r, "%s", what);
	return err_wrap(err, r, "%.*s", STR_FMT(str_sub(url, 0, 200)));
}

int http_transfer_run(struct http_transfer *t, struct err *err)
{
	struct err error = {0};
	uint64_t wait_ms;
	int r;

	t->size = t->request->size_bytes;
	t->response->n_tries = 0;
	for (;;) {
		t->response->n_tries++;
		t->response->failure = HTTP_FAILURE_NONE;
		t->fatal = false;
		r = start_try(t, &error);
		t->fatal = r < 0;
		if (r == 0)
			r = run_hops(t, &error);
		if (t->offset - t->try_offset >= PROGRESS_BYTES)
			t->response->n_tries = 1;
		if (!may_try_again(t, r, &wait_ms))
			return finish(t, r, &error, err);
		log_debug("http: try %u: %s; again in %llu ms", t->response->n_tries,
			  r < 0 ? error.msg : "refused for now", (unsigned long long)wait_ms);
		r = pause_for(t, wait_ms, &error);
		if (r < 0)
			return finish(t, r, &error, err);
	}
}
