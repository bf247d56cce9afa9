/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A publisher's list of what changed, the newest first: which records a mirror lacks.
 *
 *     struct changes c;
 *     changes_init(&c);
 *     r = changes_read(&c, fd, since, max, parse, err);
 *     if (c.complete) for (size_t i = c.records.n; i-- > 0;) ...the oldest first...
 *     changes_done(&c);
 *
 * Times are compared as text: within one list they are of one form.
 * Ownership: all slices are the list's. Errors: ERR_IO, ERR_NOMEM, ERR_FORMAT with the line.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct change {
	struct str name, time;
};

struct changes {
	struct arena arena;
	struct vec records; /* struct change: later than `since` */
	struct str newest;  /* time of the first line; empty: the list is */
	bool complete;	    /* records are all of them; else there are more than were asked for */
};

/* A line's name and time; false: it is none. */
typedef bool changes_parser(struct str line, struct change *ret);

void changes_init(struct changes *c);
void changes_done(struct changes *c);

/* With an empty `since` only the newest time is read: then it is complete when it has no lines. */
int changes_read(struct changes *c, int fd, struct str since, size_t max, changes_parser *parse,
		 struct err *err);

/*
 * Once record i, and all that are older, are here: the time up to which none is missing, or nothing
 * when others of the same time are still to come.
 */
struct str changes_reached(const struct changes *c, size_t i);
