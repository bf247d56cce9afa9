/* SPDX-License-Identifier: Apache-2.0 */
/* The tree in memory and how paths are followed in it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "patch/root_tree.h"

int root_new(int dir_fd, struct root **ret, struct err *err)
{
	CLEANUP(root_freep) struct root *root = calloc(1, sizeof *root);

	if (!root)
		return err_nomem(err);
	root->dir_fd = dir_fd;
	root->near_fd = -1;
	arena_init(&root->arena, LIMIT_PATCH_TREE_BYTES);
	map_init(&root->nodes, LIMIT_PATCH_ENTRIES);
	root->top = root_node_make(root, STR(""), err);
	if (!root->top)
		return -ERR_NOMEM;
	root->top->entry = (struct tar_entry){.type = TAR_DIR, .mode = 0755};
	root->top->is_there = root->top->is_on_disk = true;
	*ret = TAKE(root);
	return 0;
}

void root_free(struct root *root)
{
	if (!root)
		return;
	fd_closep(&root->near_fd);
	map_done(&root->nodes);
	arena_done(&root->arena);
	free(root);
}

void root_freep(struct root **root)
{
	root_free(*root);
	*root = NULL;
}

struct root_node *root_node_find(const struct root *root, struct str path)
{
	return map_get(&root->nodes, path);
}

struct root_node *root_node_make(struct root *root, struct str path, struct err *err)
{
	struct root_node *node = root_node_find(root, path);

	if (node)
		return node;
	node = arena_alloc(&root->arena, sizeof *node);
	if (node)
		node->path = arena_str(&root->arena, path);
	if (!node || !node->path.p) {
		err_set(err, ERR_LIMIT, "the tree needs more than patch_tree_bytes (%lld)",
			(long long)LIMIT_PATCH_TREE_BYTES);
		return NULL;
	}
	if (map_put(&root->nodes, node->path, node) < 0) {
		err_set(err, ERR_LIMIT, "more than patch_entries (%lld) files",
			(long long)LIMIT_PATCH_ENTRIES);
		return NULL;
	}
	if (path.n) {
		node->parent = root_node_find(root, path_dir(path));
		node->next = node->parent->child;
		node->parent->child = node;
	}
	return node;
}

/* ---- the disk ---- */

static int open_beneath(const struct root *root, struct str path, int flags, struct err *err)
{
	struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
	int fd = (int)syscall(SYS_openat2, root->dir_fd, path.n ? path.p : ".", &how, sizeof how);

	return fd < 0 ? err_errno(err, errno, "open %.*s", STR_FMT(str_sub(path, 0, 200))) : fd;
}

int root_folder(struct root *root, const struct root_node *node, struct err *err)
{
	if (root->near == node->parent && root->near_fd >= 0)
		return root->near_fd;
	fd_closep(&root->near_fd);
	root->near = NULL;
	root->near_fd = open_beneath(root, node->parent->path, O_PATH | O_DIRECTORY, err);
	if (root->near_fd >= 0)
		root->near = node->parent;
	return root->near_fd;
}

