/* SPDX-License-Identifier: Apache-2.0 */
#include "image/merge.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/vec.h"

/* A node of the tree made anew and the one it was made of. */
struct origin {
	uint32_t node, stored;
};

struct merged_layer {
	struct arena arena; /* of the moves */
	struct map moves;   /* directory as stored -> struct str *, where it shows */
	struct strbuf bytes;
	struct tree tree;
	uint32_t *origin; /* by node of tree; TREE_NONE: implied */
};

/* The search for implied directories that a symlink below stands for. */
struct search {
	struct merge *m;
	struct merged_layer *layer;
	const struct tree *tree;
	struct view below;
	struct strbuf from, to; /* of the directory at hand */
	struct strbuf above;	/* where the directories on the way down show, one behind another */
};

static bool has_implied(const struct tree *t)
{
	for (uint32_t i = 1; i < t->n_nodes; i++)
		if ((t->nodes[i].flags & (NODE_IMPLIED | NODE_OPAQUE | NODE_DEAD)) == NODE_IMPLIED)
			return true;
	return false;
}

static int add_move(struct search *s)
{
	struct str *to = arena_alloc(&s->layer->arena, sizeof *to);
	struct str from = arena_str(&s->layer->arena, strbuf_str(&s->from));

	if (!to || !from.p)
		return -ERR_NOMEM;
	*to = arena_str(&s->layer->arena, strbuf_str(&s->to));
	return to->p ? map_put(&s->layer->moves, from, to) : -ERR_NOMEM;
}

/* Goes on at the directory that the symlink at s->to leads to; 0: it leads to none. */
static int follow(struct search *s)
{
	struct view_hit hit;
	int r;

	if (!view_find(&s->below, strbuf_str(&s->to), VIEW_FOLLOW, &hit) ||
	    tree_node(s->below.trees[hit.layer], hit.node)->type != NODE_DIR)
		return 0;
	strbuf_reset(&s->to);
	tree_path(s->below.trees[hit.layer], hit.node, &s->to);
	r = add_move(s);
	return r < 0 ? r : 1;
}

static int search_directory(struct search *s, uint32_t dir, bool top);

static int search_child(struct search *s, uint32_t child)
{
	const struct tree_node *node = tree_node(s->tree, child);
	struct view_hit hit;
	uint8_t type;
	int r = 1;

	if (node->type != NODE_DIR || (node->flags & NODE_OPAQUE) ||
	    !view_find(&s->below, strbuf_str(&s->to), VIEW_NO_FOLLOW, &hit))
		return 0;
	type = tree_node(s->below.trees[hit.layer], hit.node)->type;
	if (type == NODE_SYMLINK && (node->flags & NODE_IMPLIED))
		r = follow(s);
	else if (type != NODE_DIR)
		r = 0;
	return r > 0 ? search_directory(s, child, false) : r;
}

/* Recursion is bounded by LIMIT_PATH_DEPTH, which every path of a tree has passed. */
static int search_directory(struct search *s, uint32_t dir, bool top)
{
	const struct tree_node *node = tree_node(s->tree, dir);
	size_t from_n = s->from.n, at = s->above.n, n = s->to.n;
	int r;

	strbuf_add(&s->above, strbuf_str(&s->to));
	r = s->above.error ? -ERR_NOMEM : 0;
	for (uint32_t i = 0; i < node->n && r >= 0; i++) {
		uint32_t child = s->tree->order[node->first + i];
		struct str name = tree_name(s->tree, child);
		struct str here = str_sub(strbuf_str(&s->above), at, n);

		if (tree_node(s->tree, child)->type != NODE_DIR)
			continue;
		strbuf_reset(&s->to);
		strbuf_addf(&s->to, "%.*s%s%.*s", STR_FMT(here), n ? "/" : "", STR_FMT(name));
		strbuf_addf(&s->from, "%s%.*s", top ? "" : "/", STR_FMT(name));
		r = s->to.error || s->from.error ? -ERR_NOMEM : search_child(s, child);
		s->from.n = from_n;
	}
	s->above.n = at;
	return r < 0 ? r : 0;
}

