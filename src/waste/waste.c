/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/waste.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "image/stack.h"
#include "waste/build_tool.h"
#include "waste/efficiency.h"
#include "waste/left_over.h"
#include "waste/surface.h"
#include "waste/tally.h"

#define OPEN_MAX 2 /* places within each other: .cache/pip in .cache */

static const struct str DELETED = STR("deleted"), OVERWRITTEN = STR("overwritten"),
			UNCHANGED = STR("unchanged"), DUPLICATE = STR("duplicate"),
			UNSTRIPPED = STR("unstripped"), CORE_FILES = STR("core-files");

struct layer_state {
	uint64_t shown_bytes;
	uint64_t *targets;	 /* bits: nodes that hard links of the layer name; NULL: none */
	uint64_t *shown_targets; /* bits: ... of links that show */
	uint64_t open_bytes[OPEN_MAX], open_files[OPEN_MAX];
};

/* A directory of which all below is of one kind. */
struct open_place {
	struct str what;
	size_t depth;
	struct strbuf path;
};

/* A hidden file that a hard link may keep. */
struct doubtful {
	uint32_t layer, node;
	uint32_t hidden_by;
	struct str what;
};

/* The first shown file of its content. */
struct original {
	uint64_t hash[2], size;
	uint32_t layer, node;
};

struct walk {
	const struct waste_input *in;
	const struct tree *const *trees; /* merged */
	struct report *report;
	struct efficiency efficiency;
	struct surface surface;
	struct left_overs left_overs;
	struct build_tools tools;
	struct waste_tally tally;
	struct layer_state *layers;
	struct open_place open[OPEN_MAX];
	size_t n_open;
	struct vec doubtful;
	struct map originals;
	struct arena arena;
	bool is_partial; /* not all contents could be compared */
};

/* ---- contents ---- */

/* Of a node of the merged tree; false: not known. */
static bool find_content(const struct walk *w, size_t layer, uint32_t node,
			 struct waste_content *ret)
{
	struct str bytes = w->in->contents ? w->in->contents[layer].bytes : STR_NULL;
	size_t low = 0, high = bytes.n / sizeof *ret;

