/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_conn.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/memory_stream.h"
#include "net/certs.h"

enum { POLL_MS = 500, READ_BYTES = 128 * 1024 };

/* What one run needs besides the exchange. */
struct run {
	struct http *http;
	struct http_exchange *x;
	struct http_conn *conn;
	struct curl_slist *headers;
	struct certs certs;
	char message[CURL_ERROR_SIZE];
	const char *unset;     /* an option that this libcurl does not know */
	uint64_t last_byte_ms; /* monotonic */
	bool enough;	       /* on_body wants no more */
	struct stream *body;   /* that is sent; NULL: not opened */
	uint64_t body_left;    /* bytes of it */
	struct err error;      /* of a callback; ERR_OK: none */
};

/* --- the pool --- */

static struct http_conn *conn_new(const struct curl_api *curl)
{
	struct http_conn *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->multi = curl->multi_init();
	c->easy = curl->easy_init();
	if (c->multi && c->easy)
		return c;
	if (c->easy)
		curl->easy_cleanup(c->easy);
	if (c->multi)
		(void)curl->multi_cleanup(c->multi); /* it holds nothing yet */
	free(c);
	return NULL;
}

static struct http_conn *conn_take(struct http *h)
{
	struct http_conn *c;

	pthread_mutex_lock(&h->lock);
	for (c = h->conns; c && c->busy; c = c->next)
		;
	if (!c) {
		c = conn_new(h->curl);
		if (c) {
			c->next = h->conns;
			h->conns = c;
		}
	}
	if (c)
		c->busy = true;
	pthread_mutex_unlock(&h->lock);
	return c;
}

static void conn_give_back(struct http *h, struct http_conn *c)
{
	h->curl->easy_reset(c->easy);
	pthread_mutex_lock(&h->lock);
	c->busy = false;
	pthread_mutex_unlock(&h->lock);
}

void http_conn_free_all(struct http *h)
{
	while (h->conns) {
		struct http_conn *c = h->conns;

		h->conns = c->next;
		h->curl->easy_cleanup(c->easy);
		(void)h->curl->multi_cleanup(c->multi); /* its one handle is gone */
		free(c);
	}
}

void http_conn_wake_all(struct http *h)
{
	pthread_mutex_lock(&h->lock);
	for (struct http_conn *c = h->conns; c; c = c->next)
		if (c->busy)
			(void)h->curl->multi_wakeup(c->multi); /* else it wakes by POLL_MS */
	pthread_cond_broadcast(&h->wake);
	pthread_mutex_unlock(&h->lock);
}

/* --- options --- */

static void set_text(struct run *r, CURLoption option, const char *name, const char *value)
{
	if (r->http->curl->easy_setopt(r->conn->easy, option, value) != CURLE_OK)
		r->unset = name;
}

static void set_long(struct run *r, CURLoption option, const char *name, long value)
{
	if (r->http->curl->easy_setopt(r->conn->easy, option, value) != CURLE_OK)
		r->unset = name;
}

static void set_pointer(struct run *r, CURLoption option, const char *name, void *value)
{
	if (r->http->curl->easy_setopt(r->conn->easy, option, value) != CURLE_OK)
		r->unset = name;
}

#define SET_TEXT(r, option, value)    set_text(r, CURLOPT_##option, #option, value)
#define SET_LONG(r, option, value)    set_long(r, CURLOPT_##option, #option, value)
#define SET_POINTER(r, option, value) set_pointer(r, CURLOPT_##option, #option, value)

static int add_header(struct run *r, const char *line, struct err *err)
{
	struct curl_slist *longer;

	if (strpbrk(line, "\r\n"))
		return err_set(err, ERR_FORMAT, "a header field would hold a line break");
	longer = r->http->curl->slist_append(r->headers, line);
	if (!longer)
		return err_nomem(err);
	r->headers = longer;
	return 0;
}

static int add_field(struct run *r, const char *name, struct str value, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES + 64);
	int result;

	if (value.n == 0)
		return 0;
	strbuf_addf(&line, "%s: ", name);
	strbuf_add(&line, value);
	result = strbuf_check(&line, err);
	if (result == 0)
		result = add_header(r, strbuf_cstr(&line), err);
	if (line.p) /* it may hold a secret */
		explicit_bzero(line.p, line.n);
	return result;
}

