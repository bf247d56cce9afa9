/* SPDX-License-Identifier: Apache-2.0 */
#include "image/view.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

/* The directories, top-down, that together are one directory of the merged tree. */
struct level {
	struct view_hit dirs[LIMIT_LAYERS];
	size_t n;
};

/* Finds name in the stacked directories; for a directory *below becomes its own stack. */
static bool step(const struct view *v, const struct level *at, struct str name, struct level *below,
		 struct view_hit *ret)
{
	bool found = false;

	below->n = 0;
	for (size_t i = 0; i < at->n; i++) {
		const struct tree *t = v->trees[at->dirs[i].layer];
		uint32_t child = tree_child(t, at->dirs[i].node, name);
		const struct tree_node *node;

		if (child == TREE_NONE)
			continue;
		node = tree_node(t, child);
		if (node->type == NODE_WHITEOUT)
			break;
		if (node->type != NODE_DIR && found)
			break; /* a directory above hides it */
		if (!found)
			*ret = (struct view_hit){at->dirs[i].layer, child};
		found = true;
		if (node->type != NODE_DIR)
			break;
		below->dirs[below->n++] = (struct view_hit){at->dirs[i].layer, child};
		if (node->flags & NODE_OPAQUE)
			break;
	}
	return found;
}

static void root_level(const struct view *v, struct level *ret)
{
	ret->n = 0;
	for (size_t i = v->n; i-- > 0 && ret->n < LIMIT_LAYERS;) {
		if (!v->trees[i])
			continue;
		ret->dirs[ret->n++] = (struct view_hit){i, TREE_ROOT};
		if (tree_node(v->trees[i], TREE_ROOT)->flags & NODE_OPAQUE)
			break;
	}
}

/* Whether r is no error; remembers for the view when it is one of memory. */
static bool is_fine(const struct view *v, int r)
{
	if (r == -ERR_NOMEM && v->no_memory)
		*v->no_memory = true;
	return r >= 0;
}

/* Whether another path of that length may be rewritten; stays past the limit once it is. */
static bool may_work(const struct view *v, size_t bytes)
{
	if (!v->link_work)
		return true;
	if (*v->link_work <= LIMIT_LINK_WORK_BYTES)
		*v->link_work += bytes;
	return *v->link_work <= LIMIT_LINK_WORK_BYTES;
}

/* target of the link at `at`, then `behind`, cleaned, into sb. */
static bool redirect(const struct view *v, struct str at, struct str target, struct str behind,
		     struct strbuf *sb)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 3);
	int r;

	if (target.n == 0 || target.p[0] != '/') {
		strbuf_add(&joined, path_dir(at));
		strbuf_addc(&joined, '/');
	}
	strbuf_add(&joined, target);
	strbuf_addc(&joined, '/');
	strbuf_add(&joined, behind);
	strbuf_reset(sb);
	if (!may_work(v, joined.n))
		return false;
	r = strbuf_check(&joined, NULL);
	if (r == 0)
		r = path_clean(strbuf_str(&joined), sb, NULL, NULL);
	return is_fine(v, r);
}

enum walk_result { WALK_NOT_FOUND, WALK_FOUND, WALK_REDIRECTED };

/* *ret_level: which of the levels is that of the directory found. */
static enum walk_result walk(const struct view *v, struct strbuf *path, enum view_last last,
			     struct level levels[2], struct view_hit *ret, size_t *ret_level)
{
	struct str whole = strbuf_str(path), rest = whole, name;
	size_t now = 0;

	root_level(v, &levels[0]);
	if (levels[0].n == 0)
		return WALK_NOT_FOUND;
	*ret = levels[0].dirs[0];
	while (str_pull_until(&rest, '/', &name)) {
		const struct tree *t;

		if (!step(v, &levels[now], name, &levels[!now], ret))
			return WALK_NOT_FOUND;
		t = v->trees[ret->layer];
		if (tree_node(t, ret->node)->type == NODE_SYMLINK &&
		    (rest.n || last == VIEW_FOLLOW)) {
			struct str at = str_make(whole.p, (size_t)(name.p + name.n - whole.p));

			return redirect(v, at, tree_link(t, ret->node), rest, path)
				       ? WALK_REDIRECTED
				       : WALK_NOT_FOUND;
		}
		now = !now;
	}
	*ret_level = now;
	return WALK_FOUND;
}