int root_read_disk(struct root *root, struct root_node *node, struct err *err)
{
	int fd = node->parent ? root_folder(root, node, err) : root->dir_fd;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstatat(fd, node->parent ? root_name(node) : "", &st,
		    AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return err_errno(err, errno, "%s", node->path.p);
	node->disk = (struct root_disk){.ino = st.st_ino,
					.uid = st.st_uid,
					.gid = st.st_gid,
					.mode = st.st_mode,
					.changed = st.st_ctim.tv_sec,
					.changed_ns = (uint32_t)st.st_ctim.tv_nsec};
	return 0;
}

static int drop_one(struct root *root, struct root_node *node, struct err *err)
{
	bool is_dir = node->entry.type == TAR_DIR;
	int fd = node->is_on_disk ? root_folder(root, node, err) : 0;

	if (fd < 0)
		return fd;
	if (root->near == node) { /* a folder that is about to go */
		fd_closep(&root->near_fd);
		root->near = NULL;
	}
	if (node->is_on_disk && unlinkat(fd, root_name(node), is_dir ? AT_REMOVEDIR : 0) < 0 &&
	    errno != ENOENT)
		return err_errno(err, errno, "remove %s", node->path.p);
	node->is_there = node->is_on_disk = false;
	root_touch(root, node);
	return 0;
}

int root_drop(struct root *root, struct root_node *node, struct err *err)
{
	int r = 0;

	for (struct root_node *c = node->child; c && r == 0; c = c->next)
		if (c->is_there)
			r = root_drop(root, c, err);
	return r == 0 ? drop_one(root, node, err) : r;
}

int root_make_folder(struct root *root, struct root_node *node, struct err *err)
{
	int fd = root_folder(root, node, err);

	if (fd < 0)
		return fd;
	if (mkdirat(fd, root_name(node), 0755) < 0)
		return err_errno(err, errno, "create %s", node->path.p);
	node->entry = (struct tar_entry){.path = node->path, .type = TAR_DIR, .mode = 0755};
	node->attributes = NULL;
	node->n_attributes = 0;
	node->is_there = node->is_on_disk = true;
	node->layer = 0;
	root_touch(root, node);
	return 0;
}

/* ---- paths ---- */

struct walk {
	struct root *root;
	struct strbuf left; /* still to be followed */
	size_t at;	    /* in it */
	struct root_node *node;
	unsigned hops;
	bool follow, make;
};

static int follow_link(struct walk *w, const struct root_node *node, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (++w->hops > LIMIT_SYMLINK_HOPS)
		return err_set(err, ERR_FORMAT, "%s: a loop of symlinks", node->path.p);
	strbuf_add(&next, node->entry.link);
	strbuf_addc(&next, '/');
	strbuf_add(&next, str_skip(strbuf_str(&w->left), w->at));
	if (strbuf_check(&next, NULL) < 0)
		return err_set(err, ERR_LIMIT, "%s: longer than path_bytes (%d)", node->path.p,
			       LIMIT_PATH_BYTES);
	w->node = str_has_prefix(node->entry.link, STR("/")) ? w->root->top : node->parent;
	strbuf_done(&w->left);
	w->left = next;
	next = (struct strbuf)STRBUF_INIT(0);
	w->at = 0;
	return 0;
}

static bool at_end(const struct walk *w)
{
	struct str rest = str_skip(strbuf_str(&w->left), w->at);

	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '/')
			return false;
	return true;
}

/* One name further; w->node is a directory. */
static int step(struct walk *w, struct str name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct root_node *node = NULL;

	strbuf_add(&path, w->node->path);
	if (path.n)
		strbuf_addc(&path, '/');
	strbuf_add(&path, name);
	if (strbuf_check(&path, err) < 0)
		return err_set(err, ERR_LIMIT, "longer than path_bytes (%d)", LIMIT_PATH_BYTES);
	node = w->make ? root_node_make(w->root, strbuf_str(&path), err)
		       : root_node_find(w->root, strbuf_str(&path));
	if (!node)
		return w->make ? -ERR_LIMIT
			       : err_set(err, ERR_NOT_FOUND, "%s: no such file",
					 strbuf_cstr(&path));
	if (node->is_there && node->entry.type == TAR_SYMLINK && (!at_end(w) || w->follow))
		return follow_link(w, node, err);
	if (at_end(w) || (node->is_there && node->entry.type == TAR_DIR)) {
		w->node = node;
		return 0;
	}
	if (!w->make)
		return err_set(err, ERR_NOT_FOUND, "%s: no such directory", node->path.p);
	if (node->is_there) { /* a file where a directory is wanted: the later entry counts */
		int r = root_drop(w->root, node, err);

		if (r < 0)
			return r;
	}
	w->node = node;
	return root_make_folder(w->root, node, err);
}

static int walk_all(struct walk *w, struct err *err)
{
	size_t depth = 0;
	int r = 0;

	while (r == 0 && !at_end(w)) {
		struct str rest = str_skip(strbuf_str(&w->left), w->at), name;
		CLEANUP(freep) char *copy = NULL;

		(void)str_pull_until(&rest, '/', &name); /* there is something */
		w->at += name.n + 1;
		if (++depth > (size_t)LIMIT_PATH_DEPTH * LIMIT_SYMLINK_HOPS)
			return err_set(err, ERR_LIMIT, "deeper than path_depth (%d)",
				       LIMIT_PATH_DEPTH);
		if (name.n == 0 || str_is(name, "."))
			continue;
		if (str_is(name, "..")) {
			w->node = w->node->parent ? w->node->parent : w->root->top;
			continue;
		}
		copy = str_dup(name); /* following a link replaces what it lies in */
		r = copy ? step(w, str_of(copy), err) : err_nomem(err);
	}
	return r;
}