	if (high)
		node = merge_origin(w->in->merge, layer, node);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		memcpy(ret, bytes.p + middle * sizeof *ret, sizeof *ret);
		if (ret->node == node)
			return true;
		if (ret->node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_same(const struct walk *w, const struct stack_entry *a, const struct stack_entry *b)
{
	const struct tree_node *x = tree_node(w->trees[a->layer], a->node);
	const struct tree_node *y = tree_node(w->trees[b->layer], b->node);
	struct waste_content p, q;

	return y->type == NODE_FILE && x->size == y->size &&
	       find_content(w, a->layer, a->node, &p) && find_content(w, b->layer, b->node, &q) &&
	       p.hash[0] == q.hash[0] && p.hash[1] == q.hash[1];
}

/* ---- hard links ---- */

static bool has_bit(const uint64_t *bits, uint32_t i)
{
	return bits && bits[i / 64] >> i % 64 & 1;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

/* The node of the same layer that the hard link names, or TREE_NONE. */
static uint32_t link_target(const struct tree *t, uint32_t node)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str path, name;
	uint32_t at = TREE_ROOT;

	if (path_clean(tree_link(t, node), &sb, NULL, NULL) < 0)
		return TREE_NONE;
	path = strbuf_str(&sb);
	while (at != TREE_NONE && str_pull_until(&path, '/', &name))
		at = tree_node(t, at)->type == NODE_DIR ? tree_child(t, at, name) : TREE_NONE;
	return at;
}

static int find_targets(const struct tree *t, struct layer_state *l)
{
	size_t words = t->n_nodes / 64 + 1;

	for (uint32_t i = 0; i < t->n_order; i++) {
		uint32_t node = t->order[i];
		uint32_t target = tree_node(t, node)->type == NODE_HARDLINK ? link_target(t, node)
									    : TREE_NONE;

		if (target == TREE_NONE)
			continue;
		if (!l->targets) {
			l->targets = calloc(words, sizeof *l->targets);
			l->shown_targets = calloc(words, sizeof *l->shown_targets);
		}
		if (!l->targets || !l->shown_targets)
			return -ERR_NOMEM;
		set_bit(l->targets, target);
	}
	return 0;
}

static void show_target(struct walk *w, const struct stack_entry *link)
{
	const struct tree *t = w->trees[link->layer];
	uint32_t target = link_target(t, link->node);

	if (target != TREE_NONE)
		set_bit(w->layers[link->layer].shown_targets, target);
}

/* ---- hidden files ---- */

static struct str how_hidden(const struct walk *w, const struct stack_path *p, size_t i)
{
	const struct stack_entry *e = &p->e[i];

	for (size_t k = i + 1; k < p->n; k++) {
		if (p->e[k].layer != e->hidden_by)
			continue;
		if (tree_node(w->trees[p->e[k].layer], p->e[k].node)->type == NODE_WHITEOUT)
			return DELETED;
		return is_same(w, e, &p->e[k]) ? UNCHANGED : OVERWRITTEN;
	}
	return DELETED; /* with a directory above it */
}

static int see_hidden(struct walk *w, const struct stack_path *p, size_t i, struct err *err)
{
	const struct stack_entry *e = &p->e[i];
	const struct tree_node *node = tree_node(w->trees[e->layer], e->node);
	struct doubtful *d;

	if (node->type != NODE_FILE || node->size == 0)
		return 0;
	if (!has_bit(w->layers[e->layer].targets, e->node))
		return waste_tally_add(&w->tally, how_hidden(w, p, i), e->layer, e->hidden_by,
				       p->path, node->size, 1, err);
	d = vec_push(&w->doubtful);
	if (!d)
		return err_nomem(err);
	*d = (struct doubtful){e->layer, e->node, e->hidden_by, how_hidden(w, p, i)};
	return 0;
}

static int settle_doubtful(struct walk *w, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	int r = 0;

	for (size_t i = 0; i < w->doubtful.n && r == 0; i++) {
		const struct doubtful *d = vec_at(&w->doubtful, i);
		const struct tree *t = w->trees[d->layer];
		uint64_t size = tree_node(t, d->node)->size;

		strbuf_reset(&sb);
		tree_path(t, d->node, &sb);
		if (has_bit(w->layers[d->layer].shown_targets, d->node))
			w->layers[d->layer].shown_bytes += size;
		else
			r = waste_tally_add(&w->tally, d->what, d->layer, d->hidden_by,
					    strbuf_str(&sb), size, 1, err);
	}
	return r;
}

/* ---- places ---- */

/* Sums up what the innermost open place has of each layer. */
static int close_place(struct walk *w, struct err *err)
{
	size_t at = --w->n_open;
	struct open_place *o = &w->open[at];
	int r = 0;

	for (size_t i = 0; i < w->in->merge->n && r == 0; i++) {
		struct layer_state *l = &w->layers[i];

		if (l->open_files[at])
			r = waste_tally_add(&w->tally, o->what, i, i, strbuf_str(&o->path),
					    l->open_bytes[at], l->open_files[at], err);
		l->open_bytes[at] = l->open_files[at] = 0;
	}
	return r;
}

static int leave_places(struct walk *w, size_t depth, struct err *err)
{
	int r = 0;

	while (r == 0 && w->n_open && w->open[w->n_open - 1].depth >= depth)
		r = close_place(w, err);
	return r;
}

static int enter_place(struct walk *w, const struct stack_path *p, struct err *err)
{
	struct open_place *o;
	struct str what;

	if (w->n_open == OPEN_MAX || (w->n_open && !left_over_yields(w->open[w->n_open - 1].what)))
		return 0;
	what = left_over_of(&w->left_overs, p->path, p->name, true);
	if (!what.p)
		return 0;
	o = &w->open[w->n_open];
	o->what = what;
	o->depth = p->depth;
	strbuf_reset(&o->path);
	strbuf_add(&o->path, p->path);
	w->n_open++;
	return strbuf_check(&o->path, err);
}

/* A licence has to stay with what it is of. */
static bool must_stay(struct str what, struct str name)
{
	return str_is(what, "documentation") && str_has_prefix(name, STR("copyright"));
}

/* ---- shown files ---- */

static int see_tool(struct walk *w, const struct stack_path *p, const struct report_package *owner,
		    const struct tree_node *node, struct err *err)
{
	struct str what = build_tool_kind(owner->p.name);
	size_t layer = p->shown->layer;

	return waste_tally_add(&w->tally, what, layer, layer, p->path, node->size, 1, err);
}

static int see_copy(struct walk *w, const struct stack_path *p, const struct original *first,
		    uint64_t size, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 8);
	size_t layer = p->shown->layer;

	strbuf_add(&sb, p->path);
	strbuf_adds(&sb, " = ");
	tree_path(w->trees[first->layer], first->node, &sb);
	if (strbuf_check(&sb, err) < 0)
		return -(int)sb.error;
	return waste_tally_add(&w->tally, DUPLICATE, layer, layer, strbuf_str(&sb), size, 1, err);
}

static int see_content(struct walk *w, const struct stack_path *p, const struct tree_node *node,
		       const struct waste_content *c, struct err *err)
{
	const struct original key = {{c->hash[0], c->hash[1]}, node->size, 0, 0};
	const size_t key_bytes = offsetof(struct original, layer);
	const struct original *first = map_get(&w->originals, str_make(&key, key_bytes));
	size_t layer = p->shown->layer;
	struct original *copy;

	if (c->is_core)
		return waste_tally_add(&w->tally, CORE_FILES, layer, layer, p->path, node->size, 1,
				       err);
	if (first)
		return see_copy(w, p, first, node->size, err);
	if (w->originals.n == LIMIT_WASTE_CONTENTS) {
		w->is_partial = true;
		return 0;
	}
	copy = arena_alloc(&w->arena, sizeof *copy);
	if (!copy)
		return err_nomem(err);
	*copy = key;
	copy->layer = p->shown->layer;
	copy->node = p->shown->node;
	if (map_put(&w->originals, str_make(copy, key_bytes), copy) < 0)
		return err_nomem(err);
	return c->strippable ? waste_tally_add(&w->tally, UNSTRIPPED, layer, layer, p->path,
					       c->strippable, 1, err)
			     : 0;
}

static int see_file(struct walk *w, const struct stack_path *p, const struct tree_node *node,
		    struct err *err)
{
	const struct report_package *owner = build_tool_owner(&w->tools, p->path);
	struct layer_state *l = &w->layers[p->shown->layer];
	struct waste_content content;
	struct str what;

