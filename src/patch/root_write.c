/* SPDX-License-Identifier: Apache-2.0 */
/* The changes since the seal as a layer. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"
#include "patch/root_tree.h"

#define PIECE_BYTES ((size_t)1 << 17)

struct writing {
	struct root *root;
	const struct root_write_options *options;
	struct tar_writer *tar;
	struct map links; /* inode numbers of files that were written: their node */
	char *piece;
	struct root_stats stats;
};

static int list_node(struct vec *list, struct root_node *node, struct err *err)
{
	struct root_node **slot;

	if (node->is_listed)
		return 0;
	node->is_listed = true;
	slot = vec_push(list);
	if (!slot)
		return err_nomem(err);
	*slot = node;
	return 0;
}

/* A directory that is not in the layer would get its mode and owner from who unpacks it. */
static int list_with_parents(struct vec *list, struct root_node *node, struct err *err)
{
	int r = list_node(list, node, err);

	for (struct root_node *p = node->parent; p && r == 0; p = p->parent)
		r = list_node(list, p, err);
	return r;
}

static bool is_whiteout(const struct root_node *node)
{
	return node->was_there && !node->is_there && node->parent && node->parent->is_there &&
	       node->parent->entry.type == TAR_DIR && node->parent->was_there;
}

static int by_path(const void *a, const void *b)
{
	const struct root_node *const *x = a, *const *y = b;

	return str_cmp((*x)->path, (*y)->path);
}

static int list_changes(struct root *root, struct vec *list, struct err *err)
{
	struct str path;
	size_t at = 0;
	void *value;
	int r = 0;

	while (r == 0 && map_next(&root->nodes, &at, &path, &value)) {
		struct root_node *node = value;

		if (node->is_changed && (node->is_there || is_whiteout(node)))
			r = list_with_parents(list, node, err);
	}
	vec_sort(list, by_path);
	return r;
}

static void clamp(const struct root_write_options *o, struct tar_entry *e)
{
	if (!o->has_latest || e->mtime < o->latest)
		return;
	e->mtime = o->latest;
	e->mtime_ns = 0;
}

static int write_whiteout(struct writing *w, const struct root_node *node, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct tar_entry e = {.type = TAR_FILE};

	strbuf_add(&path, node->parent->path);
	strbuf_adds(&path, path.n ? "/.wh." : ".wh.");
	strbuf_adds(&path, root_name(node));
	if (strbuf_check(&path, err) < 0)
		return -ERR_LIMIT;
	e.path = strbuf_str(&path);
	e.mtime = node->parent->entry.mtime;
	clamp(w->options, &e);
	w->stats.n_whiteouts++;
	return tar_writer_entry(w->tar, &e, NULL, 0, err);
}

static int write_bytes(struct writing *w, int fd, const struct root_node *node, struct err *err)
{
	uint64_t left = node->entry.size;
	ssize_t n = 0;
	int r = 0;

	while (r == 0 && left > 0 &&
	       (n = fd_read_full(fd, w->piece, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES,
				 err)) > 0) {
		r = tar_writer_data(w->tar, str_make(w->piece, (size_t)n), err);
		left -= (uint64_t)n;
	}
	if (r == 0 && n >= 0 && left > 0)
		r = err_set(err, ERR_IO, "%s: became shorter", node->path.p);
	return n < 0 ? (int)n : r;
}

/* The file of the layer that this one is another name of. */
static struct root_node *find_link(struct writing *w, struct root_node *node, struct err *err)
{
	uint64_t *key;
	struct root_node *first;

	if (root_read_disk(w->root, node, err) < 0)
		return NULL;
	first = map_get(&w->links, str_make(&node->disk.ino, sizeof node->disk.ino));
	if (first)
		return first;
	key = arena_alloc(&w->root->arena, sizeof *key);
	if (!key) {
		err_nomem(err);
		return NULL;
	}
	*key = node->disk.ino;
	if (map_put(&w->links, str_make(key, sizeof *key), node) < 0) {
		err_nomem(err);
		return NULL;
	}
	return node;
}

static int write_file(struct writing *w, struct root_node *node, struct err *err)
{
	struct root_node *first = find_link(w, node, err);
	struct tar_entry e = node->entry;
	CLEANUP(fd_closep) int fd = -1;
	int folder, r;

	if (!first)
		return -ERR_IO;
	clamp(w->options, &e);
	if (first != node) {
		e.type = TAR_HARDLINK;
		e.link = first->path;
		return tar_writer_entry(w->tar, &e, NULL, 0, err);
	}
	folder = root_folder(w->root, node, err);
	if (folder < 0)
		return folder;
	fd = openat(folder, root_name(node), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "open %s", node->path.p);
	w->stats.file_bytes += e.size;
	r = tar_writer_entry(w->tar, &e, node->attributes, node->n_attributes, err);
	return r == 0 ? write_bytes(w, fd, node, err) : r;
}

static int write_node(struct writing *w, struct root_node *node, struct err *err)
{
	struct tar_entry e = node->entry;

	if (!node->is_there)
		return write_whiteout(w, node, err);
	w->stats.n_entries++;
	e.path = node->path.n ? node->path : STR("./");
	if (e.type == TAR_FILE)
		return write_file(w, node, err);
	clamp(w->options, &e);
	return tar_writer_entry(w->tar, &e, node->attributes, node->n_attributes, err);
}

/* The root itself is an entry only where it changed. */
static bool is_wanted(const struct root_node *node)
{
	return node->parent || node->is_changed;
}

int root_write(struct root *root, const struct root_write_options *o, tar_sink_fn *sink,
	       void *context, struct root_stats *ret, struct err *err)
{
	CLEANUP(vec_done) struct vec list = VEC_INIT(struct root_node *, LIMIT_PATCH_ENTRIES);
	struct writing w = {.root = root, .options = o, .piece = malloc(PIECE_BYTES)};
	int r = w.piece ? list_changes(root, &list, err) : err_nomem(err);

	map_init(&w.links, LIMIT_PATCH_ENTRIES);
	if (r == 0)
		r = tar_writer_new(sink, context, &w.tar, err);
	for (size_t i = 0; i < list.n && r == 0; i++) {
		struct root_node *node = *(struct root_node **)vec_at(&list, i);

		node->is_listed = false;
		if (is_wanted(node))
			r = write_node(&w, node, err);
	}
	if (r == 0)
		r = tar_writer_end(w.tar, err);
	tar_writer_free(w.tar);
	map_done(&w.links);
	free(w.piece);
	if (r == 0)
		*ret = w.stats;
	return r;
}
