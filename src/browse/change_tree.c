/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories are put together one after the other, without recursion: a directory that waits
 * knows which directories of which layers lie on each other there, the layer's own first.
 */
#include "browse/change_tree.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

/* Directories that wait, from `from` on in the stack of places. */
struct waiting {
	uint32_t node;
	size_t from, n;
	bool removed; /* the layer removes all of it */
	bool hidden;  /* the layer hides what lower layers have there */
};

struct place {
	uint32_t layer, node;
};

/* A name in one of the directories. */
struct entry {
	struct str name;
	uint32_t order; /* of its directory among those that lie on each other: 0 is on top */
	struct place at;
};

struct builder {
	const struct merge *merge;
	size_t layer;
	enum change_scope scope;
	struct vec *nodes;  /* struct change_node */
	struct vec places;  /* struct place: the directories of those that wait */
	struct vec waiting; /* struct waiting, first in first out */
	struct vec entries; /* struct entry: of the directory at hand */
};

char change_letter(enum change c)
{
	switch (c) {
	case CHANGE_NONE:
		return ' ';
	case CHANGE_ADDED:
		return 'A';
	case CHANGE_MODIFIED:
		return 'M';
	case CHANGE_REMOVED:
		return 'D';
	}
	return ' ';
}

static const struct tree_node *node_of(const struct builder *b, struct place at)
{
	return tree_node(b->merge->trees[at.layer], at.node);
}

static int cmp_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = str_cmp(x->name, y->name);

	return r ? r : x->order < y->order ? -1 : x->order > y->order;
}

static bool gather_dir(struct builder *b, struct place dir, uint32_t order)
{
	const struct tree *t = b->merge->trees[dir.layer];
	const struct tree_node *d = tree_node(t, dir.node);

	for (uint32_t i = 0; i < d->n; i++) {
		uint32_t child = t->order[d->first + i];
		struct entry *e;

		if (tree_node(t, child)->flags & NODE_DEAD)
			continue;
		e = vec_push(&b->entries);
		if (!e)
			return false;
		*e = (struct entry){tree_name(t, child), order, {dir.layer, child}};
	}
	return true;
}

/* What of one name shows: in the layer itself, and below it. */
struct stack {
	const struct entry *own;   /* the layer's entry; NULL: it says nothing */
	const struct entry *below; /* what shows without the layer; NULL: nothing */
};

/* e[0..n) have one name, the topmost first. */
static struct stack look(const struct builder *b, const struct entry *e, size_t n)
{
	struct stack s = {0};
	size_t i = 0;

	if (e[0].at.layer == b->layer) {
		s.own = &e[0];
		i = 1;
	}
	if (i < n && node_of(b, e[i].at)->type != NODE_WHITEOUT)
		s.below = &e[i];
	return s;
}

/* Directories of one name that lie on each other, put on the stack of places. */
static int stack_dirs(struct builder *b, const struct entry *e, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct tree_node *t = node_of(b, e[i].at);
		struct place *p;

		if (t->type != NODE_DIR)
			break;
		p = vec_push(&b->places);
		if (!p)
			return -ERR_NOMEM;
		*p = e[i].at;
		++*ret_n;
		/* What an opaque directory of the layer hides is shown as removed by it. */
		if ((t->flags & NODE_OPAQUE) && e[i].at.layer != b->layer)
			break;
	}
	return 0;
}

static enum change change_of(const struct builder *b, const struct stack *s,
			     const struct waiting *dir)
{
	if (dir->removed)
		return CHANGE_REMOVED;
	if (!s->own)
		return dir->hidden ? CHANGE_REMOVED : CHANGE_NONE;
	if (node_of(b, s->own->at)->type == NODE_WHITEOUT)
		return CHANGE_REMOVED;
	if (!s->below)
		return CHANGE_ADDED;
	/* A directory is told by what is in it. */
	return node_of(b, s->own->at)->type == NODE_DIR &&
			       node_of(b, s->below->at)->type == NODE_DIR
		       ? CHANGE_NONE
		       : CHANGE_MODIFIED;
}

