/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frozen form, native byte order (the cache's header tells a foreign one apart):
 *
 *     OFFSET              SIZE          DESCRIPTION
 *     0                   4             n_nodes
 *     4                   4             n_order
 *     8                   8             text_n
 *     16                  40 * n_nodes  struct tree_node
 *     ..                  4 * n_order   child lists
 *     ..                  text_n        names and link targets
 *     ..                  0-7           zero, to a multiple of 8
 */
#include "image/tree.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"

#define TEXT_BYTES_MAX ((size_t)UINT32_MAX)

_Static_assert(sizeof(struct tree_node) == 40, "the frozen form depends on it");

struct tree_builder {
	struct tree_node *nodes;
	uint32_t n_nodes, cap_nodes;
	uint32_t *slots;  /* hash of (parent, name) -> node + 1; 0 is free */
	uint32_t n_slots; /* a power of two */
	uint32_t n_hashed;
	struct strbuf text;
	struct strbuf path;	/* the entry being added, cleaned */
	struct strbuf last_dir; /* directory of the entry before, and its node */
	uint32_t last_dir_node;
	uint64_t link_work; /* bytes of paths rewritten to follow links */
	struct tree_stats stats;
};

static uint32_t new_node(struct tree_builder *b, uint32_t parent, struct str name, struct err *err)
{
	struct tree_node *n;

	if (b->n_nodes >= LIMIT_LAYER_ENTRIES) {
		err_set(err, ERR_LIMIT, "more than layer_entries (%d) files",
			(int)LIMIT_LAYER_ENTRIES);
		return TREE_NONE;
	}
	if (b->n_nodes == b->cap_nodes) {
		uint32_t cap = b->cap_nodes + b->cap_nodes / 2 + 64;
		struct tree_node *p = reallocarray(b->nodes, cap, sizeof *p);

		if (!p) {
			err_nomem(err);
			return TREE_NONE;
		}
		b->nodes = p;
		b->cap_nodes = cap;
	}
	n = &b->nodes[b->n_nodes];
	*n = (struct tree_node){
		.parent = parent, .name = (uint32_t)b->text.n, .name_n = (uint16_t)name.n};
	strbuf_add(&b->text, name);
	if (strbuf_check(&b->text, err) < 0)
		return TREE_NONE;
	return b->n_nodes++;
}

int tree_builder_new(struct tree_builder **ret, struct err *err)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = calloc(1, sizeof *b);

	if (!b)
		return err_nomem(err);
	b->text = (struct strbuf)STRBUF_INIT(TEXT_BYTES_MAX);
	b->path = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	b->last_dir = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	b->last_dir_node = TREE_NONE;
	b->n_slots = 256;
	b->slots = calloc(b->n_slots, sizeof *b->slots);
	if (!b->slots)
		return err_nomem(err);
	strbuf_addc(&b->text, '\0'); /* so that offset 0 means "no link" */
	if (new_node(b, TREE_ROOT, STR_NULL, err) == TREE_NONE)
		return -ERR_NOMEM;
	b->nodes[TREE_ROOT].flags = NODE_IMPLIED;
	*ret = TAKE(b);
	return 0;
}

void tree_builder_free(struct tree_builder *b)
{
	if (!b)
		return;
	free(b->nodes);
	free(b->slots);
	strbuf_done(&b->text);
	strbuf_done(&b->path);
	strbuf_done(&b->last_dir);
	free(b);
}

void tree_builder_freep(struct tree_builder **b)
{
	tree_builder_free(*b);
	*b = NULL;
}

static uint64_t hash_child(uint32_t parent, struct str name)
{
	return hash_bytes(name.p, name.n) ^ parent * 0x9e3779b97f4a7c15ULL;
}

static bool node_is(const struct tree_builder *b, uint32_t node, uint32_t parent, struct str name)
{
	const struct tree_node *n = &b->nodes[node];

	return n->parent == parent && n->name_n == name.n && node != TREE_ROOT &&
	       memcmp(b->text.p + n->name, name.p, name.n) == 0;
}

/* The slot that holds the child, or the free one where it belongs. */
static uint32_t *find_slot(const struct tree_builder *b, uint32_t parent, struct str name)
{
	uint32_t mask = b->n_slots - 1;

	for (uint32_t i = (uint32_t)hash_child(parent, name) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &b->slots[i];

		if (*slot == 0 || node_is(b, *slot - 1, parent, name))
			return slot;
	}
}

