/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile through parser, variables and stages. Whatever the bytes are: instructions stand in
 * order and apart, their texts are put together from the very bytes they say they are from, what is
 * between them is blank or a comment, and every word lies inside its instruction.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "base/unicode.h"
#include "check/dockerfile_dump.h"
#include "check/dockerfile_stages.h"

#define ARENA_BYTES ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Lines between instructions. */
static void check_gap(struct str gap)
{
	struct str line;

	(void)str_pull_prefix(&gap, STR("\xef\xbb\xbf")); /* of the first line */
	while (str_pull_line(&gap, &line)) {
		line = unicode_trim_left(line);
		while (line.n && line.p[0] == '\r')
			line = str_skip(line, 1);
		require(line.n == 0 || line.p[0] == '#');
	}
}

static void check_span(const struct instruction *in, struct dockerfile_span s)
{
	require(s.at >= in->span.at && s.end >= s.at && s.end <= in->span.end);
}

static void check_text(const struct dockerfile *df, const struct instruction *in)
{
	for (size_t i = 0; i < in->map.n; i++) {
		size_t at = in->map.pieces[i].at;
		size_t end = i + 1 < in->map.n ? in->map.pieces[i + 1].at : in->text.n;
		struct str part = str_sub(in->text, at, end - at);

		require(str_eq(part, str_sub(df->source, in->map.pieces[i].origin, part.n)));
		require(in->map.pieces[i].origin >= in->span.at || part.n == 0);
	}
}

static void check_parts(const struct dockerfile *df, const struct instruction *in)
{
	check_span(in, in->name.span);
	for (size_t i = 0; i < in->n_flags; i++) {
		check_span(in, in->flags[i].word.span);
		check_span(in, in->flags[i].value_span);
	}
	for (size_t i = 0; i < in->n_args; i++)
		check_span(in, in->args[i].span);
	for (size_t i = 0; i < in->n_pairs; i++)
		check_span(in, in->pairs[i].key.span);
	for (size_t i = 0; i < in->n_mounts; i++)
		for (size_t k = 0; k < in->mounts[i].n; k++)
			check_span(in, in->mounts[i].options[k].span);
	for (size_t i = 0; i < in->n_heredocs; i++) {
		struct dockerfile_span s = in->heredocs[i].body.span;

		check_span(in, in->heredocs[i].word.span);
		check_span(in, s);
		require(str_eq(in->heredocs[i].body.text, str_sub(df->source, s.at, s.end - s.at)));
	}
}

static void check_tree(const struct dockerfile *df)
{
	size_t to = 0;

	for (size_t i = 0; i < df->n_instructions; i++) {
		const struct instruction *in = &df->instructions[i];

		require(in->span.at >= to && in->span.end <= df->source.n);
		check_gap(str_sub(df->source, to, in->span.at - to));
		check_text(df, in);
		check_parts(df, in);
		if (in->trigger)
			check_parts(df, in->trigger);
		to = in->span.end;
	}
	check_gap(str_skip(df->source, to));
	for (size_t i = 0; i < df->n_problems; i++)
		require(df->problems[i].message.n && df->problems[i].span.end <= df->source.n);
}

/* The tree printed, the variables, the graph. */
static void use(const struct dockerfile *df, struct arena *a)
{
	const struct scope_options options = {0};
	const struct dockerfile_scope *scope;
	const struct stage_graph *graph;
	struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	dockerfile_dump(df, &out);
	strbuf_done(&out);
	if (dockerfile_scope_new(df, &options, a, &scope, NULL) == 0)
		(void)stage_graph_new(scope, STR_NULL, a, &graph, NULL); /* only must not crash */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dockerfile *df;
	struct err err = {0};
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	if (dockerfile_parse(str_make(data, size), &a, &df, &err) == 0) {
		check_tree(df);
		use(df, &a);
	} else {
		require(err.msg[0] != '\0');
	}
	arena_done(&a);
	return 0;
}
