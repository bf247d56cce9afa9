/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/layer_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "browse/tree_rows.h"
#include "render/instruction.h"
#include "render/text.h"

#define INSTRUCTION_MAX 65536
#define SIZE_COLUMNS	8

int browse_tree(const struct browse_data *data, size_t layer, enum change_scope scope,
		struct change_tree *ret, struct err *err)
{
	int r = change_tree_make(data->merge, layer, scope, ret, err);

	if (r == 0)
		file_marks_apply(data->marks, ret);
	return r;
}

enum tone browse_tone(enum change change)
{
	switch (change) {
	case CHANGE_NONE:
		return TONE_PLAIN;
	case CHANGE_ADDED:
		return TONE_GOOD;
	case CHANGE_MODIFIED:
		return TONE_WARN;
	case CHANGE_REMOVED:
		return TONE_BAD;
	}
	return TONE_PLAIN;
}

void browse_instruction(struct strbuf *sb, const struct report *r, size_t layer)
{
	const struct report_layer *l = vec_at(&r->layers, layer);
	size_t before = sb->n;

	if (l)
		instruction_add(sb, str_sub(l->created_by, 0, INSTRUCTION_MAX / 4));
	if (sb->n == before)
		strbuf_adds(sb, "no instruction is known");
}

void layer_text_findings(struct strbuf *sb, const struct change_node *n)
{
	bool dir = change_node_is_dir(n);
	uint32_t count = dir ? n->n_marked : n->n_findings;

	if (count == 0)
		return;
	strbuf_addf(sb, "%u %s%s, %s", count,
		    dir ? (count == 1 ? "file" : "files") : (count == 1 ? "finding" : "findings"),
		    dir ? " with findings" : "", severity_name((enum severity)n->worst));
}

static void put_total(struct strbuf *sb, const struct change_totals *t, enum change change,
		      const char *word)
{
	char count[TEXT_COUNT_MAX], bytes[TEXT_BYTES_MAX];

	if (t->n[change] == 0)
		strbuf_adds(sb, "none");
	else
		strbuf_add(sb, text_count(t->n[change], count));
	strbuf_addf(sb, " %s", word);
	if (t->n[change])
		strbuf_addf(sb, " of %.*s", STR_FMT(text_bytes(t->bytes[change], bytes)));
}

static void put_heading(struct canvas *c, const struct browse_data *data, size_t layer,
			const struct change_tree *tree)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(INSTRUCTION_MAX);
	const struct report_layer *l = vec_at(&data->report->layers, layer);
	char bytes[TEXT_BYTES_MAX];

	strbuf_addf(&line, "LAYER %zu  %.*s  ", layer + 1,
		    STR_FMT(text_bytes(l->file_bytes, bytes)));
	browse_instruction(&line, data->report, layer);
	(void)canvas_say(c, TONE_HEADING, strbuf_str(&line), SIZE_MAX / 4);
	canvas_end_line(c);
	strbuf_reset(&line);
	strbuf_adds(&line, "  ");
	put_total(&line, &tree->totals, CHANGE_ADDED, "added");
	strbuf_adds(&line, ", ");
	put_total(&line, &tree->totals, CHANGE_MODIFIED, "changed");
	strbuf_adds(&line, ", ");
	put_total(&line, &tree->totals, CHANGE_REMOVED, "removed");
	if (!l->assessed)
		strbuf_adds(&line, "; NOT FULLY ASSESSED");
	(void)canvas_say(c, TONE_DIM, strbuf_str(&line), SIZE_MAX / 4);
	canvas_end_line(c);
}

