/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lint_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "cmd/rewrite.h"
#include "render/text.h"

#define HEAD_BYTES  65536
#define SCORE_FOUND 50 /* in a folder: by its name, or surely by its content */

/* The folder of the one that is checked. */
static struct str beside(const struct source_file *f)
{
	struct str folder, base;

	if (!str_rcut(f->path, '/', &folder, &base))
		return STR(".");
	return folder.n ? folder : STR("/");
}

/* Never leaves the folder, whatever links it holds. */
static int open_below(const char *folder, const char *name, struct err *err)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	CLEANUP(fd_closep) int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int fd = dir < 0 ? -1 : (int)syscall(SYS_openat2, dir, name, &how, sizeof how);

	if (fd < 0 && errno == EXDEV)
		return err_set(err, ERR_DENIED, "%s: outside of the folder", name);
	if (fd < 0)
		return err_errno(err, errno, "%s/%s", folder, name);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd); /* nothing was written */
	return err_set(err, ERR_UNSUPPORTED, "%s/%s: no regular file", folder, name);
}

/* A file beside the one that is checked: in its folder or below, never above it. */
static int read_beside(const struct source_file *f, struct str name, struct arena *arena,
		       struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf folder = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	CLEANUP(fd_closep) int fd = -1;
	int r;

	strbuf_add(&folder, beside(f));
	strbuf_add(&path, name);
	if (name.n && memchr(name.p, '\0', name.n))
		return err_set(err, ERR_NOT_FOUND, "a name with a NUL byte");
	fd = open_below(strbuf_cstr(&folder), strbuf_cstr(&path), err);
	if (fd < 0)
		return fd;
	r = fd_read_all(fd, &bytes, err);
	if (r < 0)
		return err_wrap(err, r, "%s", strbuf_cstr(&path));
	*ret = arena_str(arena, strbuf_str(&bytes));
	return ret->p ? 0 : err_nomem(err);
}