	l->shown_bytes += node->size;
	if (owner)
		return see_tool(w, p, owner, node, err);
	if (w->n_open) {
		if (must_stay(w->open[w->n_open - 1].what, p->name))
			return 0;
		l->open_bytes[w->n_open - 1] += node->size;
		l->open_files[w->n_open - 1]++;
		return 0;
	}
	what = left_over_of(&w->left_overs, p->path, p->name, false);
	if (what.p)
		return waste_tally_add(&w->tally, what, p->shown->layer, p->shown->layer, p->path,
				       node->size, 1, err);
	if (node->size >= WASTE_CONTENT_MIN &&
	    find_content(w, p->shown->layer, p->shown->node, &content))
		return see_content(w, p, node, &content, err);
	return 0;
}

static int see_shown(struct walk *w, const struct stack_path *p, struct err *err)
{
	const struct tree_node *node = tree_node(w->trees[p->shown->layer], p->shown->node);

	if (node->type == NODE_DIR)
		return enter_place(w, p, err);
	surface_see(&w->surface, p->path, p->name, node);
	if (node->type == NODE_HARDLINK && w->layers[p->shown->layer].targets)
		show_target(w, p->shown);
	return node->type == NODE_FILE ? see_file(w, p, node, err) : 0;
}

/* ---- the walk ---- */

static int see(void *context, const struct stack_path *p, struct err *err)
{
	struct walk *w = context;
	int r = leave_places(w, p->depth, err);

	if (r == 0 && w->efficiency.trees == w->trees)
		r = efficiency_see(&w->efficiency, p, err);
	for (size_t i = 0; i < p->n && r == 0; i++)
		if (!p->e[i].shows)
			r = see_hidden(w, p, i, err);
	return r == 0 && p->shown ? see_shown(w, p, err) : r;
}

static int see_efficiency(void *context, const struct stack_path *p, struct err *err)
{
	return efficiency_see(context, p, err);
}

/* dive knows nothing of links: where they move entries, it is asked of the layers as stored. */
static int walk_trees(struct walk *w, struct err *err)
{
	const struct merge *m = w->in->merge;
	bool moves = false;
	int r = 0;

	for (size_t i = 0; i < m->n && r == 0; i++) {
		moves |= merge_has_moves(m, i);
		r = m->trees[i] ? find_targets(m->trees[i], &w->layers[i]) : 0;
	}
	if (r < 0)
		return err_nomem(err);
	efficiency_init(&w->efficiency, moves ? m->stored : m->trees, m->n, w->report);
	r = stack_walk(m->trees, m->n, see, w, err);
	if (r == 0 && moves)
		r = stack_walk(m->stored, m->n, see_efficiency, &w->efficiency, err);
	return r < 0 ? r : leave_places(w, 0, err);
}

static void put_layers(struct walk *w)
{
	for (size_t i = 0; i < w->report->layers.n && i < w->in->merge->n; i++) {
		struct report_layer *l = vec_at(&w->report->layers, i);
		uint64_t shown = w->layers[i].shown_bytes;

		l->hidden_bytes = l->file_bytes > shown ? l->file_bytes - shown : 0;
	}
}

/* Names the packages whose files were found, each once. */
static int put_packages(struct walk *w, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < w->report->packages.n && r == 0; i++) {
		const struct report_package *p = vec_at(&w->report->packages, i);
		struct str what = build_tool_kind(p->p.name);

		if (what.p && p->p.files.n)
			r = waste_tally_package(&w->tally, what, p->layer_index, p->p.name, err);
	}
	return r;
}

