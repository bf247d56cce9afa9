/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the script, all ranges lie inside of it, calls are counted, and an error is named. */
#include <assert.h>

#include "check/shell_command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_span(struct shell_span span, size_t size)
{
	assert(span.at <= span.end && span.end <= size);
}

static void check_call(const struct shell_call *c, size_t size)
{
	const struct shell_word *w = c->words;

	assert_span(c->span, size);
	for (size_t i = 0; i < c->n_words; i++, w = w->next)
		assert_span(w->span, size);
	for (size_t i = 0; i < c->n_flags; i++)
		assert_span(c->flags[i].word->span, size);
	for (size_t i = 0; i < c->n_packages; i++)
		assert_span(c->packages[i].word->span, size);
	assert(!c->outer || c->outer->command);
	assert(!c->pipeline || c->stage < c->pipeline->n_commands);
	(void)shell_call_env(c, STR("PATH")); /* only that it ends */
}

static void check_run(const struct shell_run *run, size_t size)
{
	size_t n = 0;

	for (const struct shell_call *c = run->calls; c; c = c->next, n++) {
		assert(c->index == n);
		check_call(c, size);
	}
	assert(n == run->n_calls);
	for (const struct shell_problem *p = run->script->problems; p; p = p->next) {
		assert_span(p->span, size);
		assert(p->message.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shell_input in = {.text = str_make(data, size)};
	struct shell_start start = {.workdir = STR("/")};
	struct shell_run run;
	struct err err = {0};
	struct arena a;

	arena_init(&a, (size_t)256 << 20);
	if (shell_run_parse(&in, &start, &a, &run, &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	else
		check_run(&run, size);
	arena_done(&a);
	return 0;
}
