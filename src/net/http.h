/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP client for hostile servers: bounded answers, and downloads that survive a cut.
 *
 *     struct http *h;
 *     r = http_new(&(struct http_options){0}, &h, err);
 *     struct http_request rq = {.url = "https://example.com/v2/", .size_bytes = HTTP_SIZE_UNKNOWN};
 *     CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
 *     r = http_fetch(h, &rq, &answer, err);             any status; the body is in answer.body
 *     r = http_stream_open(h, &rq, 1, &stream, err);    2xx only; read it as a struct stream
 *     http_free(h);
 *
 * Both try again (http_retries, growing pauses with jitter, Retry-After up to http_retry_after)
 * after a broken connection, a stall, 408, 429 and 5xx. A stream goes on at the exact byte: by
 * Range and If-Range, or by skipping what it has seen when the server ignores them. Redirects are
 * followed (http_redirects) by GET and HEAD, never from https to http; Authorization goes to no
 * other origin.
 * Proxies come from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY; trusted certificates from the
 * system, SSL_CERT_FILE and the certs.d directories (net/certs.h).
 *
 * Ownership: strings in options live until http_free; a stream copies its requests, but what an
 * http_authorizer points to must outlive it. Close all streams before http_free.
 * Threads: one http for any number of threads; http_cancel from any of them. A stream has a thread
 * of its own, which does all its network input, so its reader may be without network rights; open
 * it before those are dropped.
 * Errors: ERR_IO for the network, ERR_FORMAT for a server that contradicts itself or the expected
 * size, ERR_LIMIT, ERR_DENIED (certificate, refused redirect), ERR_CANCELED. Messages never hold a
 * query string, a header value or a secret.
 */
#pragma once

#include "base/err.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/strbuf.h"
#include "base/stream.h"
#include "net/http_header.h"

struct http;

struct http_options {
	const char *user_agent;	  /* NULL: plimsoll/VERSION */
	const char *ca_file;	  /* PEM, trusted beside the system's; NULL: none */
	const char *certs_dir;	  /* in place of the usual certs.d directories; NULL: those */
	unsigned connect_seconds; /* 0: http_connect_seconds */
	unsigned stall_seconds;	  /* 0: http_stall_seconds */
	unsigned backoff_ms;	  /* first pause before another try; 0: 500 */
};

int http_new(const struct http_options *options, struct http **ret, struct err *err);
void http_free(struct http *h);
void http_freep(struct http **h);

/* Ends everything under way with ERR_CANCELED, and all later requests too. */
void http_cancel(struct http *h);

/* Why there is no answer; for callers that have another way to try. */
enum http_failure {
	HTTP_FAILURE_NONE,
	HTTP_FAILURE_RESOLVE, /* no such host */
	HTTP_FAILURE_CONNECT, /* nobody listens there */
	HTTP_FAILURE_TLS,     /* something listens that does not speak TLS */
	HTTP_FAILURE_TRUST,   /* its certificate is not trusted */
	HTTP_FAILURE_CUT,     /* the transfer broke, stalled or timed out */
	HTTP_FAILURE_OTHER,
};

struct http_response {
	unsigned status;       /* 0: none came */
	struct strbuf headers; /* status line and fields of the last answer */
	struct strbuf body;    /* of http_fetch; for errors of a stream the start of their text */
	struct strbuf url;     /* that answered, after redirects */
	enum http_failure failure;
	unsigned n_tries;
};

#define HTTP_RESPONSE_INIT                                                                         \
	{                                                                                          \
		.headers = STRBUF_INIT(LIMIT_HTTP_HEADER_BYTES),                                   \
		.body = STRBUF_INIT(LIMIT_HTTP_BODY_BYTES),                                        \
		.url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES)                                           \
	}

void http_response_done(struct http_response *a);

/* STR_NULL when the field is absent. */
struct str http_response_header(const struct http_response *a, const char *name);

/* Supplies the Authorization header of requests; called from the threads that make them. */
struct http_authorizer {
	void *ctx;
	/*
	 * Sets *ret to the header's value, or leaves it unset for none. `refused` is NULL at first,
	 * then the 401 answer: 1 when *ret is worth another try, 0 when not, or an error.
	 */
	int (*authorize)(void *ctx, const struct http_response *refused, struct secret *ret,
			 struct err *err);
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH };

/* What a PUT or PATCH sends: bytes, or what a stream gives; opened again for another try. */
struct http_body {
	struct str bytes; /* when open is NULL */
	int (*open)(void *ctx, struct stream **ret, struct err *err);
	void *ctx;
	uint64_t size_bytes; /* of the stream; it must give so many, or nothing counts as sent */
};

struct http_request {
	enum http_method method;
	const char *url;
	const char *accept; /* NULL: anything */
	const char *what;   /* for messages: "blob sha256:ab.."; NULL: the URL */
	const char *if_none_match, *if_modified_since; /* NULL: none; see http_file.h */
	const char *unix_socket;		       /* NULL: TCP */
	struct str form;	      /* body of a POST, application/x-www-form-urlencoded */
	const struct http_body *body; /* of PUT and PATCH; NULL: empty */
	struct str_list headers;      /* "Name: value" more; to this origin only */
	struct str authorization;     /* a fixed value; empty: none */
	const struct http_authorizer
		*authorizer; /* asked when authorization is empty; NULL: none */
	const char *ca_file, *cert_file, *key_file; /* only for this host; NULL: as configured */
	uint64_t size_bytes;	/* that the body must have; HTTP_SIZE_UNKNOWN: any */
	unsigned stall_seconds; /* 0: of the client */
	bool insecure;		/* certificates are not checked */
	bool no_proxy;
	bool no_redirects; /* they are answers */
	bool once;	   /* no second try: it would not be the same, or there is another way */
	/* Turns an answer other than 2xx into an error; NULL: a plain sentence for the status. */
	int (*explain)(void *ctx, const char *what, const struct http_response *answer,
		       struct err *err);
	void *explain_ctx;
};

int http_fetch(struct http *h, const struct http_request *request, struct http_response *ret,
	       struct err *err);

/*
 * The requests are alternatives for the same bytes, in order of preference: when one fails for
 * good, the next goes on where it stopped. Fails here only without memory; the rest comes from
 * reading.
 */
int http_stream_open(struct http *h, const struct http_request *alternatives, size_t n,
		     struct stream **ret, struct err *err);

/* "what: 503 Service Unavailable after 5 tries": the plain sentence. */
int http_explain(const char *what, const struct http_response *answer, struct err *err);