static int grow_slots(struct tree_builder *b, struct err *err)
{
	uint32_t *old = b->slots, n_old = b->n_slots;

	b->slots = calloc((size_t)n_old * 2, sizeof *b->slots);
	if (!b->slots) {
		b->slots = old;
		return err_nomem(err);
	}
	b->n_slots = n_old * 2;
	for (uint32_t i = 0; i < n_old; i++) {
		const struct tree_node *n;

		if (old[i] == 0)
			continue;
		n = &b->nodes[old[i] - 1];
		*find_slot(b, n->parent, str_make(b->text.p + n->name, n->name_n)) = old[i];
	}
	free(old);
	return 0;
}

static uint32_t builder_child(const struct tree_builder *b, uint32_t dir, struct str name)
{
	uint32_t slot = *find_slot(b, dir, name);

	return slot ? slot - 1 : TREE_NONE;
}

/* Makes (or replaces: the old node dies with its subtree) the child of that name. */
static uint32_t put_child(struct tree_builder *b, uint32_t dir, struct str name, struct err *err)
{
	uint32_t *slot, node;

	if ((b->n_hashed + 1) / 3 >= b->n_slots / 4 && grow_slots(b, err) < 0)
		return TREE_NONE;
	slot = find_slot(b, dir, name);
	node = new_node(b, dir, name, err);
	if (node == TREE_NONE)
		return TREE_NONE;
	if (*slot)
		b->nodes[*slot - 1].flags |= NODE_DEAD;
	else
		b->n_hashed++;
	*slot = node + 1;
	return node;
}

/* A chain of links costs its length for each path that runs through it, so all of them count. */
static int count_work(struct tree_builder *b, size_t bytes, struct err *err)
{
	if (bytes > LIMIT_LINK_WORK_BYTES - b->link_work)
		return err_set(err, ERR_LIMIT,
			       "following the links of this layer takes more than "
			       "link_work_bytes (%d)",
			       (int)LIMIT_LINK_WORK_BYTES);
	b->link_work += bytes;
	return 0;
}

/*
 * Puts the symlink's target and the rest of the path behind it into b->path, for another walk.
 * `at` is the path of the link itself.
 */
static int redirect(struct tree_builder *b, uint32_t link, struct str at, struct str rest,
		    struct err *err)
{
	const struct tree_node *n = &b->nodes[link];
	struct str target = str_make(b->text.p + n->link, n->link_n);
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 3);
	int r;

	if (target.n == 0 || target.p[0] != '/') {
		strbuf_add(&joined, path_dir(at));
		strbuf_addc(&joined, '/');
	}
	strbuf_add(&joined, target);
	strbuf_addc(&joined, '/');
	strbuf_add(&joined, rest);
	if (strbuf_check(&joined, err) < 0)
		return -(int)joined.error;
	r = count_work(b, joined.n, err);
	if (r < 0)
		return r;
	strbuf_reset(&b->path);
	return path_clean(strbuf_str(&joined), &b->path, NULL, err);
}

/*
 * One directory component; `behind` is what follows it in b->path. 1: *node is the directory;
 * 2: b->path was redirected, start again; or an error. Missing directories are implied when `make`.
 */
static int step_into(struct tree_builder *b, uint32_t *node, struct str part, struct str behind,
		     bool make, struct err *err)
{
	uint32_t child = builder_child(b, *node, part);
	uint8_t flags = NODE_IMPLIED;

	if (child != TREE_NONE && b->nodes[child].type == NODE_SYMLINK) {
		struct str at = str_make(b->path.p, (size_t)(part.p + part.n - b->path.p));
		int r = redirect(b, child, at, behind, err);

		return r < 0 ? r : 2;
	}
	if (child == TREE_NONE || b->nodes[child].type != NODE_DIR) {
		if (!make)
			return -ERR_NOT_FOUND;
		if (child != TREE_NONE) /* a file or whiteout that turns into a directory */
			flags |= NODE_OPAQUE;
		child = put_child(b, *node, part, err);
		if (child == TREE_NONE)
			return -ERR_LIMIT;
		b->nodes[child].flags = flags;
	}
	*node = child;
	return 1;
}

/* Walks the directories of b->path; *ret_name is its last component as it stands after redirects.
 */
