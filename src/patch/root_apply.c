/* SPDX-License-Identifier: Apache-2.0 */
/* Puts one layer's entries onto the root. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/path.h"
#include "base/vec.h"
#include "crypto/digest.h"
#include "patch/root_tree.h"

#define PIECE_BYTES	    ((size_t)1 << 17)
#define ATTRIBUTES_MAX	    64
#define WHITEOUT	    STR(".wh.")
#define OPAQUE		    ".wh..wh..opq"
#define BOOKKEEPING_OF_AUFS STR(".wh..wh.")

struct apply {
	struct root *root;
	struct tar *tar;
	struct stream *stream;
	char *block;
	bool is_package;
	struct str_list kept;
	struct strbuf *paths;
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct apply *a = context;
	ssize_t n = stream_read(a->stream, a->block, PIECE_BYTES, err);

	*ret = str_make(a->block, n > 0 ? (size_t)n : 0);
	return n < 0 ? (int)n : n > 0;
}

/* ---- whiteouts ---- */

/*
 * Takes away what lower layers have below a directory, and the directory itself unless this layer
 * speaks of it or of something in it.
 */
static int drop_older(struct root *root, struct root_node *node, bool keep, struct err *err)
{
	bool used = keep || node->layer == root->layer;
	int r = 0;

	if (node->entry.type != TAR_DIR)
		return used ? 0 : root_drop(root, node, err);
	for (struct root_node *c = node->child; c && r == 0; c = c->next)
		if (c->is_there) {
			r = drop_older(root, c, false, err);
			used = used || c->is_there;
		}
	return r < 0 || used ? r : root_drop(root, node, err);
}

/* A parent that is not there hides nothing. */
static int find_hidden(struct root *root, struct str dir, struct root_node **ret)
{
	*ret = NULL;
	return root_walk(root, dir, true, false, ret, NULL) < 0 || (*ret)->entry.type != TAR_DIR
		       ? -ERR_NOT_FOUND
		       : 0;
}

/* Once for each directory of a layer: what came since is of this layer itself. */
static int apply_opaque(struct root *root, struct str dir, struct err *err)
{
	struct root_node *node;
	int r;

	if (find_hidden(root, dir, &node) < 0 || node->opaque_layer == root->layer)
		return 0;
	r = drop_older(root, node, true, err);
	node->opaque_layer = root->layer;
	return r;
}

static int apply_whiteout(struct root *root, struct str dir, struct str name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct root_node *parent, *node;

	if (name.n == 0 || str_is(name, ".") || str_is(name, ".."))
		return err_set(err, ERR_FORMAT, "a whiteout of nothing");
	if (find_hidden(root, dir, &parent) < 0)
		return 0;
	strbuf_add(&path, parent->path);
	strbuf_adds(&path, path.n ? "/" : "");
	strbuf_add(&path, name);
	node = strbuf_check(&path, NULL) < 0 ? NULL : root_node_find(root, strbuf_str(&path));
	return node && node->is_there ? drop_older(root, node, false, err) : 0;
}

/* ---- metadata ---- */

struct keep {
	struct root *root;
	struct tar_attribute list[ATTRIBUTES_MAX];
	size_t n;
};

static int keep_attribute(void *context, struct str name, struct str value)
{
	struct keep *k = context;
	struct tar_attribute *a = &k->list[k->n];

	if (k->n == ATTRIBUTES_MAX)
		return -ERR_LIMIT;
	a->name = arena_str(&k->root->arena, name);
	a->value = arena_str(&k->root->arena, value);
	k->n++;
	return a->name.p && a->value.p ? 0 : -ERR_NOMEM;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct tar_attribute *)a)->name,
		       ((const struct tar_attribute *)b)->name);
}

static int keep_attributes(struct apply *a, struct root_node *node, struct err *err)
{
	struct keep k = {.root = a->root};
	int r = tar_attributes(a->tar, keep_attribute, &k);

	node->attributes = NULL;
	node->n_attributes = 0;
	if (r < 0)
		return err_set(err, ERR_LIMIT, "%s: more extended attributes than fit",
			       node->path.p);
	if (k.n == 0)
		return 0;
	qsort(k.list, k.n, sizeof *k.list, by_name);
	node->attributes = arena_array(&a->root->arena, k.n, sizeof *k.list);
	if (!node->attributes)
		return err_nomem(err);
	memcpy(node->attributes, k.list, k.n * sizeof *k.list);
	node->n_attributes = k.n;
	return 0;
}

