/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What .dockerignore keeps from a build.
 *
 *     r = ignore_file_parse(text, &arena, &ignore, err);
 *     if (ignore_file_excludes(&ignore, STR("tmp/notes.txt"))) ...
 *
 * A line is a pattern of paths below the context: * and ? do not match a slash, ** any number of
 * folders, [a-z] one character, a backslash takes the next one literally. What is below a folder
 * that matches is excluded too; "!" in front lets in again; the last line that matches decides.
 *
 * Ownership: the arena's; borrows the text. Threads: read-only once made.
 * Errors: ERR_LIMIT (ignore_patterns), ERR_NOMEM. A pattern that is broken matches nothing.
 * Format: docs.docker.com/build/concepts/context, "dockerignore files".
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct ignore_pattern {
	struct str text; /* without "!", slashes around it, "." */
	bool lets_in;	 /* "!" stands in front */
};

struct ignore_file {
	const struct ignore_pattern *patterns;
	size_t n;
	bool lets_in; /* one of them does */
};

int ignore_file_parse(struct str text, struct arena *a, struct ignore_file *ret, struct err *err);

/* path: cleaned, relative to the context (base/path.h). The context itself, "", never is. */
bool ignore_file_excludes(const struct ignore_file *ignore, struct str path);

/* The same for a folder and all below it: false too when a pattern may let in something there. */
bool ignore_file_excludes_all(const struct ignore_file *ignore, struct str path);