static void put_node(struct canvas *c, const struct change_tree *t, uint32_t at, struct strbuf *sb)
{
	const struct change_node *n = &t->nodes[at];
	const char letter[] = {change_letter((enum change)n->change), ' ', ' ', 0};
	char bytes[TEXT_BYTES_MAX];

	(void)canvas_say(c, browse_tone((enum change)n->change), str_of(letter), 3);
	canvas_right(c, TONE_PLAIN, text_bytes(n->size, bytes), SIZE_COLUMNS);
	strbuf_adds(c->out, "  ");
	strbuf_reset(sb);
	change_tree_path(t, at, sb);
	if (change_node_is_dir(n))
		strbuf_addc(sb, '/');
	if (n->link.n) {
		strbuf_adds(sb, n->type == NODE_HARDLINK ? " = " : " -> ");
		strbuf_add(sb, n->link);
	}
	(void)canvas_say(c, TONE_PLAIN, strbuf_str(sb), SIZE_MAX / 4);
	strbuf_reset(sb);
	if (change_node_is_dir(n) && n->n_files)
		strbuf_addf(sb, "  %u %s", n->n_files, n->n_files == 1 ? "file" : "files");
	if (n->n_marked) {
		strbuf_adds(sb, "  ");
		layer_text_findings(sb, n);
	}
	(void)canvas_say(c, n->n_marked ? TONE_BAD : TONE_DIM, strbuf_str(sb), SIZE_MAX / 4);
	canvas_end_line(c);
}

/* A directory is a line of its own when nothing in it says that it is there. */
static bool is_line(const struct change_node *n, bool only_changes)
{
	if (n->change == CHANGE_NONE || (only_changes && n->change == CHANGE_ADDED))
		return false;
	return !change_node_is_dir(n) || n->change == CHANGE_REMOVED || n->n == 0;
}

static int put_files(struct canvas *c, const struct change_tree *t, bool only_changes,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	CLEANUP(tree_rows_done) struct tree_rows rows = {0};
	int r = tree_rows_init(&rows, t, err);

	if (r < 0)
		return r;
	for (uint32_t i = 1; i < t->n_nodes; i++)
		tree_rows_unfold(&rows, i, t->nodes[i].change != CHANGE_REMOVED);
	r = tree_rows_make(&rows, err);
	for (uint32_t i = 0; i < rows.n && r == 0; i++)
		if (is_line(&t->nodes[rows.nodes[i]], only_changes))
			put_node(c, t, rows.nodes[i], &sb);
	return r;
}

static int put_layer(struct canvas *c, const struct browse_data *data, size_t layer,
		     const struct layer_text_options *options, struct err *err)
{
	CLEANUP(change_tree_done) struct change_tree tree = {0};
	int r = browse_tree(data, layer, CHANGES_OF_LAYER, &tree, err);

	if (r < 0)
		return r;
	put_heading(c, data, layer, &tree);
	return options->files ? put_files(c, &tree, options->only_changes, err) : 0;
}

static void put_gaps(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(INSTRUCTION_MAX);

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *cover = vec_at(&r->coverage, i);
		bool partial = cover->state == COVERAGE_PARTIAL;

		if (cover->state == COVERAGE_ASSESSED)
			continue;
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %.*s: %.*s",
			    partial ? "only partially assessed" : "NOT ASSESSED",
			    STR_FMT(str_sub(cover->what, 0, INSTRUCTION_MAX / 4)),
			    STR_FMT(str_sub(cover->reason, 0, INSTRUCTION_MAX / 4)));
		(void)canvas_say(c, partial ? TONE_WARN : TONE_BAD, strbuf_str(&sb), SIZE_MAX / 4);
		canvas_end_line(c);
	}
}

int layer_text_put(struct canvas *c, const struct browse_data *data,
		   const struct layer_text_options *options, struct err *err)
{
	size_t n = data->report->layers.n, from = 0, to = n;
	int r = 0;

	if (options->layer != SIZE_MAX) {
		from = options->layer;
		to = from + 1;
	}
	for (size_t i = from; i < to && r == 0; i++) {
		if (i > from && options->files)
			strbuf_addc(c->out, '\n');
		r = put_layer(c, data, i, options, err);
	}
	if (r == 0)
		put_gaps(c, data->report);
	return r < 0 ? r : strbuf_check(c->out, err);
}
