/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the parser and the checker tell what is wrong; what the user sees of it is in expr/parse.h.
 *
 *     struct problem_sink sink = problem_sink_make(source, &arena, &problems);
 *     problem_add(&sink, start, end, "expected ')', found %s", name);
 *     problem_hint(&sink, "did you mean \"%s\"?", near);          of the one just added
 *     return problem_sink_finish(&sink, err);                     0 when there was none
 *
 * Ownership: messages are the arena's. Threads: one at a time.
 * Errors: problem_sink_finish gives ERR_FORMAT, or the code that problem_limit or a missing arena
 * left behind, with the message of the first problem in the source.
 */
#pragma once

#include "expr/parse.h"

struct problem_sink {
	struct str source;
	struct arena *arena;
	struct expr_problems *list;
	size_t n_before;    /* problems of an earlier run in the list */
	enum err_code code; /* what problem_sink_finish will return */
	bool dropped_last;  /* the one just added was not kept */
};

struct problem_sink problem_sink_make(struct str source, struct arena *arena,
				      struct expr_problems *list);

void problem_add(struct problem_sink *sink, size_t start, size_t end, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void problem_hint(struct problem_sink *sink, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A problem that is a limit: "more than 200 levels (limit expr_depth)". */
void problem_limit(struct problem_sink *sink, size_t start, size_t end, const char *name,
		   long long value, const char *unit);

/* Remembers that memory ran out; returns NULL so that it can be returned in place of a node. */
void *problem_no_memory(struct problem_sink *sink);

static inline bool problem_sink_is_empty(const struct problem_sink *sink)
{
	return !sink->code;
}

/* Whether there is no use in going on: memory or a limit is spent, or enough has been told. */
bool problem_sink_is_full(const struct problem_sink *sink);

/* Sorts the problems by place. */
int problem_sink_finish(struct problem_sink *sink, struct err *err);

/* The beginning of a piece of source for a message: at most 40 bytes, cut between characters. */
struct str problem_quote(struct str s);