static int walk_parents(struct tree_builder *b, bool make, uint32_t *ret_dir, struct str *ret_name,
			struct err *err)
{
	for (int hops = 0; hops <= LIMIT_SYMLINK_HOPS; hops++) {
		struct str path = strbuf_str(&b->path), dirs = path_dir(path), part;
		uint32_t node = TREE_ROOT;
		int r = 1;

		if (b->last_dir_node != TREE_NONE && str_eq(dirs, strbuf_str(&b->last_dir))) {
			node = b->last_dir_node;
			dirs = STR_NULL;
		}
		while (r == 1 && str_pull_until(&dirs, '/', &part)) {
			struct str behind = str_skip(path, (size_t)(part.p + part.n - path.p) + 1);

			r = step_into(b, &node, part, behind, make, err);
		}
		if (r < 0)
			return r;
		if (r == 1) {
			*ret_dir = node;
			*ret_name = path_base(path);
			return 0;
		}
	}
	return err_set(err, ERR_FORMAT, "more than symlink_hops (%d) symlinks in one path",
		       (int)LIMIT_SYMLINK_HOPS);
}

static int set_whiteout(struct tree_builder *b, uint32_t dir, struct str name, struct err *err)
{
	uint32_t node;

	b->stats.n_whiteouts++;
	if (str_is(name, ".wh..opq")) {
		b->nodes[dir].flags |= NODE_OPAQUE;
		return 0;
	}
	if (str_has_prefix(name, STR(".wh."))) /* aufs bookkeeping: .wh..wh.plnk, .wh..wh.aufs */
		return 0;
	if (name.n == 0 || str_is(name, ".") || str_is(name, ".."))
		return err_set(err, ERR_FORMAT, "whiteout of nothing (\".wh.%.*s\")",
			       STR_FMT(name));
	node = builder_child(b, dir, name);
	if (node == TREE_NONE) {
		node = put_child(b, dir, name, err);
		if (node == TREE_NONE)
			return -ERR_LIMIT;
		b->nodes[node].type = NODE_WHITEOUT;
	}
	b->nodes[node].flags |= NODE_OPAQUE;
	return 0;
}

static int check_link(const struct tree_entry *e, struct err *err)
{
	if (e->type == NODE_SYMLINK && e->link.n > LIMIT_LINK_BYTES)
		return err_set(err, ERR_LIMIT,
			       "symlink target of %zu bytes: more than link_bytes (%d)", e->link.n,
			       (int)LIMIT_LINK_BYTES);
	if (e->type == NODE_HARDLINK && e->link.n > UINT16_MAX)
		return err_set(err, ERR_LIMIT, "link target of %zu bytes: more than path_bytes",
			       e->link.n);
	return 0;
}

static int set_link(struct tree_builder *b, uint32_t node, struct str link, struct err *err)
{
	b->nodes[node].link = (uint32_t)b->text.n;
	b->nodes[node].link_n = (uint16_t)link.n;
	strbuf_add(&b->text, link);
	return strbuf_check(&b->text, err);
}

/* The node an entry describes: an existing directory stays, everything else is made anew. */
static uint32_t node_for(struct tree_builder *b, uint32_t dir, struct str name, enum node_type type,
			 struct err *err)
{
	uint32_t old = builder_child(b, dir, name), node;
	uint8_t keep = 0;

	if (old != TREE_NONE) {
		if (b->nodes[old].type == NODE_DIR && type == NODE_DIR)
			return old;
		keep = b->nodes[old].flags & NODE_OPAQUE;
	}
	node = put_child(b, dir, name, err);
	if (node != TREE_NONE)
		b->nodes[node].flags = keep;
	if (old != TREE_NONE)
		b->last_dir_node = TREE_NONE; /* it may have been the one that was replaced */
	return node;
}

static int add_at(struct tree_builder *b, const struct tree_entry *e, uint32_t dir, struct str name,
		  uint32_t *ret_node, struct err *err)
{
	uint32_t node;
	struct tree_node *n;
	int r;

	if (name.n > UINT16_MAX)
		return err_set(err, ERR_LIMIT, "name of %zu bytes: more than path_bytes", name.n);
	if (str_pull_prefix(&name, STR(".wh.")))
		return set_whiteout(b, dir, name, err);
	r = check_link(e, err);
	if (r < 0)
		return r;
	node = node_for(b, dir, name, e->type, err);
	if (node == TREE_NONE)
		return -ERR_LIMIT;
	n = &b->nodes[node];
	n->type = (uint8_t)e->type;
	n->flags &= (uint8_t)~NODE_IMPLIED;
	n->mode = (uint16_t)(e->mode & 07777);
	n->size = e->size;
	*ret_node = node;
	if (e->type == NODE_FILE) {
		b->stats.n_files++;
		b->stats.file_bytes += e->size;
	}
	return e->type == NODE_SYMLINK || e->type == NODE_HARDLINK ? set_link(b, node, e->link, err)
								   : 0;
}

