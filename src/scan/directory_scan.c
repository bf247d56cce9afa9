/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/directory_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "scan/analysis.h"

struct walk {
	struct analysis *a;
	struct scan_progress *progress;
	struct strbuf path; /* of the directory being read */
	dev_t device;	    /* of the root */
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
	analysis_problem(w->a, "directory", strbuf_str(&w->path), &problem);
}

static void read_wanted(struct walk *w, int dir, const char *name, struct capture *capture)
{
	CLEANUP(fd_closep)
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	char block[8192];
	uint64_t offset = 0;
	bool more = true;

	if (fd < 0) {
		tell(w, errno, "open");
		return;
	}
	while (more) {
		ssize_t n = fd_read_full(fd, block, sizeof block, NULL);

		if (n <= 0)
			break;
		more = analysis_capture_data(capture, str_make(block, (size_t)n), offset) &&
		       offset < capture->n;
		offset += (uint64_t)n;
	}
}

static int walk_directory(struct walk *w, int fd, size_t depth, struct err *err);

static int visit(struct walk *w, int dir, const char *name, size_t depth, struct err *err)
{
	struct tree_entry e = {0};
	struct capture *capture;
	char link[PATH_MAX];
	struct stat st;
	int r;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		tell(w, errno, "stat");
		return 0;
	}
	e.path = strbuf_str(&w->path);
	e.type = type_of(st.st_mode);
	e.mode = st.st_mode & 07777;
	e.size = e.type == NODE_FILE ? (uint64_t)st.st_size : 0;
	if (e.type == NODE_SYMLINK) {
		ssize_t n = readlinkat(dir, name, link, sizeof link);

		e.link = str_make(link, n < 0 ? 0 : (size_t)n);
	}
	if (str_has_prefix(str_of(name), STR(".wh.")))
		return 0; /* a whiteout means nothing in a plain directory */
	r = analysis_entry(w->a, &e, &capture, err);
	if (r < 0)
		return r;
	if (capture)
		read_wanted(w, dir, name, capture);
	if (e.type == NODE_DIR) {
		CLEANUP(fd_closep)
		int sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (sub < 0)
			tell(w, errno, "open directory");
		else if (st.st_dev == w->device || !is_pseudo(sub))
			r = walk_directory(w, sub, depth + 1, err);
	}
	return r;
}

static int compare_cstr(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct vec *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(*(char **)vec_at(names, i));
	vec_done(names);
}

/* The names in it, sorted, so that the record does not depend on the file system's order. */
static int list_directory(int fd, struct vec *names, struct err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	char **slot;

	if (!dir) {
		if (copy >= 0)
			(void)close(copy);
		return err_errno(err, errno, "list directory");
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		slot = vec_push(names);
		if (slot)
			*slot = str_dup(str_of(entry->d_name));
		if (!slot || !*slot) {
			(void)closedir(dir);
			return err_nomem(err);
		}
	}
	(void)closedir(dir); /* read side */
	vec_sort(names, compare_cstr);
	return 0;
}

/* Recursion is bounded by LIMIT_PATH_DEPTH open directories. */
static int walk_directory(struct walk *w, int fd, size_t depth, struct err *err)
{
	struct vec names = VEC_INIT(char *, LIMIT_LAYER_ENTRIES);
	size_t length = w->path.n;
	struct err problem = {0};
	int r;

	if (depth > LIMIT_PATH_DEPTH) {
		err_set(&problem, ERR_LIMIT, "deeper than path_depth (%d)", (int)LIMIT_PATH_DEPTH);
		analysis_problem(w->a, "directory", strbuf_str(&w->path), &problem);
		return 0;
	}
	r = list_directory(fd, &names, &problem);
	if (r < 0)
		analysis_problem(w->a, "directory", strbuf_str(&w->path), &problem);
	r = 0;
	for (size_t i = 0; i < names.n && r == 0; i++) {
		if (length)
			strbuf_addc(&w->path, '/');
		strbuf_adds(&w->path, *(char **)vec_at(&names, i));
		if (w->path.error == ERR_OK)
			r = visit(w, fd, *(char **)vec_at(&names, i), depth, err);
		w->path.n = length;
		w->path.error = ERR_OK;
	}
	free_names(&names);
	return r;
}

int directory_scan(const char *root, const struct path_index *index, struct scan_progress *progress,
		   struct strbuf *ret_record, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk w = {.progress = progress, .path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 2)};
	struct layer_facts facts = {.is_complete = 1};
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", root);
	w.device = st.st_dev;
	r = analysis_new(index, ret_record, &w.a, err);
	if (r < 0)
		return r;
	r = walk_directory(&w, fd, 0, err);
	if (r == 0)
		r = analysis_finish(w.a, &facts, err);
	analysis_free(w.a);
	strbuf_done(&w.path);
	return r;
}