/* Where the innermost moved directory above path shows, and the path below it; else NULL. */
static const struct str *moved(const struct merged_layer *l, struct str path, struct str *ret_rest)
{
	for (struct str dir = path_dir(path); dir.n; dir = path_dir(dir)) {
		const struct str *to = map_get(&l->moves, dir);

		if (!to)
			continue;
		*ret_rest = str_skip(path, dir.n + 1);
		return to;
	}
	*ret_rest = path;
	return NULL;
}

/* The entry that the stored node was made of; whiteouts get their prefix back. */
static void entry_of(const struct merged_layer *l, const struct tree *t, uint32_t i,
		     struct strbuf *path, struct strbuf *full)
{
	const struct str *to;
	struct str rest;

	strbuf_reset(path);
	strbuf_reset(full);
	if (t->nodes[i].type == NODE_WHITEOUT) {
		tree_path(t, t->nodes[i].parent, path);
		strbuf_addf(path, "%s.wh.%.*s", path->n ? "/" : "", STR_FMT(tree_name(t, i)));
	} else {
		tree_path(t, i, path);
	}
	to = moved(l, strbuf_str(path), &rest);
	if (to)
		strbuf_addf(full, "%.*s/", STR_FMT(*to));
	strbuf_add(full, rest);
}

static int add_opaque(struct tree_builder *b, struct strbuf *path, bool is_dir, struct err *err)
{
	struct tree_entry e = {.type = NODE_FILE};
	CLEANUP(strbuf_done) struct strbuf marker = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str dir, name;
	uint32_t unused;

	if (is_dir)
		strbuf_addf(&marker, "%.*s/.wh..wh..opq", STR_FMT(strbuf_str(path)));
	else if (str_rcut(strbuf_str(path), '/', &dir, &name))
		strbuf_addf(&marker, "%.*s/.wh.%.*s", STR_FMT(dir), STR_FMT(name));
	e.path = strbuf_str(&marker);
	return tree_add(b, &e, &unused, NULL, err);
}

/* In the order of the archive, so that a later entry still replaces an earlier one. */
static int rebuild_nodes(struct merged_layer *l, const struct tree *t, struct tree_builder *b,
			 struct vec *origins, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	CLEANUP(strbuf_done) struct strbuf full = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 8);
	int r = 0;

	for (uint32_t i = 1; i < t->n_nodes && r == 0; i++) {
		const struct tree_node *n = tree_node(t, i);
		struct tree_entry e = {.type = (enum node_type)n->type,
				       .link = tree_link(t, i),
				       .size = n->size,
				       .mode = n->mode};
		uint32_t node = TREE_NONE;
		struct origin *origin;

		if (!tree_is_alive(t, i))
			continue;
		entry_of(l, t, i, &path, &full);
		e.path = strbuf_str(&full);
		if (full.error || path.error)
			return err_nomem(err);
		if (!(n->flags & NODE_IMPLIED))
			r = tree_add(b, &e, &node, NULL, err);
		if (r == 0 && (n->flags & NODE_OPAQUE) && n->type != NODE_WHITEOUT)
			r = add_opaque(b, &full, n->type == NODE_DIR, err);
		if (r < 0 || node == TREE_NONE)
			continue;
		origin = vec_push(origins);
		if (!origin)
			return err_nomem(err);
		*origin = (struct origin){node, i};
	}
	return r;
}

static int rebuild(struct merged_layer *l, const struct tree *stored, struct err *err)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct vec origins = VEC_INIT(struct origin, LIMIT_LAYER_ENTRIES);
	struct cursor c;
	int r = tree_builder_new(&b, err);

	if (r == 0)
		r = rebuild_nodes(l, stored, b, &origins, err);
	l->bytes = (struct strbuf)STRBUF_INIT(LIMIT_RECORD_BYTES);
	if (r == 0)
		r = tree_freeze(b, &l->bytes, err);
	c = cursor_make(strbuf_str(&l->bytes));
	if (r == 0)
		r = tree_read(&c, &l->tree, err);
	if (r == 0) {
		l->origin = malloc(l->tree.n_nodes * sizeof *l->origin);
		r = l->origin ? 0 : err_nomem(err);
	}
	for (uint32_t i = 0; r == 0 && i < l->tree.n_nodes; i++)
		l->origin[i] = i == TREE_ROOT ? TREE_ROOT : TREE_NONE;
	for (size_t i = 0; r == 0 && i < origins.n; i++) {
		const struct origin *o = vec_at(&origins, i);

		l->origin[o->node] = o->stored;
	}
	vec_done(&origins);
	return r;
}