/*
 * What may not be given to a file here (an owner that has no place in this user namespace, an
 * attribute of a security module) is kept in the tree alone.
 */
static void describe_file(const struct root_node *node, int folder, const char *name)
{
	const struct tar_entry *e = &node->entry;
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
					  {.tv_sec = e->mtime, .tv_nsec = e->mtime_ns}};

	if (fchownat(folder, name, (uid_t)e->uid, (gid_t)e->gid,
		     AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		log_debug("%s keeps its owner in the tree alone", node->path.p);
	if (e->type != TAR_SYMLINK) {
		CLEANUP(fd_closep)
		int fd = openat(folder, *name ? name : ".",
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		for (size_t i = 0; fd >= 0 && i < node->n_attributes; i++)
			(void)fsetxattr(fd, node->attributes[i].name.p, node->attributes[i].value.p,
					node->attributes[i].value.n, 0);
		(void)(fd >= 0 ? fchmod(fd, (mode_t)e->mode)
			       : fchmodat(folder, name, (mode_t)e->mode, 0));
	}
	(void)utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
}

/* ---- entries ---- */

static int write_piece(int fd, struct digest *hash, struct str piece, uint64_t *at, uint64_t offset,
		       struct err *err)
{
	static const char zeros[4096];

	while (*at < offset) { /* a hole: hashed, and left to the end of the file */
		uint64_t n = offset - *at < sizeof zeros ? offset - *at : sizeof zeros;

		digest_update(hash, str_make(zeros, (size_t)n));
		*at += n;
	}
	digest_update(hash, piece);
	*at += piece.n;
	if (piece.n && lseek(fd, (off_t)offset, SEEK_SET) < 0)
		return err_errno(err, errno, "seek");
	return fd_write_all(fd, piece, err);
}

static int write_content(struct apply *a, struct root_node *node, int fd, struct err *err)
{
	CLEANUP(digest_done) struct digest hash = {0};
	uint64_t at = 0, offset = 0;
	struct digest_value value;
	struct str piece;
	int r = digest_init(&hash, DIGEST_SHA256, err);

	while (r == 0 && (r = tar_data(a->tar, &piece, &offset, err)) > 0)
		r = write_piece(fd, &hash, piece, &at, offset, err);
	if (r == 0)
		r = write_piece(fd, &hash, STR_NULL, &at, node->entry.size, err);
	if (r == 0 && ftruncate(fd, (off_t)node->entry.size) < 0)
		r = err_errno(err, errno, "ftruncate");
	if (r < 0)
		return err_wrap(err, r, "%s", node->path.p);
	digest_final(&hash, &value);
	memcpy(node->hash, value.bytes, ROOT_HASH_BYTES);
	return 0;
}

static int make_file(struct apply *a, struct root_node *node, int folder, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;

	a->root->bytes += node->entry.size;
	if (node->entry.size > (uint64_t)LIMIT_PATCH_ROOT_BYTES ||
	    a->root->bytes > (uint64_t)LIMIT_PATCH_ROOT_BYTES)
		return err_set(err, ERR_LIMIT,
			       "%s: the files need more than patch_root_bytes (%lld)", node->path.p,
			       (long long)LIMIT_PATCH_ROOT_BYTES);
	fd = openat(folder, root_name(node), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return err_errno(err, errno, "create %s", node->path.p);
	return write_content(a, node, fd, err);
}

static int make_link(struct apply *a, struct root_node *node, const struct tar_entry *e,
		     struct err *err)
{
	CLEANUP(fd_closep) int from = -1;
	struct root_node *target;
	int folder, r = root_walk(a->root, e->link, false, false, &target, err);

	if (r < 0)
		return err_wrap(err, r, "%s: hard link", node->path.p);
	if (target == node || target->entry.type == TAR_DIR)
		return err_set(err, ERR_FORMAT, "%s: a hard link to %s", node->path.p,
			       target == node ? "itself" : "a directory");
	node->entry = target->entry;
	node->entry.path = node->path;
	node->attributes = target->attributes;
	node->n_attributes = target->n_attributes;
	memcpy(node->hash, target->hash, ROOT_HASH_BYTES);
	node->is_on_disk = target->is_on_disk;
	if (!target->is_on_disk)
		return 0;
	folder = root_folder(a->root, target, err);
	if (folder < 0)
		return folder;
	from = fcntl(folder, F_DUPFD_CLOEXEC, 3);
	folder = root_folder(a->root, node, err);
	if (folder < 0)
		return folder;
	if (linkat(from, root_name(target), folder, root_name(node), 0) < 0)
		return err_errno(err, errno, "%s: hard link to %s", node->path.p, target->path.p);
	return 0;
}

static int make_on_disk(struct apply *a, struct root_node *node, int folder, struct err *err)
{
	const char *name = root_name(node);
	int r = 0;

	switch (node->entry.type) {
	case TAR_FILE:
		return make_file(a, node, folder, err);
	case TAR_DIR:
		r = node->is_there ? 0 : mkdirat(folder, name, 0700);
		break;
	case TAR_SYMLINK:
		r = symlinkat(node->entry.link.p, folder, name);
		break;
	case TAR_FIFO:
		r = mkfifoat(folder, name, 0600);
		break;
	case TAR_CHAR:
	case TAR_BLOCK:
	case TAR_HARDLINK:
	case TAR_OTHER:
		return 0;
	}
	return r < 0 ? err_errno(err, errno, "create %s", node->path.p) : 0;
}

static int describe(struct apply *a, struct root_node *node, const struct tar_entry *e,
		    struct err *err)
{
	node->entry = *e;
	node->entry.path = node->path;
	node->entry.capabilities = STR_NULL;
	node->entry.warning = NULL;
	node->entry.link = arena_str(&a->root->arena, e->link);
	return node->entry.link.p ? keep_attributes(a, node, err) : err_nomem(err);
}

static int apply_root(struct apply *a, const struct tar_entry *e, struct err *err)
{
	int r = e->type == TAR_DIR ? describe(a, a->root->top, e, err) : 0;

	if (r == 0 && e->type == TAR_DIR) {
		describe_file(a->root->top, a->root->dir_fd, "");
		root_touch(a->root, a->root->top);
	}
	return r;
}

static int apply_at(struct apply *a, struct root_node *node, const struct tar_entry *e,
		    struct err *err)
{
	bool stays = node->is_there && node->entry.type == TAR_DIR && e->type == TAR_DIR;
	int folder, r = 0;

	if (e->type == TAR_HARDLINK) { /* to a file that this very entry would replace */
		struct root_node *target;

		if (root_walk(a->root, e->link, false, false, &target, NULL) == 0 && target == node)
			return 0;
	}
	if (node->is_there && !stays)
		r = root_drop(a->root, node, err);
	if (r == 0)
		r = e->type == TAR_HARDLINK ? make_link(a, node, e, err)
					    : describe(a, node, e, err);
	if (r < 0)
		return r;
	if (e->type != TAR_HARDLINK) {
		folder = root_folder(a->root, node, err);
		r = folder < 0 ? folder : make_on_disk(a, node, folder, err);
		if (r < 0)
			return r;
		node->is_on_disk = e->type != TAR_CHAR && e->type != TAR_BLOCK;
		if (node->is_on_disk)
			describe_file(node, folder, root_name(node));
	}
	node->is_there = true;
	node->layer = a->root->layer;
	root_touch(a->root, node);
	return 0;
}

/* What of a package stays as it is on the root. */
static bool is_kept(const struct apply *a, const struct tar_entry *e, struct str path)
{
	struct root_node *node;

	if (!a->is_package || root_walk(a->root, path, e->type == TAR_DIR, false, &node, NULL) < 0)
		return false;
	if (e->type == TAR_DIR)
		return node->entry.type == TAR_DIR;
	for (size_t i = 0; i < a->kept.n; i++)
		if (str_eq(a->kept.p[i], path))
			return true;
	return false;
}

static int apply_entry(struct apply *a, const struct tar_entry *e, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf clean = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct root_node *node = NULL;
	struct str path, name;
	int r = path_clean(e->path, &clean, NULL, err);

	if (r < 0 || e->type == TAR_OTHER)
		return r;
	path = strbuf_str(&clean);
	name = path_base(path);
	if (a->paths)
		strbuf_addf(a->paths, "/%.*s\n", STR_FMT(path.n ? path : STR(".")));
	if (is_kept(a, e, path))
		return 0;
	if (path.n == 0)
		return apply_root(a, e, err);
	if (str_is(name, OPAQUE))
		return apply_opaque(a->root, path_dir(path), err);
	if (str_has_prefix(name, BOOKKEEPING_OF_AUFS))
		return 0;
	if (str_pull_prefix(&name, WHITEOUT))
		return apply_whiteout(a->root, path_dir(path), name, err);
	r = root_walk(a->root, path, false, true, &node, err);
	return r < 0 ? r : apply_at(a, node, e, err);
}

static int apply_all(struct apply *a, struct err *err)
{
	struct tar_entry e;
	uint64_t n = 0;
	ssize_t rest;
	int r;

	while ((r = tar_next(a->tar, &e, err)) > 0) {
		if (++n > LIMIT_PATCH_ENTRIES)
			return err_set(err, ERR_LIMIT, "more than patch_entries (%lld) files",
				       (long long)LIMIT_PATCH_ENTRIES);
		r = apply_entry(a, &e, err);
		if (r < 0)
			return err_wrap(err, r, "entry %llu", (unsigned long long)n);
	}
	/* What is behind the last entry counts for the digest. */
	while (r == 0 && (rest = stream_read(a->stream, a->block, PIECE_BYTES, err)) != 0)
		if (rest < 0)
			return (int)rest;
	return r;
}

/* Releases the stream too. */
static int apply(struct apply *a, struct err *err)
{
	int r;

	a->block = malloc(PIECE_BYTES);
	r = a->block ? tar_open(next_block, a, &a->tar, err) : err_nomem(err);
	a->root->layer++;
	if (r == 0)
		r = apply_all(a, err);
	tar_close(a->tar);
	free(a->block);
	stream_close(a->stream);
	return r;
}

int root_apply(struct root *root, struct stream *tar, struct err *err)
{
	struct apply a = {.root = root, .stream = tar};

	return apply(&a, err);
}

int root_unpack(struct root *root, struct stream *tar, struct str_list kept, struct strbuf *paths,
		struct err *err)
{
	struct apply a = {
		.root = root, .stream = tar, .is_package = true, .kept = kept, .paths = paths};

	return apply(&a, err);
}

bool root_is_fresh(struct root *root, struct str path)
{
	struct root_node *node;

	return root_walk(root, path, false, false, &node, NULL) == 0 && node->layer == root->layer;
}

static int put_bytes(int folder, const char *name, struct str bytes, uint32_t mode, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, errno, "create %s", name);
	if (fchmod(fd, (mode_t)mode) < 0)
		return err_errno(err, errno, "chmod %s", name);
	return fd_write_all(fd, bytes, err);
}

int root_lend(struct root *root, struct str path, struct str bytes, uint32_t mode, struct err *err)
{
	struct root_node *node;
	int folder, r = root_walk(root, path, true, true, &node, err);

	if (r < 0)
		return r;
	folder = root_folder(root, node, err);
	r = folder < 0 ? folder : put_bytes(folder, root_name(node), bytes, mode, err);
	if (r == 0)
		root->lent = node;
	return r;
}

int root_put(struct root *root, struct str path, struct str bytes, struct err *err)
{
	struct root_node *node;
	struct digest_value hash;
	struct tar_entry e;
	int folder, r = root_walk(root, path, true, true, &node, err);

	if (r == 0)
		r = digest_of(bytes, &hash, err);
	if (r < 0)
		return r;
	e = node->is_there && node->entry.type == TAR_FILE
		    ? node->entry
		    : (struct tar_entry){.path = node->path, .type = TAR_FILE, .mode = 0644};
	if (node->is_there)
		r = root_drop(root, node, err);
	folder = r < 0 ? r : root_folder(root, node, err);
	if (folder < 0)
		return folder;
	r = put_bytes(folder, root_name(node), bytes, e.mode, err);
	e.size = bytes.n;
	e.mtime = time(NULL);
	e.mtime_ns = 0;
	node->entry = e;
	memcpy(node->hash, hash.bytes, ROOT_HASH_BYTES);
	node->is_there = node->is_on_disk = true;
	describe_file(node, folder, root_name(node));
	root_touch(root, node);
	return r;
}