bool view_find(const struct view *v, struct str path, enum view_last last, struct view_hit *ret)
{
	CLEANUP(strbuf_done) struct strbuf current = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	CLEANUP(freep) struct level *levels = malloc(2 * sizeof *levels);
	enum walk_result r = WALK_REDIRECTED;
	size_t level;

	if (!is_fine(v, levels ? path_clean(path, &current, NULL, NULL) : -ERR_NOMEM))
		return false;
	for (int hops = 0; r == WALK_REDIRECTED && hops <= LIMIT_SYMLINK_HOPS; hops++)
		r = walk(v, &current, last, levels, ret, &level);
	return r == WALK_FOUND;
}

/* The path that a hard link names, and the layers in which it is to be found. */
static bool follow_hard_link(const struct view *v, const struct view_hit *link, struct view *ret,
			     struct strbuf *path)
{
	struct str target = tree_link(v->trees[link->layer], link->node);
	struct view_hit hit;

	strbuf_reset(path);
	if (!may_work(v, target.n) || !is_fine(v, path_clean(target, path, NULL, NULL)))
		return false;
	*ret = (struct view){v->trees, link->layer + 1, v->no_memory, v->link_work};
	/* A layer may link to a file and delete its old name: then it was one of a lower layer. */
	if (!view_find(ret, strbuf_str(path), VIEW_NO_FOLLOW, &hit) ||
	    (hit.layer == link->layer && hit.node == link->node))
		ret->n = link->layer;
	return true;
}

bool view_file(const struct view *v, struct str path, struct view_hit *ret)
{
	CLEANUP(strbuf_done) struct strbuf target = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct view seen = *v;

	strbuf_add(&target, path);
	for (int hops = 0; hops <= LIMIT_SYMLINK_HOPS; hops++) {
		struct view_hit hit;
		uint8_t type;

		if (!view_find(&seen, strbuf_str(&target), VIEW_FOLLOW, &hit))
			return false;
		type = tree_node(seen.trees[hit.layer], hit.node)->type;
		if (type == NODE_FILE) {
			*ret = hit;
			return true;
		}
		if (type != NODE_HARDLINK || !follow_hard_link(&seen, &hit, &seen, &target))
			return false;
	}
	return false;
}

/* A child of one of a level's directories. */
struct child {
	uint32_t at; /* which directory, 0 on top */
	uint32_t node;
};

struct level_names {
	const struct view *v;
	const struct level *at;
};

static struct str child_name(const struct level_names *names, const struct child *c)
{
	return tree_name(names->v->trees[names->at->dirs[c->at].layer], c->node);
}

/* By name, what is on top first. */
static int compare_children(const void *va, const void *vb, void *context)
{
	const struct child *a = va, *b = vb;
	int order = str_cmp(child_name(context, a), child_name(context, b));

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

/* All children of the level's directories; those of one name stand together. */
static struct child *list_children(const struct view *v, const struct level *at, size_t *ret_n)
{
	struct level_names names = {v, at};
	struct child *children;
	size_t n = 0;

	for (size_t i = 0; i < at->n; i++)
		n += tree_node(v->trees[at->dirs[i].layer], at->dirs[i].node)->n;
	children = reallocarray(NULL, n + 1, sizeof *children);
	*ret_n = n;
	n = 0;
	for (size_t i = 0; children && i < at->n; i++) {
		const struct tree *tree = v->trees[at->dirs[i].layer];
		const struct tree_node *dir = tree_node(tree, at->dirs[i].node);

		for (uint32_t c = 0; c < dir->n; c++)
			children[n++] = (struct child){(uint32_t)i, tree->order[dir->first + c]};
	}
	if (children && at->n > 1)
		qsort_r(children, n, sizeof *children, compare_children, &names);
	return children;
}

/* The first of the children that has not the name of those from `start`. */
static size_t name_end(const struct level_names *names, const struct child *children, size_t n,
		       size_t start)
{
	struct str name = child_name(names, &children[start]);
	size_t end = start + 1;

	while (end < n && str_eq(child_name(names, &children[end]), name))
		end++;
	return end;
}

static int list_level(const struct view *v, const struct level *at, view_name_fn *fn, void *context)
{
	struct level_names names = {v, at};
	size_t n;
	CLEANUP(freep) struct child *children = list_children(v, at, &n);
	int r = children ? 0 : -ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < n; i = name_end(&names, children, n, i)) {
		struct view_hit hit = {at->dirs[children[i].at].layer, children[i].node};

		if (tree_node(v->trees[hit.layer], hit.node)->type != NODE_WHITEOUT)
			r = fn(context, child_name(&names, &children[i]), &hit);
	}
	return r;
}

