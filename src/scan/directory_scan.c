/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/directory_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "scan/analysis.h"

/* A directory on the way down; all of them are kept open. */
struct level {
	int fd;
	struct vec names; /* char *, sorted */
	size_t next;	  /* of names */
	size_t path_n;	  /* of walk.path with this directory */
};

/* The way down is a list and no recursion: a thousand levels would not fit on a thread's stack. */
struct walk {
	struct analysis *a;
	struct strbuf path; /* of what is being looked at */
	dev_t device;	    /* of the root */
	struct vec levels;  /* struct level */
};

static bool is_pseudo(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return true;
	switch ((unsigned long)fs.f_type) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case DEVPTS_SUPER_MAGIC:
	case SECURITYFS_MAGIC:
	case BPF_FS_MAGIC:
	case PSTOREFS_MAGIC:
		return true;
	default:
		return false;
	}
}

static enum node_type type_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return NODE_DIR;
	if (S_ISREG(mode))
		return NODE_FILE;
	if (S_ISLNK(mode))
		return NODE_SYMLINK;
	return S_ISFIFO(mode) || S_ISSOCK(mode) ? NODE_FIFO : NODE_DEVICE;
}

static void tell(struct walk *w, int errnum, const char *what)
{
	struct err problem = {0};

	err_errno(&problem, errnum, "%s", what);
	analysis_loss(w->a, "directory", strbuf_str(&w->path), &problem);
}

static void tell_limit(struct walk *w, const char *what)
{
	struct err problem = {0};

	err_set(&problem, ERR_LIMIT, "%s; not looked into", what);
	analysis_loss(w->a, "directory", str_sub(strbuf_str(&w->path), 0, 4096), &problem);
}

/* A file's bytes; what is captured of them is copied on the way. */
struct wanted_stream {
	struct stream stream;
	int fd;
	struct capture *capture; /* NULL: nothing, or nothing more */
	uint64_t at;
};

static ssize_t wanted_stream_read(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct wanted_stream *s = (struct wanted_stream *)stream;
	ssize_t got = fd_read_full(s->fd, buf, n, err);

	if (got <= 0)
		return got;
	if (s->capture && !analysis_capture_data(s->capture, str_make(buf, (size_t)got), s->at))
		s->capture = NULL;
	s->at += (uint64_t)got;
	return got;
}

static void wanted_stream_close(struct stream *stream)
{
	(void)stream; /* its descriptor is the caller's */
}

/* Reads as much as is captured. */
static int read_captured(struct wanted_stream *s, struct err *err)
{
	uint64_t end = s->capture->n;
	char block[8192];
	ssize_t n = 1;

	while (n > 0 && s->capture && s->at < end)
		n = wanted_stream_read(&s->stream, block, sizeof block, err);
	if (n == 0 && s->capture && s->at < end)
		return err_set(err, ERR_IO, "became shorter while it was read");
	return n < 0 ? (int)n : 0;
}

/* Errors: ERR_NOMEM; others are told. */
static int read_wanted(struct walk *w, int dir, const char *name, const struct tree_entry *e,
		       struct capture *capture, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct wanted_stream s = {{wanted_stream_read, wanted_stream_close}, fd, capture, 0};
	struct err problem = {0};
	int r;

	if (fd < 0) {
		tell(w, errno, "open");
		return 0;
	}
	r = analysis_wants_content(w->a) ? analysis_content(w->a, e, &s.stream, &problem)
					 : read_captured(&s, &problem);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		analysis_loss(w->a, "directory", strbuf_str(&w->path), &problem);
	return 0;
}

static int compare_cstr(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in it, sorted, so that the record does not depend on the file system's order. */
static int list_directory(int fd, struct vec *names, struct err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	char **slot;

	if (!dir) {
		err_errno(err, errno, "list directory");
		if (copy >= 0)
			(void)close(copy); /* read side */
		return -ERR_IO;
	}
	while ((errno = 0, entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		slot = vec_push(names);
		if (slot)
			*slot = str_dup(str_of(entry->d_name));
		if (!slot || !*slot) {
			(void)closedir(dir); /* read side */
			return err_nomem(err);
		}
	}
	if (errno)
		err_errno(err, errno, "list directory");
	(void)closedir(dir); /* read side */
	vec_sort(names, compare_cstr);
	return 0;
}

static void leave(struct walk *w)
{
	struct level *l = vec_at(&w->levels, w->levels.n - 1);

	for (size_t i = 0; i < l->names.n; i++)
		free(*(char **)vec_at(&l->names, i));
	vec_done(&l->names);
	(void)close(l->fd); /* read side */
	vec_cut(&w->levels, w->levels.n - 1);
}

/* Owns fd from here on. Errors: ERR_NOMEM. */
static int enter(struct walk *w, int fd, struct err *err)
{
	struct level *l = vec_push(&w->levels);
	struct err problem = {0};

	if (!l) {
		(void)close(fd); /* read side */
		return err_nomem(err);
	}
	*l = (struct level){fd, VEC_INIT(char *, LIMIT_LAYER_ENTRIES), 0, w->path.n};
	if (list_directory(fd, &l->names, &problem) == -ERR_NOMEM)
		return err_nomem(err);
	if (problem.code != ERR_OK)
		analysis_loss(w->a, "directory", strbuf_str(&w->path), &problem);
	return 0;
}

static int enter_sub(struct walk *w, int dir, const char *name, const struct stat *st,
		     struct err *err)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		tell(w, errno, "open directory");
		return 0;
	}
	if (st->st_dev != w->device && is_pseudo(fd)) {
		(void)close(fd); /* read side */
		return 0;
	}
	return enter(w, fd, err);
}

