/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the servers said of the files of a mirror when they were fetched last: mirror/.state.
 *
 *     struct mirror_state s;
 *     r = mirror_state_open(&s, mirror_fd, err);
 *     struct file_state f = mirror_state_get(&s, path);         empty when nothing is known
 *     f.etag = ..;  r = mirror_state_put(&s, &f, err);          copies, and writes the file
 *     mirror_state_done(&s);
 *
 * Format: "whole TAB path TAB url TAB etag TAB last-modified TAB newest", a line a file, sorted by
 * path; other lines, and a file that is not readable, are as if nothing was known: all is fetched
 * anew. Values with a tab or a line end in them are not kept.
 * Ownership: what is given lives until mirror_state_done. Threads: any number.
 * Errors: ERR_IO, ERR_NOMEM, ERR_LIMIT. Limits: 65,536 files, 16 MiB.
 */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct file_state {
	struct str path, url; /* url empty: nothing is known */
	struct str etag, last_modified;
	/*
	 * Of a list: what of it is here. The time of the newest record (modified_id.csv,
	 * changes.csv), the file that it led to (mirror.list, repomd.xml, archive_latest.txt).
	 */
	struct str newest;
};

struct mirror_state {
	int fd; /* of the mirror, borrowed */
	pthread_mutex_t lock;
	struct arena arena;
	struct vec files; /* struct file_state */
};

int mirror_state_open(struct mirror_state *s, int mirror_fd, struct err *err);
void mirror_state_done(struct mirror_state *s);

struct file_state mirror_state_get(struct mirror_state *s, struct str path);
int mirror_state_put(struct mirror_state *s, const struct file_state *f, struct err *err);
int mirror_state_set_newest(struct mirror_state *s, struct str path, struct str newest,
			    struct err *err);