/* "Name: value" of the request itself, or "Name:" for one that is not to be sent. */
static int add_line(struct run *r, struct str line, struct err *err)
{
	CLEANUP(secret_done) struct secret copy = {0};

	if (!secret_set(&copy, line))
		return err_nomem(err);
	return add_header(r, copy.p, err);
}

static int set_headers(struct run *r, struct err *err)
{
	const struct http_exchange *x = r->x;
	char range[64] = "";
	int result = add_field(r, "Accept", str_of(x->request->accept), err);

	if (result == 0 && x->offset == 0)
		result = add_field(r, "If-None-Match", str_of(x->request->if_none_match), err);
	if (result == 0 && x->offset == 0)
		result = add_field(r, "If-Modified-Since", str_of(x->request->if_modified_since),
				   err);
	if (x->offset > 0)
		(void)snprintf(range, sizeof range, "bytes=%llu-", (unsigned long long)x->offset);
	if (result == 0)
		result = add_field(r, "Range", str_of(range), err);
	if (result == 0 && x->offset > 0)
		result = add_field(r, "If-Range", x->etag, err);
	if (result == 0 && x->authorization)
		result = add_field(r, "Authorization", secret_str(x->authorization), err);
	for (size_t i = 0; i < x->request->headers.n && !x->leave_home && result == 0; i++)
		result = add_line(r, x->request->headers.p[i], err);
	if (result == 0)
		result = add_header(r, "Expect:", err);
	SET_POINTER(r, HTTPHEADER, r->headers);
	return result;
}

/* The system's certificates with those of the user behind them, as one text. */
static int set_trusted(struct run *r, const char *ca_file, struct err *err)
{
	const struct curl_api *curl = r->http->curl;
	const char *system_file = getenv("SSL_CERT_FILE");
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(LIMIT_CERTIFICATE_BYTES);
	struct curl_blob blob = {.flags = CURL_BLOB_COPY};
	int result;

	if (!system_file)
		system_file = curl->version_info(CURLVERSION_NOW)->cainfo;
	if (!r->certs.trusted.n && !ca_file && !getenv("SSL_CERT_FILE"))
		return 0;
	if (system_file && access(system_file, R_OK) == 0) {
		result = file_read(system_file, &all, err);
		if (result < 0)
			return result;
		strbuf_addc(&all, '\n');
	}
	if (ca_file) {
		result = file_read(ca_file, &all, err);
		if (result < 0)
			return result;
		strbuf_addc(&all, '\n');
	}
	strbuf_add(&all, strbuf_str(&r->certs.trusted));
	result = strbuf_check(&all, err);
	if (result < 0)
		return result;
	blob.data = all.p;
	blob.len = all.n;
	SET_POINTER(r, CAINFO_BLOB, &blob);
	return 0;
}