/* The stacked directories at the path, in *levels, which the caller frees; NULL: there are none. */
static struct level *find_level(const struct view *v, struct str dir, struct level **levels,
				bool *ret_no_memory)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	enum walk_result r = WALK_REDIRECTED;
	struct view_hit hit;
	size_t last = 0;

	*levels = malloc(2 * sizeof **levels);
	*ret_no_memory = !*levels;
	if (!*levels || path_clean(dir, &path, NULL, NULL) < 0)
		return NULL;
	for (int hops = 0; r == WALK_REDIRECTED && hops <= LIMIT_SYMLINK_HOPS; hops++)
		r = walk(v, &path, VIEW_FOLLOW, *levels, &hit, &last);
	return r == WALK_FOUND ? &(*levels)[last] : NULL;
}

int view_list(const struct view *v, struct str dir, view_name_fn *fn, void *context)
{
	CLEANUP(freep) struct level *levels = NULL;
	bool no_memory;
	const struct level *level = find_level(v, dir, &levels, &no_memory);

	return level ? list_level(v, level, fn, context) : 0;
}

/* Of all layers together, or of each. */
struct counting {
	const struct view *v;
	struct view_totals *totals;
	bool by_layer;
};

static bool count_level(const struct counting *c, const struct level *at);

static void count_file(const struct counting *c, size_t layer, const struct tree_node *file)
{
	struct view_totals *t = c->by_layer ? &c->totals[layer] : c->totals;

	t->n_files++;
	t->file_bytes += file->type == NODE_FILE ? file->size : 0;
}

/* The n children of one name, top-down: a file counts, directories are counted as one. */
static bool count_name(const struct counting *c, const struct level *at, const struct child *child,
		       size_t n)
{
	size_t first = at->dirs[child->at].layer;
	const struct tree_node *top = tree_node(c->v->trees[first], child->node);
	CLEANUP(freep) struct level *below = NULL;

	if (top->type == NODE_WHITEOUT)
		return true;
	if (top->type != NODE_DIR) {
		count_file(c, first, top);
		return true;
	}
	below = malloc(sizeof *below);
	if (!below)
		return false;
	below->n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t layer = at->dirs[child[i].at].layer;
		const struct tree_node *node = tree_node(c->v->trees[layer], child[i].node);

		if (node->type != NODE_DIR)
			break;
		below->dirs[below->n++] = (struct view_hit){layer, child[i].node};
		if (node->flags & NODE_OPAQUE)
			break;
	}
	return count_level(c, below);
}

/*
 * Sorted and not looked up name by name, so that many layers cost no more than their entries.
 * Recursion is bounded by LIMIT_PATH_DEPTH, which every path of a tree has passed.
 */
static bool count_level(const struct counting *c, const struct level *at)
{
	struct level_names names = {c->v, at};
	size_t n, end;
	CLEANUP(freep) struct child *children = list_children(c->v, at, &n);

	if (!children)
		return false;
	for (size_t i = 0; i < n; i = end) {
		end = name_end(&names, children, n, i);
		if (!count_name(c, at, children + i, end - i))
			return false;
	}
	return true;
}

bool view_count_below(const struct view *v, struct str dir, struct view_totals *ret)
{
	const struct counting c = {v, ret, true};
	CLEANUP(freep) struct level *levels = NULL;
	struct level *level;
	bool no_memory = false;

	memset(ret, 0, v->n * sizeof *ret);
	level = find_level(v, dir, &levels, &no_memory);
	return level ? count_level(&c, level) : !no_memory;
}

bool view_count(const struct view *v, struct view_totals *ret)
{
	CLEANUP(freep) struct level *root = malloc(sizeof *root);

	*ret = (struct view_totals){0};
	if (!root)
		return false;
	root_level(v, root);
	return count_level(&(struct counting){v, ret, false}, root);
}
