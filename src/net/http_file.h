/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A download into a file that is kept and asked for again: only when it changed, and from where it
 * broke off, also in a later run.
 *
 *     struct http_file f = {.fd = fd, .offset = bytes_there};
 *     f.etag, f.last_modified: as kept from the answer that those bytes came with
 *     r = http_file_get(h, &rq, &f, err);
 *     if (f.unchanged) ...                          304: the copy that is kept is good
 *
 * With an offset the rest is asked for (Range, If-Range), which needs a strong etag; when the
 * server has other bytes by now, also while they come in, all of it comes anew. Without one, etag
 * and last_modified make the request conditional (If-None-Match, If-Modified-Since).
 * On an error what came so far stays in the file, and offset and etag say how to go on. So that a
 * process that is killed can go on as well, `started` tells of the answer before its first byte is
 * written.
 * Format: RFC 9110 sections 13 and 14. Errors: as http.h; ERR_NOT_FOUND for 404 and 410.
 */
#pragma once

#include <stdatomic.h>

#include "net/http.h"

#define HTTP_FILE_TEXT 128

struct http_file {
	int fd;
	uint64_t offset;	   /* bytes in it */
	uint64_t max_bytes;	   /* more are refused; 0: any */
	unsigned deadline_seconds; /* for all of it, tries and pauses included; 0: none */
	char etag[HTTP_FILE_TEXT], last_modified[HTTP_FILE_TEXT];
	bool unchanged;
	atomic_ullong *progress; /* bytes received are added; NULL: none */
	/*
	 * etag, last_modified and offset are of the answer that begins now; size_bytes is that of
	 * the whole file, or HTTP_SIZE_UNKNOWN. Again when it starts anew. NULL: nobody asks.
	 */
	int (*started)(void *ctx, const struct http_file *f, uint64_t size_bytes, struct err *err);
	void *started_ctx;
};

int http_file_get(struct http *h, const struct http_request *request, struct http_file *f,
		  struct err *err);