int root_walk(struct root *root, struct str path, bool follow, bool make, struct root_node **ret,
	      struct err *err)
{
	struct walk w = {.root = root,
			 .left = STRBUF_INIT(LIMIT_PATH_BYTES),
			 .node = root->top,
			 .follow = follow,
			 .make = make};
	int r;

	if (memchr(path.p ? path.p : "", '\0', path.n))
		return err_set(err, ERR_FORMAT, "a path with a NUL byte");
	strbuf_add(&w.left, path);
	r = strbuf_check(&w.left, NULL) < 0
		    ? err_set(err, ERR_LIMIT, "longer than path_bytes (%d)", LIMIT_PATH_BYTES)
		    : walk_all(&w, err);
	strbuf_done(&w.left);
	if (r == 0 && !make && !w.node->is_there)
		r = err_set(err, ERR_NOT_FOUND, "%.*s: no such file",
			    STR_FMT(str_sub(path, 0, 200)));
	if (r == 0)
		*ret = w.node;
	return r;
}

/* ---- looking inside ---- */

bool root_has(const struct root *root, struct str path)
{
	const struct root_node *node = root_node_find(root, path);

	return node && node->is_there;
}

bool root_resolve(struct root *root, struct str path, struct strbuf *ret)
{
	struct root_node *node = NULL;

	if (root_walk(root, path, true, false, &node, NULL) < 0)
		return false;
	strbuf_add(ret, node->path);
	return strbuf_check(ret, NULL) == 0;
}

static int by_path(const void *a, const void *b)
{
	const struct root_node *const *x = a, *const *y = b;

	return str_cmp((*x)->path, (*y)->path);
}

int root_list(struct root *root, struct str path, root_name_fn *fn, void *context)
{
	CLEANUP(vec_done) struct vec found = VEC_INIT(struct root_node *, LIMIT_PATCH_ENTRIES);
	struct root_node *dir;
	int r = 0;

	if (root_walk(root, path, true, false, &dir, NULL) < 0)
		return 0;
	for (struct root_node *c = dir->child; c; c = c->next)
		if (c->is_there) {
			struct root_node **p = vec_push(&found);

			if (!p)
				return -ERR_NOMEM;
			*p = c;
		}
	vec_sort(&found, by_path);
	for (size_t i = 0; i < found.n && r == 0; i++)
		r = fn(context, str_of(root_name(*(struct root_node **)vec_at(&found, i))));
	return r;
}

int root_open(struct root *root, struct str path, struct err *err)
{
	struct root_node *node = NULL;
	int r = root_walk(root, path, true, false, &node, err);

	if (r < 0)
		return r;
	if (node->entry.type != TAR_FILE)
		return err_set(err, ERR_NOT_FOUND, "%s: not a regular file", node->path.p);
	return open_beneath(root, node->path, O_RDONLY | O_NONBLOCK, err);
}

static int seal_one(struct root *root, struct root_node *node, struct err *err)
{
	node->was_there = node->is_there;
	node->is_changed = false;
	return node->is_on_disk ? root_read_disk(root, node, err) : 0;
}

/* Folder by folder, so that each is opened once. */
static int seal_below(struct root *root, struct root_node *dir, struct err *err)
{
	int r = 0;

	for (struct root_node *c = dir->child; c && r == 0; c = c->next)
		r = seal_one(root, c, err);
	for (struct root_node *c = dir->child; c && r == 0; c = c->next)
		if (c->is_there && c->child)
			r = seal_below(root, c, err);
	return r;
}

int root_seal(struct root *root, struct err *err)
{
	int r = seal_one(root, root->top, err);

	if (r == 0)
		r = seal_below(root, root->top, err);
	root->is_sealed = true;
	return r;
}

int root_remove(struct root *root, struct str path, struct err *err)
{
	struct root_node *node = NULL;
	int r = root_walk(root, path, false, false, &node, err);

	if (r < 0)
		return r;
	if (!node->parent)
		return err_set(err, ERR_USAGE, "the root itself cannot be removed");
	return root_drop(root, node, err);
}