static int set_tls(struct run *r, struct err *err)
{
	const struct http_request *rq = r->x->request;
	bool home = !r->x->leave_home;
	const char *ca_file = home && rq->ca_file ? rq->ca_file : r->http->options.ca_file;
	CLEANUP(strbuf_done) struct strbuf host = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int result = http_url_host(r->http, r->x->url, &host, err);

	if (result == 0 && !rq->unix_socket)
		result = certs_find(r->http->options.certs_dir, strbuf_str(&host), &r->certs, err);
	if (result < 0)
		return result;
	SET_LONG(r, SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	/* what the user allowed for the registry holds for the hosts it sends to, as in skopeo */
	SET_LONG(r, SSL_VERIFYPEER, rq->insecure ? 0 : 1);
	SET_LONG(r, SSL_VERIFYHOST, rq->insecure ? 0 : 2);
	if (home && rq->cert_file) {
		SET_TEXT(r, SSLCERT, rq->cert_file);
		SET_TEXT(r, SSLKEY, rq->key_file);
	} else if (r->certs.cert.n) {
		SET_TEXT(r, SSLCERT, strbuf_cstr(&r->certs.cert));
		SET_TEXT(r, SSLKEY, strbuf_cstr(&r->certs.key));
	}
	return set_trusted(r, ca_file, err);
}

static void set_proxy(struct run *r)
{
	const struct http_request *rq = r->x->request;
	const char *upper = getenv("HTTP_PROXY");

	if (rq->unix_socket || rq->no_proxy) {
		SET_TEXT(r, PROXY, "");
		return;
	}
	/* curl ignores HTTP_PROXY because CGI lets a client set it; without CGI users expect it */
	if (upper && !getenv("http_proxy") && !getenv("REQUEST_METHOD") &&
	    str_has_prefix(str_of(r->x->url), STR("http://")))
		SET_TEXT(r, PROXY, upper);
}

/* ---- what is sent ---- */

static uint64_t body_size(const struct http_body *body)
{
	if (!body)
		return 0;
	return body->open ? body->size_bytes : body->bytes.n;
}

static int open_body(struct run *r)
{
	const struct http_body *body = r->x->request->body;

	stream_close(r->body);
	r->body = NULL;
	r->body_left = body_size(body);
	if (!body || r->body_left == 0)
		return 0;
	return body->open ? body->open(body->ctx, &r->body, &r->error)
			  : memory_stream_new(body->bytes, &r->body, &r->error);
}

/* The last bytes go only when the stream has nothing against those before: it may verify them. */
static int check_body_end(struct run *r)
{
	char more;
	ssize_t n = stream_read(r->body, &more, 1, &r->error);

	return n <= 0 ? (int)n
		      : err_set(&r->error, ERR_FORMAT,
				"what is to be sent is larger than announced");
}

static int read_body(struct run *r, char *p, size_t n)
{
	ssize_t got;

	if (n > r->body_left)
		n = (size_t)r->body_left;
	if (n > INT_MAX)
		n = INT_MAX;
	got = stream_read(r->body, p, n, &r->error);
	if (got == 0)
		return err_set(&r->error, ERR_FORMAT,
			       "what is to be sent ends %llu bytes too early",
			       (unsigned long long)r->body_left);
	if (got < 0)
		return (int)got;
	r->body_left -= (uint64_t)got;
	if (r->body_left == 0 && check_body_end(r) < 0)
		return -ERR_FORMAT;
	return (int)got;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;
	int got = 0;

	if (!r->body && r->body_left > 0)
		got = open_body(r);
	if (got == 0 && r->body_left > 0)
		got = read_body(r, p, size * n);
	r->last_byte_ms = clock_monotonic_ms();
	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

/* A connection that was kept may turn out dead when the first bytes are on it. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct run *r = arg;

	if (offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_CANTSEEK;
	return open_body(r) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

static void set_upload(struct run *r)
{
	const struct curl_api *curl = r->http->curl;
	curl_off_t size = (curl_off_t)body_size(r->x->request->body);

	r->body_left = (uint64_t)size;
	SET_LONG(r, UPLOAD, 1);
	if (curl->easy_setopt(r->conn->easy, CURLOPT_INFILESIZE_LARGE, size) ||
	    curl->easy_setopt(r->conn->easy, CURLOPT_READFUNCTION, on_read) ||
	    curl->easy_setopt(r->conn->easy, CURLOPT_SEEKFUNCTION, on_seek))
		r->unset = "READFUNCTION";
	SET_POINTER(r, READDATA, r);
	SET_POINTER(r, SEEKDATA, r);
}

static void set_method(struct run *r)
{
	const struct http_request *rq = r->x->request;

	switch (rq->method) {
	case HTTP_GET:
		SET_LONG(r, HTTPGET, 1);
		break;
	case HTTP_HEAD:
		SET_LONG(r, NOBODY, 1);
		break;
	case HTTP_POST:
		SET_LONG(r, POST, 1);
		SET_LONG(r, POSTFIELDSIZE, (long)rq->form.n);
		/* without any, curl would read standard input */
		SET_POINTER(r, POSTFIELDS, (void *)(uintptr_t)(rq->form.n ? rq->form.p : ""));
		break;
	case HTTP_PATCH:
		set_upload(r);
		SET_TEXT(r, CUSTOMREQUEST, "PATCH");
		break;
	case HTTP_PUT:
		set_upload(r);
		break;
	}
}

