/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comment that switches a rule off, and where it goes.
 *
 *     struct suppress at;
 *     r = suppress_init(&at, &source, err);
 *     if (suppress_here(&at, finding, &sb, &edit)) ...       # plimsoll ignore=apt-recommends
 *     if (suppress_file(&at, finding, &sb, &edit)) ...       # plimsoll ignore-file=apt-recommends
 *     suppress_done(&at);
 *
 * In a Dockerfile it stands above the instruction, behind the directives of the first lines; in
 * YAML above the line, as far to the right as that. A comment of ours that is there already, with
 * rules only, takes one more. False: the format has no comments (JSON), or the finding is about no
 * line.
 *
 * Ownership: the text of an edit is in the buffer. Errors: those of dockerfile_parse.
 */
#pragma once

#include "check/dockerfile.h"
#include "lsp/assessment.h"

struct suppress {
	struct str text;
	bool has_comments;
	struct arena arena;
	const struct dockerfile *dockerfile; /* NULL: YAML */
};

int suppress_init(struct suppress *at, const struct source_file *f, struct err *err);
void suppress_done(struct suppress *at);

/* Where the comment goes; findings with the same place and code need only one. */
size_t suppress_line(const struct suppress *at, const struct assessed_finding *f);

bool suppress_here(const struct suppress *at, const struct assessed_finding *f, struct strbuf *text,
		   struct edit *ret);
bool suppress_file(const struct suppress *at, const struct assessed_finding *f, struct strbuf *text,
		   struct edit *ret);