int tree_add(struct tree_builder *b, const struct tree_entry *e, uint32_t *ret_node,
	     bool *ret_escaped, struct err *err)
{
	struct str name, dir_path;
	uint32_t dir;
	int r;

	*ret_node = TREE_NONE;
	b->stats.n_entries++;
	strbuf_reset(&b->path);
	r = path_clean(e->path, &b->path, ret_escaped, err);
	if (r < 0)
		return r;
	if (b->path.n == 0) { /* the root itself */
		b->nodes[TREE_ROOT].flags &= (uint8_t)~NODE_IMPLIED;
		b->nodes[TREE_ROOT].mode = (uint16_t)(e->mode & 07777);
		return 0;
	}
	r = walk_parents(b, true, &dir, &name, err);
	if (r < 0)
		return r;
	dir_path = path_dir(strbuf_str(&b->path));
	if (b->last_dir_node != dir || !str_eq(dir_path, strbuf_str(&b->last_dir))) {
		strbuf_reset(&b->last_dir);
		strbuf_add(&b->last_dir, dir_path);
		b->last_dir_node = b->last_dir.error ? TREE_NONE : dir;
	}
	return add_at(b, e, dir, name, ret_node, err);
}

uint32_t tree_builder_find(struct tree_builder *b, struct str path)
{
	struct err ignored; /* any failure means: not there */
	struct str name;
	uint32_t dir, node;

	b->last_dir_node = TREE_NONE;
	strbuf_reset(&b->path);
	if (path_clean(path, &b->path, NULL, &ignored) < 0)
		return TREE_NONE;
	for (int hops = 0; hops <= LIMIT_SYMLINK_HOPS; hops++) {
		CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);

		if (walk_parents(b, false, &dir, &name, &ignored) < 0)
			return TREE_NONE;
		node = builder_child(b, dir, name);
		if (node == TREE_NONE)
			return TREE_NONE;
		if (b->nodes[node].type == NODE_SYMLINK) {
			if (redirect(b, node, strbuf_str(&b->path), STR_NULL, &ignored) < 0)
				return TREE_NONE;
		} else if (b->nodes[node].type == NODE_HARDLINK) {
			const struct tree_node *n = &b->nodes[node];

			strbuf_add(&next, str_make(b->text.p + n->link, n->link_n));
			strbuf_reset(&b->path);
			if (count_work(b, next.n, &ignored) < 0 ||
			    path_clean(strbuf_str(&next), &b->path, NULL, &ignored) < 0)
				return TREE_NONE;
		} else {
			return node;
		}
	}
	return TREE_NONE;
}

void tree_builder_view(const struct tree_builder *b, struct tree *ret)
{
	*ret = (struct tree){
		.nodes = b->nodes, .n_nodes = b->n_nodes, .text = b->text.p, .text_n = b->text.n};
}

const struct tree_stats *tree_builder_stats(const struct tree_builder *b)
{
	return &b->stats;
}

bool tree_is_alive(const struct tree *t, uint32_t node)
{
	for (; node != TREE_ROOT; node = t->nodes[node].parent)
		if (t->nodes[node].flags & NODE_DEAD)
			return false;
	return true;
}

/* Fills `order`: counts children, gives each directory its range, places, sorts by name. */
static int compare_names(const void *va, const void *vb, void *context)
{
	const struct tree *t = context;

	return str_cmp(tree_name(t, *(const uint32_t *)va), tree_name(t, *(const uint32_t *)vb));
}

