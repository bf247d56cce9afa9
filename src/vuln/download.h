/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches one file of a mirror: only when it changed, and from where it broke off.
 *
 *     struct download d;
 *     r = download_init(&d, &(struct download_options){.mirror = dir}, err);
 *     r = download_file(&d, STR("kev/known.json"), "https://..", 0, err);   1: new, 0: unchanged
 *     download_done(&d);
 *
 * Until it is whole a file lies in mirror/.parts/ under the digest of its path and address, with
 * the validators of the answer beside it ("NAME.about": etag, last-modified, a line each), written
 * before its first byte: so a process that is killed goes on there in its next run. It is asked for
 * with Range and If-Range, and started anew when the server has another file by then.
 *
 * With a base address in options.from every file is asked for at BASE/<path> instead, and nothing
 * else is ever connected to.
 *
 * Threads: any number, for different paths. Errors: those of net/http_file.h; ERR_DENIED when
 * another process downloads to the same mirror. Limits: feed_download_bytes,
 * feed_download_seconds, for each file.
 */
#pragma once

#include "base/strbuf.h"
#include "net/http_file.h"
#include "vuln/mirror_state.h"

#define DOWNLOAD_PATH_MAX 1024 /* bytes of a path in a mirror */

struct download_options {
	const char *mirror; /* directory; made when it is missing */
	const char *from;   /* NULL: the publishers' own addresses */
	const char *ca_file;
	atomic_ullong *done_bytes, *total_bytes; /* progress; may be NULL */
};

struct download {
	struct download_options options;
	struct http *http;
	int mirror_fd, parts_fd, lock_fd;
	struct mirror_state state;
	atomic_size_t n_records; /* fetched with DOWNLOAD_ALWAYS */
};

enum {
	/* A record that is known to have changed: it is always asked for, nothing is remembered. */
	DOWNLOAD_ALWAYS = 1 << 0,
};

int download_init(struct download *d, const struct download_options *options, struct err *err);
void download_done(struct download *d);

/* 1: a new copy is in place; 0: the one that is there is good. */
int download_file(struct download *d, struct str path, const char *url, unsigned flags,
		  struct err *err);

/* BASE/path with what may not stand in an address escaped, for messages and download_file. */
int download_url(const char *base, struct str path, struct strbuf *ret, struct err *err);

/*
 * Whether a path that a server named can be one in the mirror: no empty or hidden component, none
 * that leads up, letters, digits and "-._+~:@=" only.
 */
bool download_path_is_plain(struct str path);

/* Opens a file of the mirror for reading; -1: it is not there. */
int download_open(const struct download *d, struct str path);
bool download_has(const struct download *d, struct str path);
/* Removes a file of the mirror, and what is known of it. */
void download_remove(struct download *d, struct str path);

/* Parts that nobody asked for any more: when everything else is done. */
void download_sweep(struct download *d);
