/* SPDX-License-Identifier: Apache-2.0 */
/* What one walk over the files of a layer keeps; for content.c and source.c. */
#pragma once

#include "base/limits.h"
#include "content/format.h"

struct content {
	const struct content_ops *ops;
	void *context;
	struct err fatal; /* code other than ERR_OK: everything stops with it */
	bool is_spent;	  /* a limit of the file was met: nothing more inside it is read */
	bool is_spent_told;
	struct strbuf path;  /* of the part at hand */
	uint64_t n_read;     /* bytes of the file */
	uint64_t n_made;     /* bytes unpacked of it, in all */
	uint64_t n_all_read; /* the same of all files before */
	uint64_t n_all_made;
	uint64_t n_members, n_problems;
	size_t n_memory; /* bytes taken by sources */
	struct source *levels[LIMIT_CONTENT_DEPTH + 1];
};

extern const struct content_format *const content_formats[]; /* NULL-ended */
const struct content_format *content_format_of(const struct source *s, struct str head);

/* Reads all of a part, and what is in it if it has a format. */
int source_read_all(struct source *s, const struct member *m);

/* How many problems of the file were not told, at its end. */
int source_more_problems(struct source *file, struct str path, uint64_t n);