static uint32_t order_children(struct tree_builder *b, uint32_t *order)
{
	uint32_t total = 0;
	struct tree view;

	for (uint32_t i = 1; i < b->n_nodes; i++)
		if (!(b->nodes[i].flags & NODE_DEAD))
			b->nodes[b->nodes[i].parent].n++;
	for (uint32_t i = 0; i < b->n_nodes; i++) {
		b->nodes[i].first = total;
		total += b->nodes[i].n;
		b->nodes[i].n = 0;
	}
	for (uint32_t i = 1; i < b->n_nodes; i++) {
		struct tree_node *parent = &b->nodes[b->nodes[i].parent];

		if (!(b->nodes[i].flags & NODE_DEAD))
			order[parent->first + parent->n++] = i;
	}
	tree_builder_view(b, &view);
	for (uint32_t i = 0; i < b->n_nodes; i++)
		if (b->nodes[i].n > 1)
			qsort_r(order + b->nodes[i].first, b->nodes[i].n, sizeof *order,
				compare_names, &view);
	return total;
}

int tree_freeze(struct tree_builder *b, struct strbuf *sb, struct err *err)
{
	CLEANUP(freep) uint32_t *order = calloc(b->n_nodes, sizeof *order);
	uint32_t head[2];
	uint64_t text_n = b->text.n;

	if (!order)
		return err_nomem(err);
	free(b->slots); /* not needed any more, and large */
	b->slots = NULL;
	head[0] = b->n_nodes;
	head[1] = order_children(b, order);
	strbuf_add_bytes(sb, head, sizeof head);
	strbuf_add_bytes(sb, &text_n, sizeof text_n);
	strbuf_add_bytes(sb, b->nodes, b->n_nodes * sizeof *b->nodes);
	strbuf_add_bytes(sb, order, head[1] * sizeof *order);
	strbuf_add(sb, strbuf_str(&b->text));
	while (sb->n % 8 && sb->error == ERR_OK)
		strbuf_addc(sb, '\0');
	return strbuf_check(sb, err);
}

static bool node_is_sound(const struct tree *t, uint32_t i)
{
	const struct tree_node *n = &t->nodes[i];

	return (i == TREE_ROOT ? n->parent == TREE_ROOT : n->parent < i) &&
	       n->type <= NODE_WHITEOUT && n->name <= t->text_n &&
	       n->name_n <= t->text_n - n->name && n->link <= t->text_n &&
	       n->link_n <= t->text_n - n->link && n->first <= t->n_order &&
	       n->n <= t->n_order - n->first;
}

int tree_read(struct cursor *c, struct tree *ret, struct err *err)
{
	struct tree t = {0};
	uint32_t head[2];
	uint64_t text_n;
	struct str part = cursor_take(c, sizeof head);

	if (part.n)
		memcpy(head, part.p, sizeof head);
	part = cursor_take(c, sizeof text_n);
	if (c->failed)
		return err_set(err, ERR_FORMAT, "file tree cut short");
	memcpy(&text_n, part.p, sizeof text_n);
	t.n_nodes = head[0];
	t.n_order = head[1];
	t.text_n = text_n;
	t.nodes = (const void *)cursor_take(c, (size_t)t.n_nodes * sizeof *t.nodes).p;
	t.order = (const void *)cursor_take(c, (size_t)t.n_order * sizeof *t.order).p;
	t.text = cursor_take(c, t.text_n).p;
	(void)cursor_take(c, -c->at & 7);
	if (c->failed || t.n_nodes == 0 || (uintptr_t)t.nodes % _Alignof(struct tree_node))
		return err_set(err, ERR_FORMAT, "file tree cut short or misaligned");
	for (uint32_t i = 0; i < t.n_nodes; i++)
		if (!node_is_sound(&t, i))
			return err_set(err, ERR_FORMAT, "file tree: node %u is damaged", i);
	for (uint32_t i = 0; i < t.n_order; i++)
		if (t.order[i] >= t.n_nodes)
			return err_set(err, ERR_FORMAT, "file tree: child %u is damaged", i);
	*ret = t;
	return 0;
}

uint32_t tree_child(const struct tree *t, uint32_t dir, struct str name)
{
	const uint32_t *children = t->order + t->nodes[dir].first;
	uint32_t low = 0, high = t->nodes[dir].n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(tree_name(t, children[middle]), name);

		if (order == 0)
			return children[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return TREE_NONE;
}

void tree_path(const struct tree *t, uint32_t node, struct strbuf *sb)
{
	uint32_t chain[LIMIT_PATH_DEPTH + 1];
	size_t n = 0;

	for (; node != TREE_ROOT && n <= LIMIT_PATH_DEPTH; node = t->nodes[node].parent)
		chain[n++] = node;
	while (n--) {
		strbuf_add(sb, tree_name(t, chain[n]));
		if (n)
			strbuf_addc(sb, '/');
	}
}
