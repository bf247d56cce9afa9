/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One body, fetched with redirects, second tries and resumption. Internal to net/http*.c.
 *
 *     struct http_transfer t = {.http = h, .request = rq, .response = &answer, .sink = f, .ctx =
 * c}; r = http_transfer_run(&t, err);                     0: answered, see response->status
 *     http_transfer_done(&t);
 */
#pragma once

#include "net/http_conn.h"

struct http_transfer {
	struct http *http;
	const struct http_request *request;
	struct http_response *response;
	const atomic_bool *stop; /* NULL: none */
	bool resume;		 /* sink keeps what it got: go on there; false: sink starts anew */
	/* Takes the bytes of a 2xx body, in order, each once. */
	int (*sink)(void *ctx, struct str bytes, struct err *err);
	int (*restart)(void *ctx); /* only without resume: forget what came so far */
	void *ctx;
	uint64_t offset; /* bytes the sink has */

	/* internal */
	uint64_t size;	      /* expected in all; HTTP_SIZE_UNKNOWN: not known (yet) */
	uint64_t skip;	      /* bytes of this answer the sink has already */
	uint64_t try_offset;  /* offset at the start of this try */
	uint64_t deadline_ms; /* of this try; 0: none */
	bool judged;	      /* the header fields of this answer were looked at */
	bool fatal;	      /* the error is not one that another try can mend */
	bool changed;	      /* the server has another file by now than the sink has a part of */
	char etag[128];	      /* strong, of the first answer; "": none */
	struct secret authorization;
};

int http_transfer_run(struct http_transfer *t, struct err *err);
void http_transfer_done(struct http_transfer *t);

static inline bool http_status_is_ok(unsigned status)
{
	return status >= 200 && status <= 299;
}
