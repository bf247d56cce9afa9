/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what others changed in the folder since it was sealed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "crypto/digest.h"
#include "patch/root_tree.h"

#define PIECE_BYTES	((size_t)1 << 17)
#define ATTRIBUTE_NAMES 4096
#define ATTRIBUTE_BYTES 65536
#define ATTRIBUTES_MAX	64

static bool is_ignored(const struct root *root, struct str path)
{
	for (size_t i = 0; root->ignored && root->ignored[i]; i++)
		if (path_match(str_of(root->ignored[i]), path))
			return true;
	return false;
}

static enum tar_type type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return TAR_FILE;
	case S_IFDIR:
		return TAR_DIR;
	case S_IFLNK:
		return TAR_SYMLINK;
	case S_IFIFO:
		return TAR_FIFO;
	default:
		return TAR_OTHER; /* sockets; device nodes cannot be made in there */
	}
}

static int hash_file(int folder, const char *name, unsigned char ret[ROOT_HASH_BYTES],
		     struct err *err)
{
	CLEANUP(digest_done) struct digest hash = {0};
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	CLEANUP(fd_closep) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct digest_value value;
	ssize_t n = 0;
	int r;

	if (fd < 0)
		return err_errno(err, errno, "%s", name);
	r = piece ? digest_init(&hash, DIGEST_SHA256, err) : err_nomem(err);
	while (r == 0 && (n = fd_read_full(fd, piece, PIECE_BYTES, err)) > 0)
		digest_update(&hash, str_make(piece, (size_t)n));
	if (r < 0 || n < 0)
		return r < 0 ? r : (int)n;
	digest_final(&hash, &value);
	memcpy(ret, value.bytes, ROOT_HASH_BYTES);
	return 0;
}

/* ---- extended attributes ---- */

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct tar_attribute *)a)->name,
		       ((const struct tar_attribute *)b)->name);
}

static int read_attributes(struct root *root, int folder, const char *name,
			   struct tar_attribute *list, size_t *ret_n, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP(freep) char *value = malloc(ATTRIBUTE_BYTES);
	char names[ATTRIBUTE_NAMES];
	ssize_t n = fd < 0 ? 0 : flistxattr(fd, names, sizeof names);
	struct str left = str_make(names, n > 0 ? (size_t)n : 0), one;

	*ret_n = 0;
	if (!value)
		return err_nomem(err);
	while (str_pull_until(&left, '\0', &one) && one.n && *ret_n < ATTRIBUTES_MAX) {
		ssize_t size = fgetxattr(fd, one.p, value, ATTRIBUTE_BYTES);

		if (size < 0)
			continue; /* of a security module that does not show it */
		list[*ret_n].name = arena_str(&root->arena, one);
		list[*ret_n].value = arena_str(&root->arena, str_make(value, (size_t)size));
		++*ret_n;
	}
	qsort(list, *ret_n, sizeof *list, by_name);
	return arena_check(&root->arena, err);
}

static int take_attributes(struct root *root, struct root_node *node, int folder, struct err *err)
{
	struct tar_attribute list[ATTRIBUTES_MAX];
	size_t n;
	int r = read_attributes(root, folder, root_name(node), list, &n, err);

	if (r < 0)
		return r;
	node->attributes = NULL;
	node->n_attributes = n;
	if (n == 0)
		return 0;
	node->attributes = arena_array(&root->arena, n, sizeof *list);
	if (!node->attributes)
		return err_nomem(err);
	memcpy(node->attributes, list, n * sizeof *list);
	return 0;
}

static bool same_attributes(const struct root_node *a, const struct root_node *b)
{
	if (a->n_attributes != b->n_attributes)
		return false;
	for (size_t i = 0; i < a->n_attributes; i++)
		if (!str_eq(a->attributes[i].name, b->attributes[i].name) ||
		    !str_eq(a->attributes[i].value, b->attributes[i].value))
			return false;
	return true;
}

/* ---- one file ---- */

static int read_link(struct root *root, int folder, struct root_node *node, struct err *err)
{
	char target[LIMIT_LINK_BYTES + 1];
	ssize_t n = readlinkat(folder, root_name(node), target, sizeof target);

	if (n < 0)
		return err_errno(err, errno, "%s", node->path.p);
	node->entry.link = arena_str(&root->arena, str_make(target, (size_t)n));
	return node->entry.link.p ? 0 : err_nomem(err);
}

/* The owner that a layer gave stays, unless somebody changed it here. */
static void take_owner(struct root_node *node, const struct root_node *old, const struct stat *st)
{
	bool known = old->was_there;

	node->entry.uid = known && old->disk.uid == st->st_uid ? old->entry.uid : st->st_uid;
	node->entry.gid = known && old->disk.gid == st->st_gid ? old->entry.gid : st->st_gid;
}

static int describe(struct root *root, struct root_node *node, const struct root_node *old,
		    int folder, const struct stat *st, struct err *err)
{
	int r = 0;

	node->entry = (struct tar_entry){.path = node->path,
					 .type = type_of(st->st_mode),
					 .mode = st->st_mode & 07777,
					 .mtime = st->st_mtim.tv_sec,
					 .mtime_ns = (uint32_t)st->st_mtim.tv_nsec};
	take_owner(node, old, st);
	if (node->entry.type == TAR_SYMLINK)
		return read_link(root, folder, node, err);
	if (node->entry.type == TAR_FILE) {
		node->entry.size = (uint64_t)st->st_size;
		r = hash_file(folder, root_name(node), node->hash, err);
	}
	return r == 0 ? take_attributes(root, node, folder, err) : r;
}

