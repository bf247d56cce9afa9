/* SPDX-License-Identifier: Apache-2.0 */
/* Layers made of rows, and the report of what is wasted in them. */
#pragma once

#include "tests/unit/test.h"

#include "base/limits.h"
#include "waste/waste.h"

struct row {
	const char *path;
	enum node_type type;
	uint64_t size;
	const char *link;
	uint32_t mode;
};

#define LAYERS_MAX   4
#define CONTENTS_MAX 8

struct layers {
	struct strbuf bytes[LAYERS_MAX];
	struct tree trees[LAYERS_MAX];
	const struct tree *pointers[LAYERS_MAX];
	struct waste_content contents[LAYERS_MAX][CONTENTS_MAX];
	struct waste_contents lists[LAYERS_MAX];
	struct merge merge;
	struct report *report;
	size_t n;
};

static inline void add_layer(struct layers *s, const struct row *rows, size_t n)
{
	struct tree_builder *b = NULL;
	size_t i = s->n++;
	struct report_layer *l;
	struct cursor c;

	if (!s->report)
		s->report = report_new();
	s->bytes[i] = (struct strbuf)STRBUF_INIT(1 << 20);
	assert_int_equal(tree_builder_new(&b, NULL), 0);
	for (size_t k = 0; k < n; k++) {
		struct tree_entry e = {.path = str_of(rows[k].path),
				       .type = rows[k].type,
				       .link = str_of(rows[k].link),
				       .mode = rows[k].mode ? rows[k].mode : 0644,
				       .size = rows[k].size};
		uint32_t node;

		assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	}
	l = vec_push(&s->report->layers);
	*l = (struct report_layer){.assessed = true,
				   .file_bytes = tree_builder_stats(b)->file_bytes};
	assert_int_equal(tree_freeze(b, &s->bytes[i], NULL), 0);
	c = cursor_make(strbuf_str(&s->bytes[i]));
	assert_int_equal(tree_read(&c, &s->trees[i], NULL), 0);
	s->pointers[i] = &s->trees[i];
	tree_builder_free(b);
}

#define ADD(s, ...)                                                                                \
	add_layer(s, (const struct row[]){__VA_ARGS__},                                            \
		  sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

/* Contents are given in the order of the nodes of their layer. */
static inline void add_content(struct layers *s, size_t layer, const char *path, uint64_t hash,
			       uint64_t strippable)
{
	const struct tree *t = &s->trees[layer];
	struct str rest = str_of(path), name;
	uint32_t node = TREE_ROOT;
	size_t n = s->lists[layer].bytes.n / sizeof(struct waste_content);

	while (str_pull_until(&rest, '/', &name))
		node = tree_child(t, node, name);
	assert_int_not_equal(node, TREE_NONE);
	s->contents[layer][n] = (struct waste_content){node, 0, strippable, {hash, hash}};
	s->lists[layer] = (struct waste_contents){
		true, str_make(s->contents[layer], (n + 1) * sizeof(struct waste_content))};
}

static inline void measure(struct layers *s)
{
	struct waste_input in = {.merge = &s->merge, .contents = s->lists, .report = s->report};

	assert_int_equal(merge_init(&s->merge, s->pointers, s->n, NULL), 0);
	assert_int_equal(waste_measure(&in, NULL), 0);
	report_finish(s->report);
}

static inline void layers_done(struct layers *s)
{
	merge_done(&s->merge);
	for (size_t i = 0; i < s->n; i++)
		strbuf_done(&s->bytes[i]);
	report_free(s->report);
}

/* "deleted 3000 1>2 opt/x opt/y; ...": layers from 1. */
static inline void assert_wastes(const struct layers *s, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 16);

	for (size_t i = 0; i < s->report->wastes.n; i++) {
		const struct report_waste *w = vec_at(&s->report->wastes, i);

		strbuf_addf(&sb, "%s%.*s %llu %zu", i ? "; " : "", STR_FMT(w->what),
			    (unsigned long long)w->bytes, w->layer + 1);
		if (w->hidden_by != w->layer)
			strbuf_addf(&sb, ">%zu", w->hidden_by + 1);
		for (size_t k = 0; k < w->n_listed; k++)
			strbuf_addf(&sb, " %.*s", STR_FMT(w->places[k].path));
	}
	assert_str(strbuf_str(&sb), want);
}
