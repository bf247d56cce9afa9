/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange over libcurl: a request goes out, one answer comes in. Internal to net/http*.c.
 *
 * No redirects, no second tries: http.c decides those. Connections are kept in the pool of the
 * client and used again.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "net/curl.h"
#include "net/http.h"

/* A curl handle with its own connections; used by one thread at a time. */
struct http_conn {
	CURLM *multi;
	CURL *easy;
	struct http_conn *next;
	bool busy;
};

struct http {
	const struct curl_api *curl;
	struct http_options options;
	pthread_mutex_t lock; /* guards conns, and the sleep of those that wait */
	pthread_cond_t wake;
	struct http_conn *conns;
	atomic_bool canceled;
};

struct http_exchange {
	const struct http_request *request;
	const char *url;		    /* of this hop */
	const struct secret *authorization; /* NULL or unset: none */
	uint64_t offset;		    /* first byte wanted */
	struct str etag;		    /* for If-Range; empty: none */
	const atomic_bool *stop;	    /* NULL: only http_cancel ends it */
	uint64_t deadline_ms;		    /* monotonic; 0: none */
	bool leave_home; /* a redirect went elsewhere: no certificates of the first host */
	/* Called with each piece of the body: 0 to go on, 1 when enough was seen, or an error. */
	int (*on_body)(void *ctx, struct str bytes, struct err *err);
	void *ctx;
	struct http_response *response; /* status, headers and failure are set here */
};

/* 0 when the answer came in whole (or on_body had enough). */
int http_conn_run(struct http *h, struct http_exchange *x, struct err *err);

/* Frees the whole pool. */
void http_conn_free_all(struct http *h);

/* Wakes every exchange under way, so that it sees what has been canceled. */
void http_conn_wake_all(struct http *h);

/* Resolves a Location against the URL it came from. Errors: ERR_FORMAT. */
int http_url_join(struct http *h, const char *base, struct str location, struct strbuf *ret,
		  struct err *err);

/* "https://example.com:443": what decides whether Authorization may be sent. */
int http_url_origin(struct http *h, const char *url, struct strbuf *ret, struct err *err);

/* "example.com" or "example.com:5000" as written in the URL: the name of its certs.d folder. */
int http_url_host(struct http *h, const char *url, struct strbuf *ret, struct err *err);