static bool is_same(const struct root_node *a, const struct root_node *b)
{
	const struct tar_entry *x = &a->entry, *y = &b->entry;

	if (x->type != y->type || x->uid != y->uid || x->gid != y->gid)
		return false;
	if (x->type == TAR_SYMLINK)
		return str_eq(x->link, y->link);
	if (x->mode != y->mode || !same_attributes(a, b))
		return false;
	return x->type != TAR_FILE ||
	       (x->size == y->size && memcmp(a->hash, b->hash, ROOT_HASH_BYTES) == 0);
}

static bool is_untouched(const struct root_node *node, const struct stat *st)
{
	const struct root_disk *d = &node->disk;

	return node->was_there && node->is_there && node->is_on_disk && d->ino == st->st_ino &&
	       d->mode == st->st_mode && d->uid == st->st_uid && d->gid == st->st_gid &&
	       d->changed == st->st_ctim.tv_sec && d->changed_ns == (uint32_t)st->st_ctim.tv_nsec;
}

static int see(struct root *root, struct root_node *node, int folder, const struct stat *st,
	       struct err *err)
{
	struct root_node old = *node;
	int r;

	node->is_seen = true;
	if (is_untouched(node, st) || type_of(st->st_mode) == TAR_OTHER)
		return 0;
	r = describe(root, node, &old, folder, st, err);
	if (r < 0)
		return err_wrap(err, r, "%s", node->path.p);
	if (old.was_there && is_same(&old, node)) {
		node->entry = old.entry; /* with the time that it had */
		node->attributes = old.attributes;
		node->n_attributes = old.n_attributes;
		return 0;
	}
	node->is_there = node->is_on_disk = node->is_changed = true;
	return 0;
}

/* ---- the walk ---- */

static int walk_below(struct root *root, struct root_node *dir, int fd, size_t depth,
		      struct err *err);

/* Whatever of a directory was not seen is gone, but for what never was on disk. */
static void forget_unseen(struct root *root, struct root_node *dir)
{
	for (struct root_node *c = dir->child; c; c = c->next) {
		bool kept = c->is_seen || !c->is_on_disk || is_ignored(root, c->path);

		c->is_seen = false;
		if (kept || !c->is_there)
			continue;
		c->is_there = false;
		c->is_changed = true;
		forget_unseen(root, c);
	}
}

static int see_name(struct root *root, struct root_node *dir, int fd, const char *name,
		    size_t depth, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct root_node *node;
	struct stat st;
	int below, r;

	strbuf_adds(&path, dir->path.p);
	strbuf_adds(&path, path.n ? "/" : "");
	strbuf_adds(&path, name);
	if (strbuf_check(&path, err) < 0)
		return -ERR_LIMIT;
	node = root_node_find(root, strbuf_str(&path));
	if (is_ignored(root, strbuf_str(&path))) {
		if (node)
			node->is_seen = true;
		return 0;
	}
	if (!node)
		node = root_node_make(root, strbuf_str(&path), err);
	if (!node)
		return -ERR_LIMIT;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(err, errno, "%s", node->path.p);
	r = see(root, node, fd, &st, err);
	if (r == 0 && !S_ISDIR(st.st_mode))
		forget_unseen(root, node);
	if (r < 0 || !S_ISDIR(st.st_mode))
		return r;
	below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return err_errno(err, errno, "open %s", node->path.p);
	return walk_below(root, node, below, depth + 1, err);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Owns fd. */
static int walk_below(struct root *root, struct root_node *dir, int fd, size_t depth,
		      struct err *err)
{
	DIR *d = depth > LIMIT_PATH_DEPTH ? NULL : fdopendir(fd);
	const struct dirent *e;
	int r = 0;

	if (!d) {
		r = depth > LIMIT_PATH_DEPTH
			    ? err_set(err, ERR_LIMIT, "%s: deeper than path_depth (%d)",
				      dir->path.p, LIMIT_PATH_DEPTH)
			    : err_errno(err, errno, "%s", dir->path.p);
		(void)close(fd); /* only read from */
		return r;
	}
	while (r == 0 && (e = readdir(d)) != NULL)
		if (!is_dots(e->d_name))
			r = see_name(root, dir, fd, e->d_name, depth, err);
	(void)closedir(d); /* only read from */
	if (r == 0)
		forget_unseen(root, dir);
	return r;
}

int root_refresh(struct root *root, const char *const *ignored, struct err *err)
{
	int fd = openat(root->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, errno, "open the root");
	if (root->lent && root_folder(root, root->lent, NULL) >= 0)
		(void)unlinkat(root->near_fd, root_name(root->lent), 0); /* else it shows */
	root->lent = NULL;
	fd_closep(&root->near_fd); /* another folder may have its name now */
	root->near = NULL;
	root->ignored = ignored;
	return walk_below(root, root->top, fd, 1, err);
}