static int merge_layer(struct merge *m, size_t i, struct err *err)
{
	struct merged_layer *l = &m->layers[i];
	struct search s = {.m = m,
			   .layer = l,
			   .tree = m->stored[i],
			   .below = {.trees = m->trees, .n = i, .link_work = m->link_work},
			   .from = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4),
			   .to = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4),
			   .above = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * LIMIT_PATH_DEPTH * 2)};
	int r = search_directory(&s, TREE_ROOT, true);

	strbuf_done(&s.from);
	strbuf_done(&s.to);
	strbuf_done(&s.above);
	if (r < 0)
		return err_nomem(err);
	if (l->moves.n == 0)
		return 0;
	r = rebuild(l, m->stored[i], err);
	if (r == 0)
		m->trees[i] = &l->tree;
	else if (r != -ERR_NOMEM) { /* too deep or long where it leads: stays as it is stored */
		map_done(&l->moves);
		map_init(&l->moves, LIMIT_LAYER_ENTRIES);
		m->n_unmoved++;
	}
	return r == -ERR_NOMEM ? r : 0;
}

int merge_init(struct merge *m, const struct tree *const *trees, size_t n, struct err *err)
{
	int r = 0;

	*m = (struct merge){.stored = trees, .n = n};
	m->trees = calloc(n + 1, sizeof *m->trees);
	m->layers = calloc(n + 1, sizeof *m->layers);
	m->link_work = calloc(1, sizeof *m->link_work);
	if (!m->trees || !m->layers || !m->link_work) {
		merge_done(m);
		return err_nomem(err);
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		arena_init(&m->layers[i].arena, LIMIT_ARENA_BYTES);
		map_init(&m->layers[i].moves, LIMIT_LAYER_ENTRIES);
		m->trees[i] = trees[i];
		if (i > 0 && trees[i] && has_implied(trees[i]))
			r = merge_layer(m, i, err);
	}
	if (r < 0)
		merge_done(m);
	return r;
}

void merge_done(struct merge *m)
{
	for (size_t i = 0; m->layers && i < m->n; i++) {
		arena_done(&m->layers[i].arena);
		map_done(&m->layers[i].moves);
		strbuf_done(&m->layers[i].bytes);
		free(m->layers[i].origin);
	}
	free(m->layers);
	free(m->trees);
	free(m->link_work);
	*m = (struct merge){0};
}

bool merge_is_tired(const struct merge *m)
{
	return *m->link_work > LIMIT_LINK_WORK_BYTES;
}

bool merge_has_moves(const struct merge *m, size_t layer)
{
	return m->layers[layer].moves.n > 0;
}

struct str merge_path(const struct merge *m, size_t layer, struct str path, struct arena *a)
{
	struct str rest;
	const struct str *to = moved(&m->layers[layer], path, &rest);

	if (!to)
		return path;
	return arena_strf(a, "%.*s%s%.*s", STR_FMT(*to), to->n ? "/" : "", STR_FMT(rest));
}

uint32_t merge_origin(const struct merge *m, size_t layer, uint32_t node)
{
	const struct merged_layer *l = &m->layers[layer];

	return merge_has_moves(m, layer) ? l->origin[node] : node;
}

void merge_stored(const struct merge *m, size_t layer, uint32_t node, struct strbuf *sb)
{
	uint32_t stored = merge_origin(m, layer, node);

	if (stored == TREE_NONE)
		tree_path(m->trees[layer], node, sb);
	else
		tree_path(m->stored[layer], stored, sb);
}