static int add_node(struct builder *b, uint32_t parent, const struct entry *e, enum change change,
		    uint32_t *ret)
{
	const struct tree *t = b->merge->trees[e->at.layer];
	const struct tree_node *from = tree_node(t, e->at.node);
	struct change_node *node = vec_push(b->nodes);

	if (!node)
		return -ERR_NOMEM;
	*node = (struct change_node){.name = e->name,
				     .parent = parent,
				     .layer = e->at.layer,
				     .n_files = from->type != NODE_DIR,
				     .size = from->type == NODE_FILE ? from->size : 0,
				     .type = from->type,
				     .change = (uint8_t)change,
				     .has_changes = change != CHANGE_NONE};
	if (from->type == NODE_SYMLINK || from->type == NODE_HARDLINK)
		node->link = tree_link(t, e->at.node);
	*ret = (uint32_t)(b->nodes->n - 1);
	return 0;
}

static int wait_for(struct builder *b, const struct waiting *dir)
{
	struct waiting *w = vec_push(&b->waiting);

	if (!w)
		return -ERR_NOMEM;
	*w = *dir;
	return 0;
}

/* One name: its node, if it shows or showed, and the directory behind it if it is one. */
static int add_name(struct builder *b, const struct waiting *dir, const struct entry *e, size_t n)
{
	struct stack s = look(b, e, n);
	enum change change = change_of(b, &s, dir);
	bool whiteout = s.own && node_of(b, s.own->at)->type == NODE_WHITEOUT;
	const struct entry *shown = s.own && !whiteout ? s.own : s.below;
	struct waiting next = {
		.from = b->places.n, .removed = change == CHANGE_REMOVED, .hidden = dir->hidden};
	int r;

	if (!shown)
		return 0; /* a whiteout of nothing, or one below */
	if (b->scope == CHANGES_OF_LAYER && change == CHANGE_NONE && !s.own)
		return 0;
	r = add_node(b, dir->node, shown, change, &next.node);
	if (r < 0 || node_of(b, shown->at)->type != NODE_DIR)
		return r;
	r = stack_dirs(b, shown, n - (size_t)(shown - e), &next.n);
	return r < 0 ? r : wait_for(b, &next);
}

static int add_directory(struct builder *b, struct waiting *dir)
{
	struct change_node *nodes = b->nodes->p;
	const struct entry *e;
	int r = 0;

	nodes[dir->node].first = (uint32_t)b->nodes->n;
	vec_cut(&b->entries, 0);
	for (size_t i = 0; i < dir->n; i++) {
		const struct place *p = vec_at(&b->places, dir->from + i);

		if (p->layer == b->layer && (node_of(b, *p)->flags & NODE_OPAQUE))
			dir->hidden = true;
		if (!gather_dir(b, *p, (uint32_t)i))
			return -ERR_NOMEM;
	}
	vec_sort(&b->entries, cmp_entries);
	e = b->entries.p;
	for (size_t i = 0, n; i < b->entries.n && r == 0; i += n) {
		for (n = 1; i + n < b->entries.n && str_eq(e[i].name, e[i + n].name); n++)
			continue;
		r = add_name(b, dir, e + i, n);
	}
	nodes = b->nodes->p; /* it may have moved */
	nodes[dir->node].n = (uint32_t)b->nodes->n - nodes[dir->node].first;
	return r;
}

static int add_root(struct builder *b)
{
	struct change_node *root = vec_push(b->nodes);
	size_t n = 0;

	if (!root)
		return -ERR_NOMEM;
	root->type = NODE_DIR;
	for (size_t i = b->layer + 1; i-- > 0;) {
		struct place *p;

		if (!b->merge->trees[i])
			continue;
		p = vec_push(&b->places);
		if (!p)
			return -ERR_NOMEM;
		*p = (struct place){(uint32_t)i, TREE_ROOT};
		n++;
		if (i < b->layer && (tree_node(b->merge->trees[i], TREE_ROOT)->flags & NODE_OPAQUE))
			break;
	}
	return wait_for(b, &(struct waiting){.n = n});
}

static void count(struct change_tree *t, const struct change_node *n)
{
	if (n->type == NODE_DIR)
		return;
	t->totals.n[n->change]++;
	t->totals.bytes[n->change] += n->size;
}

