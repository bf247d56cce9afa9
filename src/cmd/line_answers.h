/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that answer line by line: one line of stdin, or one argument, one line of stdout.
 *
 *     struct line_answers run = {
 *             .answer = answer_parse, .put_error = put_error, .context = &mine,
 *             .max_line = LIMIT_PURL_BYTES, .limit = "purl_bytes",
 *     };
 *     status = line_answers_run(&run, n, words);
 *
 * `answer` appends the answer without its line end; when it fails, what it wrote is dropped and
 * put_error writes an answer in its place. Whoever writes a line and waits gets its answer before
 * the next line. Lines beyond max_line are answered with an error that names the limit.
 * The status is EXIT_DONE, EXIT_FINDINGS when a line was answered with an error, EXIT_ERROR when
 * stdin or stdout failed (said on stderr).
 */
#pragma once

#include "base/strbuf.h"

struct line_answers {
	int (*answer)(void *context, struct str line, struct strbuf *out, struct err *err);
	void (*put_error)(struct strbuf *out, const struct err *what);
	void *context;
	size_t max_line;   /* bytes */
	size_t max_answer; /* bytes */
	const char *limit; /* name of the limit behind max_line */
};

/* n words are the lines; without any, stdin is read. */
int line_answers_run(const struct line_answers *run, int n, const char *const *words);