/* Copies and symbols were looked for in all layers. */
static int cover_contents(struct walk *w, struct err *err)
{
	for (size_t i = 0; i < w->in->merge->n; i++)
		if (!w->in->contents || !w->in->contents[i].is_known)
			return 0;
	return report_add_coverage(w->report, STR("waste: content of large files"),
				   w->is_partial ? COVERAGE_PARTIAL : COVERAGE_ASSESSED,
				   w->is_partial ? STR("more files than waste_contents") : STR_NULL,
				   STR_NULL, w->originals.n) < 0
		       ? err_nomem(err)
		       : 0;
}

static int cover(struct walk *w, struct err *err)
{
	struct report *report = w->report;
	struct str reason = STR_NULL;

	for (size_t i = 0; i < report->layers.n && !reason.n; i++)
		if (!((const struct report_layer *)vec_at(&report->layers, i))->assessed)
			reason = STR("not all layers could be read");
	if (!reason.n && w->tally.n_unlisted)
		reason = STR("more sums than waste_items");
	if (report_add_coverage(report, STR("waste"),
				reason.n ? COVERAGE_PARTIAL : COVERAGE_ASSESSED, reason, STR_NULL,
				0) < 0)
		return err_nomem(err);
	return cover_contents(w, err);
}

static int measure(struct walk *w, struct err *err)
{
	int r = surface_init(&w->surface, w->report, err);

	if (r == 0)
		r = left_overs_init(&w->left_overs, err);
	if (r == 0)
		r = build_tools_init(&w->tools, w->report, err);
	if (r == 0)
		r = walk_trees(w, err);
	if (r == 0)
		r = settle_doubtful(w, err);
	if (r == 0)
		r = put_packages(w, err);
	if (r < 0)
		return r;
	put_layers(w);
	r = efficiency_finish(&w->efficiency, w->report, err);
	if (r == 0)
		r = surface_finish(&w->surface, err);
	if (r == 0)
		r = waste_tally_finish(&w->tally, w->report, err);
	return r < 0 ? r : cover(w, err);
}

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->in->merge->n && w->layers; i++) {
		free(w->layers[i].targets);
		free(w->layers[i].shown_targets);
	}
	free(w->layers);
	for (size_t i = 0; i < OPEN_MAX; i++)
		strbuf_done(&w->open[i].path);
	efficiency_done(&w->efficiency);
	surface_done(&w->surface);
	left_overs_done(&w->left_overs);
	build_tools_done(&w->tools);
	waste_tally_done(&w->tally);
	vec_done(&w->doubtful);
	map_done(&w->originals);
	arena_done(&w->arena);
}

int waste_measure(const struct waste_input *in, struct err *err)
{
	struct walk w = {.in = in, .trees = in->merge->trees, .report = in->report};
	int r;

	w.layers = calloc(in->merge->n + 1, sizeof *w.layers);
	/* Never more than the trees have together, whose limits are their own. */
	w.doubtful = (struct vec)VEC_INIT(struct doubtful, SIZE_MAX / sizeof(struct doubtful));
	for (size_t i = 0; i < OPEN_MAX; i++)
		w.open[i].path = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	map_init(&w.originals, LIMIT_WASTE_CONTENTS);
	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	waste_tally_init(&w.tally);
	r = w.layers ? measure(&w, err) : err_nomem(err);
	walk_done(&w);
	return r;
}