/* --- what comes back --- */

static int refuse(struct run *r, int code)
{
	r->x->response->failure = HTTP_FAILURE_OTHER;
	return code;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;
	struct strbuf *headers = &r->x->response->headers;

	r->last_byte_ms = clock_monotonic_ms();
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
		strbuf_reset(headers); /* what came before was "100 Continue" or the like */
	strbuf_add_bytes(headers, p, n);
	if (headers->error == ERR_OK)
		return n;
	(void)refuse(r, err_set(&r->error, ERR_LIMIT,
				"header fields larger than http_header_bytes (%d)",
				LIMIT_HTTP_HEADER_BYTES));
	return 0;
}

static void read_status(struct run *r)
{
	long status = 0;

	(void)r->http->curl->easy_getinfo(r->conn->easy, CURLINFO_RESPONSE_CODE, &status);
	r->x->response->status = status > 0 ? (unsigned)status : 0;
}

static size_t on_write(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;
	int result;

	read_status(r);
	result = r->x->on_body(r->x->ctx, str_make(p, n), &r->error);
	r->last_byte_ms =
		clock_monotonic_ms(); /* not before: the reader may have kept us waiting */
	r->enough = result > 0;
	if (result < 0 && r->error.code == ERR_OK)
		(void)err_set(&r->error, (enum err_code) - result, "the reader gave up");
	return result == 0 ? n : 0;
}

static int set_all(struct run *r, struct err *err)
{
	const struct http_options *o = &r->http->options;
	unsigned connect = o->connect_seconds ? o->connect_seconds : LIMIT_HTTP_CONNECT_SECONDS;
	int result;

	SET_LONG(r, NOSIGNAL, 1);
	SET_POINTER(r, ERRORBUFFER, r->message);
	SET_TEXT(r, URL, r->x->url);
	SET_TEXT(r, USERAGENT, o->user_agent ? o->user_agent : "plimsoll/" PLIMSOLL_VERSION);
	SET_LONG(r, CONNECTTIMEOUT, (long)connect);
	SET_LONG(r, BUFFERSIZE, READ_BYTES);
	SET_LONG(r, TCP_KEEPALIVE, 1);
	SET_LONG(r, SUPPRESS_CONNECT_HEADERS, 1);
	if (r->x->request->unix_socket)
		SET_TEXT(r, UNIX_SOCKET_PATH, r->x->request->unix_socket);
	if (r->http->curl->easy_setopt(r->conn->easy, CURLOPT_WRITEFUNCTION, on_write) ||
	    r->http->curl->easy_setopt(r->conn->easy, CURLOPT_HEADERFUNCTION, on_header))
		r->unset = "WRITEFUNCTION";
	SET_POINTER(r, WRITEDATA, r);
	SET_POINTER(r, HEADERDATA, r);
	set_method(r);
	set_proxy(r);
	result = set_headers(r, err);
	if (result == 0)
		result = set_tls(r, err);
	if (result == 0 && r->unset)
		return err_set(err, ERR_UNSUPPORTED, "this libcurl does not know CURLOPT_%s",
			       r->unset);
	return result;
}

/* --- the run --- */

static int give_up(struct run *r)
{
	const struct http_exchange *x = r->x;
	unsigned stall = x->request->stall_seconds;
	uint64_t now = clock_monotonic_ms();

	if (!stall)
		stall = r->http->options.stall_seconds;
	if (!stall)
		stall = LIMIT_HTTP_STALL_SECONDS;
	if (r->http->canceled || (x->stop && *x->stop))
		return refuse(r, err_set(&r->error, ERR_CANCELED, "canceled"));
	if (x->deadline_ms && now > x->deadline_ms)
		return refuse(r, err_set(&r->error, ERR_IO,
					 "no whole answer within http_request_seconds (%d)",
					 LIMIT_HTTP_REQUEST_SECONDS));
	if (now - r->last_byte_ms > (uint64_t)stall * 1000) {
		x->response->failure = HTTP_FAILURE_CUT;
		return err_set(&r->error, ERR_IO, "stalled: no byte for %u seconds", stall);
	}
	return 0;
}

