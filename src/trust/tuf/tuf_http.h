/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository of TUF metadata, or of targets, behind an address: a source of tuf_update.h.
 *
 *     struct tuf_http s = {.http = http, .base = "https://example.com/metadata"};
 *     options.source = &(struct tuf_source){&s, tuf_http_fetch};
 *     r = tuf_http_download(&s, "dir/ab12.name", file, dir_fd, "name", err);
 *
 * What the server does not have, or says is forbidden (object stores answer so for what is not
 * there), is ERR_NOT_FOUND. More bytes than were asked for end the transfer: ERR_LIMIT.
 *
 * Ownership: the strings are the caller's. Threads: as struct http. Errors: those of net/http.h.
 */
#pragma once

#include "net/http.h"
#include "trust/tuf/tuf_metadata.h"

struct tuf_http {
	struct http *http;
	const char *base;    /* with or without a '/' at its end */
	const char *ca_file; /* NULL: as configured */
};

int tuf_http_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err);

/*
 * A target into dir_fd/file_name, which is replaced only once length and hashes hold. ERR_DENIED:
 * they do not.
 */
int tuf_http_download(const struct tuf_http *s, const char *address, const struct tuf_file *target,
		      int dir_fd, const char *file_name, struct err *err);

/* Whether dir_fd/file_name is that target already: 1, 0, or a negative code. */
int tuf_http_is_cached(const struct tuf_file *target, int dir_fd, const char *file_name,
		       struct err *err);