/* Children stand behind their directory: what is below is summed up from the end. */
static void sum_sizes(struct change_tree *t, enum change_scope scope)
{
	for (uint32_t i = t->n_nodes; i-- > 1;) {
		struct change_node *n = &t->nodes[i], *up = &t->nodes[n->parent];

		count(t, n);
		up->has_changes |= n->has_changes;
		/* The whole tree is as large as what shows. */
		if (scope == CHANGES_IN_ALL && n->change == CHANGE_REMOVED &&
		    up->change != CHANGE_REMOVED)
			continue;
		up->n_files += n->n_files;
		if (__builtin_add_overflow(up->size, n->size, &up->size))
			up->size = UINT64_MAX;
	}
	for (uint32_t i = 1; i < t->n_nodes; i++) {
		struct change_node *n = &t->nodes[i];

		if (n->type == NODE_DIR && n->change == CHANGE_NONE && n->has_changes)
			n->change = CHANGE_MODIFIED;
	}
}

int change_tree_make(const struct merge *merge, size_t layer, enum change_scope scope,
		     struct change_tree *ret, struct err *err)
{
	struct change_tree t = {.all = VEC_INIT(struct change_node, LIMIT_LAYER_ENTRIES)};
	struct builder b = {.merge = merge,
			    .layer = layer,
			    .scope = scope,
			    .nodes = &t.all,
			    .places = VEC_INIT(struct place, LIMIT_LAYER_ENTRIES * 4),
			    .waiting = VEC_INIT(struct waiting, LIMIT_LAYER_ENTRIES),
			    .entries = VEC_INIT(struct entry, LIMIT_LAYER_ENTRIES * 4)};
	int r = add_root(&b);

	if (!merge->trees[layer] && scope == CHANGES_OF_LAYER)
		vec_cut(&b.waiting, 0);
	for (size_t i = 0; i < b.waiting.n && r == 0; i++) {
		struct waiting dir = *(const struct waiting *)vec_at(&b.waiting, i);

		r = add_directory(&b, &dir);
	}
	vec_done(&b.places);
	vec_done(&b.waiting);
	vec_done(&b.entries);
	t.nodes = t.all.p;
	t.n_nodes = (uint32_t)t.all.n;
	if (r < 0) {
		r = t.all.n >= LIMIT_LAYER_ENTRIES
			    ? err_set(err, ERR_LIMIT, "layer %zu: more than layer_entries files",
				      layer + 1)
			    : err_nomem(err);
		change_tree_done(&t);
		return r;
	}
	sum_sizes(&t, scope);
	*ret = t;
	return 0;
}

void change_tree_done(struct change_tree *t)
{
	vec_done(&t->all);
	*t = (struct change_tree){0};
}

static uint32_t child_of(const struct change_tree *t, uint32_t dir, struct str name)
{
	uint32_t low = t->nodes[dir].first, high = low + t->nodes[dir].n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int r = str_cmp(t->nodes[middle].name, name);

		if (r == 0)
			return middle;
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return TREE_NONE;
}

uint32_t change_tree_find(const struct change_tree *t, struct str path)
{
	uint32_t at = 0;
	struct str name;

	while (at != TREE_NONE && str_pull_until(&path, '/', &name))
		if (name.n)
			at = child_of(t, at, name);
	return at;
}

void change_tree_mark(struct change_tree *t, struct str path, size_t of_layer, uint32_t n,
		      enum severity worst)
{
	uint32_t at = change_tree_find(t, path);
	struct change_node *node;

	if (at == TREE_NONE || at == 0)
		return;
	node = &t->nodes[at];
	if (of_layer != SIZE_MAX && node->layer != of_layer && node->type != NODE_DIR)
		return;
	if (__builtin_add_overflow(node->n_findings, n, &node->n_findings))
		node->n_findings = UINT32_MAX;
	if (worst > node->worst)
		node->worst = (uint8_t)worst;
}

void change_tree_sum(struct change_tree *t)
{
	for (uint32_t i = t->n_nodes; i-- > 1;) {
		struct change_node *n = &t->nodes[i], *up = &t->nodes[n->parent];

		n->n_marked += n->n_findings > 0;
		up->n_marked += n->n_marked;
		if (n->worst > up->worst)
			up->worst = n->worst;
	}
}

void change_tree_path(const struct change_tree *t, uint32_t node, struct strbuf *sb)
{
	uint32_t chain[LIMIT_PATH_DEPTH + 1];
	size_t n = 0;

	for (uint32_t at = node; at != 0 && n < ARRAY_LEN(chain); at = t->nodes[at].parent)
		chain[n++] = at;
	while (n-- > 0) {
		strbuf_add(sb, t->nodes[chain[n]].name);
		if (n)
			strbuf_addc(sb, '/');
	}
}