static CURLcode perform(struct run *r)
{
	const struct curl_api *curl = r->http->curl;
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	int running = 1, left;

	if (curl->multi_add_handle(r->conn->multi, r->conn->easy) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	while (give_up(r) == 0) {
		if (curl->multi_perform(r->conn->multi, &running) != CURLM_OK) {
			code = CURLE_OUT_OF_MEMORY;
			break;
		}
		if (!running) {
			CURLMsg *m = curl->multi_info_read(r->conn->multi, &left);

			code = m ? m->data.result : CURLE_OUT_OF_MEMORY;
			break;
		}
		(void)curl->multi_poll(r->conn->multi, NULL, 0, POLL_MS, NULL); /* then we look */
	}
	read_status(r);
	(void)curl->multi_remove_handle(r->conn->multi, r->conn->easy); /* it was added above */
	return code;
}

/* A peer that closes early must not kill the process: SIGPIPE is held back while curl writes. */
static CURLcode perform_without_sigpipe(struct run *r)
{
	struct timespec now = {0};
	sigset_t pipe_only, before, pending;
	CURLcode code;
	bool had;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	had = sigismember(&pending, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_only,
			      &before); /* cannot fail with these arguments */
	code = perform(r);
	if (!had)
		(void)sigtimedwait(&pipe_only, NULL, &now); /* takes ours away, if there is one */
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);  /* as above */
	return code;
}

static enum http_failure failure_of(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_FAILURE_RESOLVE;
	case CURLE_COULDNT_CONNECT:
		return HTTP_FAILURE_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_FAILURE_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
		return HTTP_FAILURE_TRUST;
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return HTTP_FAILURE_CUT;
	default:
		return HTTP_FAILURE_OTHER;
	}
}

/* What the reason means for the user, beside curl's own words. */
static const char *advice(enum http_failure f)
{
	switch (f) {
	case HTTP_FAILURE_TRUST:
		return " (put the registry's CA into certs.d/<host>/ca.crt, or allow an insecure "
		       "registry)";
	case HTTP_FAILURE_NONE:
	case HTTP_FAILURE_RESOLVE:
	case HTTP_FAILURE_CONNECT:
	case HTTP_FAILURE_TLS:
	case HTTP_FAILURE_CUT:
	case HTTP_FAILURE_OTHER:
		return "";
	}
	return "";
}

static int judge(struct run *r, CURLcode code, struct err *err)
{
	enum err_code kind = ERR_IO;
	enum http_failure f;

	if (r->enough)
		return 0;
	if (r->error.code != ERR_OK) {
		if (r->x->response->failure == HTTP_FAILURE_NONE)
			r->x->response->failure = HTTP_FAILURE_OTHER;
		if (err)
			*err = r->error;
		return -(int)r->error.code;
	}
	if (code == CURLE_OK)
		return 0;
	f = failure_of(code);
	r->x->response->failure = f;
	if (f == HTTP_FAILURE_TRUST)
		kind = ERR_DENIED;
	else if (code == CURLE_OUT_OF_MEMORY)
		kind = ERR_NOMEM;
	else if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL)
		kind = ERR_FORMAT;
	return err_set(err, kind, "%s%s",
		       r->message[0] ? r->message : r->http->curl->easy_strerror(code), advice(f));
}

int http_conn_run(struct http *h, struct http_exchange *x, struct err *err)
{
	struct run r = {.http = h, .x = x, .certs = CERTS_INIT};
	int result;

	x->response->status = 0;
	x->response->failure = HTTP_FAILURE_NONE;
	strbuf_reset(&x->response->headers);
	r.conn = conn_take(h);
	if (!r.conn)
		return err_nomem(err);
	result = set_all(&r, err);
	if (result == 0) {
		r.last_byte_ms = clock_monotonic_ms();
		result = judge(&r, perform_without_sigpipe(&r), err);
	} else {
		x->response->failure = HTTP_FAILURE_OTHER;
	}
	log_debug("http: %.*s: %u", STR_FMT(http_url_shown(str_of(x->url))), x->response->status);
	conn_give_back(h, r.conn);
	stream_close(r.body);
	h->curl->slist_free_all(r.headers);
	certs_done(&r.certs);
	return result;
}