/* Not every file system tells the type of an entry. */
static bool is_folder(DIR *dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int list_names(DIR *dir, struct arena *arena, struct vec *names, struct err *err)
{
	const struct dirent *e;

	while ((e = readdir(dir)) && names->n < names->max) {
		struct str *name;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		name = vec_push(names);
		if (!name)
			return err_nomem(err);
		*name = arena_strf(arena, "%s%s", e->d_name, is_folder(dir, e) ? "/" : "");
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int list_beside(const struct source_file *f, struct str folder, struct arena *arena,
		       struct str_list *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(vec_done) struct vec names = VEC_INIT(struct str, LIMIT_CONTEXT_ENTRIES);
	struct str *p;
	DIR *dir;
	int r;

	strbuf_addf(&path, "%.*s/%.*s", STR_FMT(beside(f)), STR_FMT(folder));
	dir = opendir(strbuf_cstr(&path));
	if (!dir)
		return err_errno(err, errno, "%s", strbuf_cstr(&path));
	r = list_names(dir, arena, &names, err);
	(void)closedir(dir); /* was only read */
	if (r < 0)
		return r;
	vec_sort(&names, compare_names);
	p = arena_array(arena, names.n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	if (names.n)
		memcpy(p, names.p, names.n * sizeof *p);
	*ret = (struct str_list){p, names.n};
	return 0;
}

static bool content_trust(void)
{
	const char *value = getenv("DOCKER_CONTENT_TRUST");

	return value && (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0);
}

void lint_open_beside(struct source_file *f)
{
	f->read_beside = read_beside;
	f->list_beside = list_beside;
	f->content_trust = content_trust();
}

static void tell_fixes(const char *path, size_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8 * LIMIT_PATH_BYTES);

	strbuf_adds(&sb, "plimsoll: ");
	(void)text_add(&sb, str_of(path), SIZE_MAX, true); /* width: no matter */
	strbuf_addf(&sb, ": %zu %s\n", n, n == 1 ? "fix" : "fixes");
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

/* *fixed is what is to be checked. */
static int fix(struct lint_fixing *fixing, const struct source_file *f, const char *path,
	       struct strbuf *fixed, struct err *err)
{
	size_t n;
	int r = lint_fix(fixing->fixer, f, fixed, &n, err);

	if (r < 0 || n == 0)
		return r;
	if (!fixing->write) {
		r = edits_diff(f->bytes, strbuf_str(fixed), f->path, &fixing->diff, err);
		strbuf_reset(fixed);
		strbuf_add(fixed, f->bytes);
		return r < 0 ? r : strbuf_check(fixed, err);
	}
	r = rewrite_file(path, f->bytes, strbuf_str(fixed), err);
	if (r == 0)
		tell_fixes(path, n);
	return r;
}

static int lint_bytes(struct lint *lint, struct lint_fixing *fixing, const char *path,
		      struct str bytes, bool has_folder, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf fixed = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct source_file f = {
		.path = str_of(path),
		.bytes = bytes,
	};
	int r = 0;

	lint_open_beside(&f);
	if (!has_folder) {
		f.read_beside = NULL;
		f.list_beside = NULL;
	}
	if (fixing->fixer) {
		r = fix(fixing, &f, path, &fixed, err);
		f.bytes = strbuf_str(&fixed);
	}
	return r < 0 ? r : lint_file(lint, &f, err);
}

/* What cannot be had is told; the others still are checked, but not said to be all. */
static int refuse(struct lint *lint, const char *path, const struct err *why, struct err *err)
{
	for (size_t i = 0; languages[i]; i++)
		lint_set_incomplete(lint, languages[i]);
	return why->code == ERR_NOMEM
		       ? err_nomem(err)
		       : judge_refuse(lint_judge(lint), str_of(path), "lint", why, err);
}

/* By name and content; of a file that is too large by what is at its start. */
static bool is_ours(const char *path, struct str bytes)
{
	const struct source_file f = {.path = str_of(path), .bytes = bytes};
	const struct language *language = language_of(&f);

	return language && language->score(&f) >= SCORE_FOUND;
}

static int refuse_size(struct lint *lint, const char *path, bool named, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char head[HEAD_BYTES];
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
	struct err why = {0};

	if (!named && n >= 0 && !is_ours(path, str_make(head, (size_t)n)))
		return 0;
	(void)err_set(&why, ERR_LIMIT, "larger than yaml_bytes (%d)", (int)LIMIT_YAML_BYTES);
	return refuse(lint, path, &why, err);
}

static int lint_one(struct lint *lint, struct lint_fixing *fixing, const char *path, bool named,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct err why = {0};
	int r = file_read(path, &bytes, &why);

	if (r == -ERR_LIMIT)
		return refuse_size(lint, path, named, err);
	if (r < 0)
		return named ? err_set(err, why.code, "%s", why.msg)
			     : refuse(lint, path, &why, err);
	if (!named && !is_ours(path, strbuf_str(&bytes)))
		return 0;
	return lint_bytes(lint, fixing, path, strbuf_str(&bytes), true, err);
}

/* Tools keep their own in hidden folders; only this one has files that people write. */
static int is_wanted(const struct dirent *e)
{
	return (e->d_name[0] != '.' || strcmp(e->d_name, ".devcontainer") == 0) &&
	       strcmp(e->d_name, "node_modules") != 0;
}

static int lint_folder(struct lint *lint, struct lint_fixing *fixing, const char *path,
		       unsigned depth, struct err *err);

static int lint_entry(struct lint *lint, struct lint_fixing *fixing, const char *path,
		      unsigned depth, struct err *err)
{
	struct err why = {0};
	struct stat st;
	int r = 0;

	if (lstat(path, &st) < 0)
		r = err_errno(&why, errno, "%s", path);
	else if (S_ISDIR(st.st_mode))
		return lint_folder(lint, fixing, path, depth + 1, err);
	else if (S_ISREG(st.st_mode))
		return lint_one(lint, fixing, path, false, err);
	return r < 0 ? refuse(lint, path, &why, err) : 0;
}

static int lint_folder(struct lint *lint, struct lint_fixing *fixing, const char *path,
		       unsigned depth, struct err *err)
{
	struct dirent **list;
	struct err why = {0};
	int n, r = 0;

	if (depth > LIMIT_PATH_DEPTH) {
		(void)err_set(&why, ERR_LIMIT, "deeper than path_depth (%d)",
			      (int)LIMIT_PATH_DEPTH);
		return refuse(lint, path, &why, err);
	}
	n = scandir(path, &list, is_wanted, alphasort);
	if (n < 0 && depth == 0)
		return err_errno(err, errno, "%s", path);
	if (n < 0) {
		(void)err_errno(&why, errno, "folder");
		return refuse(lint, path, &why, err);
	}
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf entry = STRBUF_INIT(LIMIT_PATH_BYTES);

		strbuf_addf(&entry, "%s/%s", path, list[i]->d_name);
		if (r == 0)
			r = lint_entry(lint, fixing, strbuf_cstr(&entry), depth, err);
		free(list[i]);
	}
	free(list);
	return r;
}

int lint_path(struct lint *lint, struct lint_fixing *fixing, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_errno(err, errno, "%s", path);
	return S_ISDIR(st.st_mode) ? lint_folder(lint, fixing, path, 0, err)
				   : lint_one(lint, fixing, path, true, err);
}

/* As whose file a stream is read that nobody named: a Dockerfile's, unless it says another. */
static const char *name_of_stream(struct str bytes)
{
	struct source_file f = {.path = STR("stdin.yaml"), .bytes = bytes};
	const struct language *language = language_of(&f);

	return language && language->score(&f) >= SCORE_FOUND ? "stdin.yaml" : "Dockerfile";
}

int lint_stdin(struct lint *lint, struct lint_fixing *fixing, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = fd_read_all(STDIN_FILENO, &bytes, err);

	if (r < 0)
		return err_wrap(err, r, "standard input");
	if (!name)
		name = name_of_stream(strbuf_str(&bytes));
	return lint_bytes(lint, fixing, name, strbuf_str(&bytes), false, err);
}
