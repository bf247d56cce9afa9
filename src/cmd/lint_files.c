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

static int list_folder(const char *path, struct arena *arena, struct str_list *ret, struct err *err)
{
	CLEANUP(vec_done) struct vec names = VEC_INIT(struct str, LIMIT_CONTEXT_ENTRIES);
	struct str *p;
	DIR *dir;
	int r;

	dir = opendir(path);
	if (!dir)
		return err_errno(err, errno, "%s", path);
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

/* False: it cannot be listed, or there is no more room to keep names in. */
static bool list_again(struct lint_listing *last, struct str path, struct str_list *ret)
{
	struct str_list names;
	bool known;

	pthread_mutex_lock(&last->lock);
	known = last->path.p && str_eq(last->path, path);
	if (!known && list_folder(path.p, &last->arena, &names, NULL) == 0) {
		last->names = names;
		last->path = arena_str(&last->arena, path);
		known = last->path.p != NULL;
	}
	*ret = last->names;
	pthread_mutex_unlock(&last->lock);
	return known;
}

static int list_beside(const struct source_file *f, struct str folder, struct arena *arena,
		       struct str_list *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

	strbuf_addf(&path, "%.*s/%.*s", STR_FMT(beside(f)), STR_FMT(folder));
	if (f->context && folder.n == 0 && list_again(f->context, str_of(strbuf_cstr(&path)), ret))
		return 0;
	return list_folder(strbuf_cstr(&path), arena, ret, err);
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

/* A file is rewritten, and checked as it is then; or the difference is gathered. */
static int fix(struct lint_fixing *fixing, const struct source_file *f, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf fixed = STRBUF_INIT(LIMIT_YAML_BYTES);
	size_t n;
	int r = lint_fix(fixing->fixer, f, &fixed, &n, err);

	if (r < 0 || n == 0)
		return r;
	if (!fixing->write)
		return edits_diff(f->bytes, strbuf_str(&fixed), f->path, &fixing->diff, err);
	r = rewrite_file(f->path.p, f->bytes, strbuf_str(&fixed), err);
	if (r == 0)
		tell_fixes(f->path.p, n);
	return r;
}

/* ---- which files ---- */

struct listed {
	struct str path;
	struct str bytes; /* of standard input; else .p is NULL */
	bool named;	  /* by the user: it must be one, and readable */
};

void lint_list_init(struct lint_list *list, struct lint *lint)
{
	*list = (struct lint_list){.lint = lint, .files = VEC_INIT(struct listed, SIZE_MAX)};
	arena_init(&list->arena, SIZE_MAX);
	arena_init(&list->listing.arena, LIMIT_LISTING_BYTES);
	(void)pthread_mutex_init(&list->listing.lock, NULL); /* cannot fail with these attributes */
}

void lint_list_done(struct lint_list *list)
{
	vec_done(&list->files);
	arena_done(&list->arena);
	arena_done(&list->listing.arena);
	(void)pthread_mutex_destroy(&list->listing.lock);
}

static int add_file(struct lint_list *list, const char *path, bool named, struct err *err)
{
	struct listed *f = vec_push(&list->files);

	if (!f)
		return err_nomem(err);
	f->path = arena_str(&list->arena, str_of(path));
	f->named = named;
	return arena_check(&list->arena, err);
}

/* What cannot be had is told; the others still are checked, but not said to be all. */
static int refuse(struct lint_list *list, const char *path, const struct err *why, struct err *err)
{
	return lint_refuse(list->lint, str_of(path), why, err);
}

/* Tools keep their own in hidden folders; only this one has files that people write. */
static int is_wanted(const struct dirent *e)
{
	return (e->d_name[0] != '.' || strcmp(e->d_name, ".devcontainer") == 0) &&
	       strcmp(e->d_name, "node_modules") != 0;
}

static int add_folder(struct lint_list *list, const char *path, unsigned depth, struct err *err);

static int add_entry(struct lint_list *list, const char *path, unsigned depth, struct err *err)
{
	struct err why = {0};
	struct stat st;
	int r = 0;

	if (lstat(path, &st) < 0)
		r = err_errno(&why, errno, "%s", path);
	else if (S_ISDIR(st.st_mode))
		return add_folder(list, path, depth + 1, err);
	else if (S_ISREG(st.st_mode))
		return add_file(list, path, false, err);
	return r < 0 ? refuse(list, path, &why, err) : 0;
}

static int add_folder(struct lint_list *list, const char *path, unsigned depth, struct err *err)
{
	struct dirent **entries;
	struct err why = {0};
	int n, r = 0;

	if (depth > LIMIT_PATH_DEPTH) {
		(void)err_set(&why, ERR_LIMIT, "deeper than path_depth (%d)",
			      (int)LIMIT_PATH_DEPTH);
		return refuse(list, path, &why, err);
	}
	n = scandir(path, &entries, is_wanted, alphasort);
	if (n < 0 && depth == 0)
		return err_errno(err, errno, "%s", path);
	if (n < 0) {
		(void)err_errno(&why, errno, "folder");
		return refuse(list, path, &why, err);
	}
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf entry = STRBUF_INIT(LIMIT_PATH_BYTES);

		strbuf_addf(&entry, "%s/%s", path, entries[i]->d_name);
		if (r == 0)
			r = add_entry(list, strbuf_cstr(&entry), depth, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int lint_list_path(struct lint_list *list, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_errno(err, errno, "%s", path);
	return S_ISDIR(st.st_mode) ? add_folder(list, path, 0, err)
				   : add_file(list, path, true, err);
}

/* No Dockerfile starts with one of these. */
static bool is_json(struct str bytes)
{
	bytes = str_trim(bytes);
	return bytes.n && (bytes.p[0] == '{' || bytes.p[0] == '[');
}

/* As whose file a stream is read that nobody named: a Dockerfile's, unless it says another. */
static const char *name_of_stream(struct str bytes)
{
	struct source_file f = {.path = STR("stdin.yaml"), .bytes = bytes};
	const struct language *language = language_of(&f);

	if (is_json(bytes))
		return "stdin.json";

	return language && language->score(&f) >= SCORE_FOUND ? "stdin.yaml" : "Dockerfile";
}

int lint_list_stdin(struct lint_list *list, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = fd_read_all(STDIN_FILENO, &bytes, err);
	struct listed *f;

	if (r < 0)
		return err_wrap(err, r, "standard input");
	r = add_file(list, name ? name : name_of_stream(strbuf_str(&bytes)), true, err);
	if (r < 0)
		return r;
	f = vec_at(&list->files, list->files.n - 1);
	f->bytes = arena_str(&list->arena, strbuf_str(&bytes));
	return arena_check(&list->arena, err);
}

/* ---- each of them ---- */

static bool is_ours(const struct source_file *f)
{
	return f->language && f->language->score(f) >= SCORE_FOUND;
}

static void tell_too_large(const struct language *language, struct err *err)
{
	if (language && language->limit)
		(void)err_set(err, ERR_LIMIT, "larger than %s (%llu)", language->limit,
			      (unsigned long long)language->max_bytes);
	else
		(void)err_set(err, ERR_LIMIT, "larger than yaml_bytes (%d)", (int)LIMIT_YAML_BYTES);
}

/* A file that is too large is known by its name and what is at its start. */
static int open_large(const struct listed *f, struct source_file *ret, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(f->path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char head[HEAD_BYTES];
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
	struct source_file start = *ret;

	start.bytes = str_make(head, n < 0 ? 0 : (size_t)n);
	start.language = language_of(&start);
	if (!f->named && n >= 0 && !is_ours(&start))
		return LINT_SKIP;
	tell_too_large(start.language, err);
	return LINT_REFUSE;
}

static struct str folder_of(const struct lint_list *list, size_t i)
{
	const struct listed *f = vec_at(&list->files, i);
	struct str path = f ? f->path : STR_NULL;

	return str_sub(path, 0, path.n - path_base(path).n);
}

/* Whether the file before it or behind it stands beside it. */
static bool has_neighbour(const struct lint_list *list, size_t i)
{
	struct str folder = folder_of(list, i);

	return (i > 0 && str_eq(folder_of(list, i - 1), folder)) ||
	       (i + 1 < list->files.n && str_eq(folder_of(list, i + 1), folder));
}

static int open_file(void *context, size_t i, struct strbuf *bytes, struct source_file *ret,
		     struct err *err)
{
	struct lint_list *list = context;
	const struct listed *f = vec_at(&list->files, i);
	int r = f->bytes.p ? 0 : file_read(f->path.p, bytes, err);

	*ret = (struct source_file){.path = f->path, .bytes = f->bytes};
	lint_open_beside(ret);
	ret->context = has_neighbour(list, i) ? &list->listing : NULL;
	if (f->bytes.p) {
		ret->read_beside = NULL;
		ret->list_beside = NULL;
		return LINT_CHECK;
	}
	if (r == -ERR_LIMIT)
		return open_large(f, ret, err);
	if (r < 0)
		return f->named || r == -ERR_NOMEM ? r : LINT_REFUSE;
	ret->bytes = strbuf_str(bytes);
	ret->language = language_of(ret);
	return f->named || is_ours(ret) ? LINT_CHECK : LINT_SKIP;
}

static int fix_all(struct lint_list *list, struct lint_fixing *fixing, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < list->files.n; i++) {
		struct source_file f;

		strbuf_reset(&bytes);
		r = open_file(list, i, &bytes, &f, err);
		if (r == LINT_CHECK)
			r = fix(fixing, &f, err);
	}
	return r < 0 ? r : 0;
}

int lint_list_check(struct lint_list *list, struct lint_fixing *fixing, unsigned n_threads,
		    struct err *err)
{
	const struct lint_input in = {
		.n = list->files.n, .context = list, .open = open_file, .n_threads = n_threads};
	int r = fixing->fixer ? fix_all(list, fixing, err) : 0;

	return r < 0 ? r : lint_files(list->lint, &in, err);
}

int lint_list_each(struct lint_list *list,
		   int (*fn)(void *context, const struct source_file *f, struct err *err),
		   void *context, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < list->files.n; i++) {
		struct source_file f;

		strbuf_reset(&bytes);
		r = open_file(list, i, &bytes, &f, err);
		if (r == LINT_CHECK)
			r = fn(context, &f, err);
	}
	return r < 0 ? r : 0;
}