/* Of a program; the attribute's own names cannot be had by openat and its kin. */
static struct str read_capabilities(int dir, const char *name, char *buffer, size_t n)
{
	char path[NAME_MAX + 64];
	ssize_t got;

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir, name); /* fits: a file name */
	got = lgetxattr(path, "security.capability", buffer, n);
	return got > 0 ? str_make(buffer, (size_t)got) : STR_NULL;
}

static int add_entry(struct walk *w, int dir, const char *name, const struct stat *st,
		     struct err *err)
{
	struct tree_entry e = {.path = strbuf_str(&w->path), .type = type_of(st->st_mode)};
	struct capture *capture;
	char link[PATH_MAX], capabilities[64];
	int r;

	e.mode = st->st_mode & 07777;
	e.uid = st->st_uid;
	e.gid = st->st_gid;
	if (e.type == NODE_FILE && e.mode & 0111)
		e.capabilities = read_capabilities(dir, name, capabilities, sizeof capabilities);
	e.size = e.type == NODE_FILE ? (uint64_t)st->st_size : 0;
	if (e.type == NODE_SYMLINK) {
		ssize_t n = readlinkat(dir, name, link, sizeof link);

		if (n < 0)
			tell(w, errno, "read link");
		e.link = str_make(link, n < 0 ? 0 : (size_t)n);
	}
	r = analysis_entry(w->a, &e, &capture, err);
	if (r == 0 && (capture || analysis_wants_content(w->a)))
		r = read_wanted(w, dir, name, &e, capture, err);
	return r;
}

/* w->path is that of the entry. */
static int visit(struct walk *w, int dir, const char *name, struct err *err)
{
	struct stat st;
	int r;

	if (w->path.error != ERR_OK) {
		tell_limit(w, "path longer than path_bytes");
		return 0;
	}
	if (str_has_prefix(str_of(name), STR(".wh."))) {
		tell_limit(w, "named like a whiteout, which means nothing outside of a layer");
		return 0;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		tell(w, errno, "stat");
		return 0;
	}
	if (w->levels.n > LIMIT_PATH_DEPTH) {
		tell_limit(w, "deeper than path_depth");
		return 0;
	}
	r = add_entry(w, dir, name, &st, err);
	return r == 0 && S_ISDIR(st.st_mode) ? enter_sub(w, dir, name, &st, err) : r;
}

static int walk_tree(struct walk *w, struct err *err)
{
	int r = 0;

	while (w->levels.n && r == 0) {
		struct level *l = vec_at(&w->levels, w->levels.n - 1);
		const char *name;

		if (l->next == l->names.n) {
			leave(w);
			continue;
		}
		name = *(char **)vec_at(&l->names, l->next++);
		w->path.n = l->path_n;
		w->path.error = ERR_OK;
		if (l->path_n)
			strbuf_addc(&w->path, '/');
		strbuf_adds(&w->path, name);
		r = visit(w, l->fd, name, err);
	}
	return r;
}

int directory_scan(const char *root, const struct scan_plan *plan, struct scan_progress *progress,
		   struct strbuf *ret_record, struct err *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk w = {.path = STRBUF_INIT(LIMIT_PATH_BYTES),
			 .levels = VEC_INIT(struct level, LIMIT_PATH_DEPTH + 2)};
	struct layer_facts facts = {.is_complete = 1};
	struct stat st;
	int r;

	(void)progress; /* nothing is known of how much there is */
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = err_errno(err, errno, "%s", root);
		if (fd >= 0)
			(void)close(fd); /* read side */
		return r;
	}
	w.device = st.st_dev;
	r = analysis_new(plan, ret_record, &w.a, err);
	if (r < 0) {
		(void)close(fd); /* read side */
		return r;
	}
	r = enter(&w, fd, err);
	if (r == 0)
		r = walk_tree(&w, err);
	while (w.levels.n)
		leave(&w);
	if (r == 0)
		r = analysis_finish(w.a, &facts, err);
	analysis_free(w.a);
	strbuf_done(&w.path);
	vec_done(&w.levels);
	return r;
}
