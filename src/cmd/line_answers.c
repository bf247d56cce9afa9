/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/line_answers.h"

#include <unistd.h>

#include "base/fd.h"
#include "base/lines.h"
#include "cmd/command.h"

/* Results wait until this many bytes have come together, or until stdin has nothing at hand. */
#define WRITE_BYTES ((size_t)64 << 10)

struct answering {
	const struct line_answers *run;
	struct strbuf line; /* the answer to one line */
	struct strbuf out;
	bool failed; /* at least one line was an error */
};

static int flush(struct answering *a, struct err *err)
{
	int r = strbuf_check(&a->out, err);

	if (r == 0)
		r = fd_write_all(STDOUT_FILENO, strbuf_str(&a->out), err);
	strbuf_reset(&a->out);
	return r;
}

static int add_answer(struct answering *a, struct err *err)
{
	strbuf_add(&a->out, strbuf_str(&a->line));
	strbuf_addc(&a->out, '\n');
	strbuf_reset(&a->line);
	return a->out.n > WRITE_BYTES ? flush(a, err) : 0;
}

static int add_error(struct answering *a, const struct err *what, struct err *err)
{
	a->failed = true;
	strbuf_reset(&a->line);
	a->run->put_error(&a->line, what);
	return add_answer(a, err);
}

static int answer_line(struct answering *a, struct str line, struct err *err)
{
	struct err what = {0};
	int r = a->run->answer(a->run->context, line, &a->line, &what);

	return r < 0 ? add_error(a, &what, err) : add_answer(a, err);
}

static int answer_stdin(struct answering *a, struct err *err)
{
	CLEANUP(lines_done) struct lines in = LINES_INIT(STDIN_FILENO, a->run->max_line);
	struct err what = {0};
	struct str line;
	int r, got;

	for (;;) {
		/* Whoever writes a line and waits for its answer gets it. */
		r = lines_ready(&in) ? 0 : flush(a, err);
		if (r < 0)
			return r;
		got = lines_next(&in, &line, &what);
		if (got == 0)
			return 0;
		if (got == -ERR_LIMIT) {
			(void)err_set(&what, ERR_LIMIT, "line %zu: longer than %s (%zu)", in.number,
				      a->run->limit, a->run->max_line); /* names the limit */
			r = add_error(a, &what, err);
		} else if (got < 0) {
			*err = what;
			r = got;
		} else {
			r = answer_line(a, line, err);
		}
		if (r < 0)
			return r;
	}
}

int line_answers_run(const struct line_answers *run, int n, const char *const *words)
{
	struct answering a = {
		.run = run,
		.line = STRBUF_INIT(run->max_answer),
		.out = STRBUF_INIT(WRITE_BYTES + 2 * run->max_answer),
	};
	struct err err = {0};
	int r = 0;

	for (int i = 0; r == 0 && i < n; i++)
		r = answer_line(&a, str_of(words[i]), &err);
	if (n == 0)
		r = answer_stdin(&a, &err);
	if (r == 0)
		r = flush(&a, &err);
	strbuf_done(&a.line);
	strbuf_done(&a.out);
	if (r < 0)
		return command_error(&err);
	return a.failed ? EXIT_FINDINGS : EXIT_DONE;
}
