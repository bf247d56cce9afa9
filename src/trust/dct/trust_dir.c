/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/trust_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"
#include "trust/dct/name.h"

#define KEYS_DEPTH_MAX 32 /* folders in each other: a GUN has that many parts at most */

bool trust_dir_usual(struct strbuf *ret)
{
	const char *config = getenv("DOCKER_CONFIG"), *home = getenv("HOME");

	if (config && *config)
		strbuf_addf(ret, "%s/trust", config);
	else if (home && *home)
		strbuf_addf(ret, "%s/.docker/trust", home);
	return ret->n > 0 && ret->error == ERR_OK;
}

/* --- paths --- */

static void add_folder(struct strbuf *sb, const struct trust_dir *dir, struct str gun,
		       const char *last)
{
	strbuf_addf(sb, "%s/tuf/%.*s/%s", dir->path, STR_FMT(gun), last);
}

/* Cuts "a/b/c" at its last slash: the folder stays in *path, the name is given. */
static const char *cut_name(char *path)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	return slash + 1;
}

static int write_file(struct strbuf *path, struct str bytes, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;
	const char *name;
	int r = strbuf_check(path, err);

	if (r < 0)
		return r;
	name = cut_name(path->p);
	r = dir_make_all(path->p, err);
	if (r < 0)
		return r;
	fd = open(path->p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "open %s", path->p);
	return file_write_durable(fd, name, bytes, err);
}

static int drop_file(struct strbuf *path, struct err *err)
{
	int r = strbuf_check(path, err);

	if (r == 0 && unlink(strbuf_cstr(path)) < 0 && errno != ENOENT)
		return err_errno(err, errno, "remove %s", path->p);
	return r;
}

/* --- metadata --- */

/* Names of roles come from metadata: none may lead out of the folder. */
static int add_role_path(struct strbuf *sb, const struct trust_dir *dir, struct str gun,
			 struct str role, struct err *err)
{
	int r = dct_gun_check(gun, err);

	if (r == 0 && !dct_role_is_base(role) && !dct_role_is_delegation(role))
		r = err_set(err, ERR_FORMAT, "\"%.*s\" is no name of a role",
			    STR_FMT(str_sub(role, 0, 80)));
	if (r < 0)
		return r;
	add_folder(sb, dir, gun, "metadata/");
	strbuf_addf(sb, "%.*s.json", STR_FMT(role));
	return strbuf_check(sb, err);
}

int trust_dir_role(const struct trust_dir *dir, struct str gun, struct str role, struct strbuf *ret,
		   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = add_role_path(&path, dir, gun, role, err);

	return r < 0 ? r : file_read(strbuf_cstr(&path), ret, err);
}

int trust_dir_put_role(const struct trust_dir *dir, struct str gun, struct str role,
		       struct str bytes, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = add_role_path(&path, dir, gun, role, err);

	return r < 0 ? r : write_file(&path, bytes, err);
}

int trust_dir_drop_role(const struct trust_dir *dir, struct str gun, struct str role,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = add_role_path(&path, dir, gun, role, err);

	return r < 0 ? r : drop_file(&path, err);
}

/* --- keys --- */

struct walk {
	const struct trust_dir *dir;
	struct arena *arena;
	struct vec found;   /* struct trust_key_entry */
	struct vec folders; /* struct str, below the trust directory: still to be read */
};

/* "<id>_root" of notary 0.1 says the role; ids are hex. */
static void read_name(struct str stem, struct trust_key_entry *e)
{
	if (!str_cut(stem, '_', &e->id, &e->role))
		e->id = stem;
}

static struct str gun_of_folder(struct str folder)
{
	return str_pull_prefix(&folder, STR("private/tuf_keys/")) ? folder : STR_NULL;
}

static int see_name(struct walk *w, struct str folder, const struct dirent *entry, struct err *err)
{
	struct str name = str_of(entry->d_name);
	struct trust_key_entry *e;
	struct str *sub;

	if (name.p[0] == '.')
		return 0;
	if (entry->d_type == DT_DIR ||
	    (entry->d_type == DT_UNKNOWN && !str_has_suffix(name, STR(".key")))) {
		sub = vec_push(&w->folders);
		if (!sub)
			return err_set(err, ERR_LIMIT, "more folders of keys than trust_keys (%d)",
				       LIMIT_TRUST_KEYS);
		*sub = arena_strf(w->arena, "%.*s/%s", STR_FMT(folder), entry->d_name);
		return 0;
	}
	if (!str_has_suffix(name, STR(".key")))
		return 0;
	e = vec_push(&w->found);
	if (!e)
		return err_set(err, ERR_LIMIT, "more key files than trust_keys (%d)",
			       LIMIT_TRUST_KEYS);
	e->path = arena_strf(w->arena, "%.*s/%s", STR_FMT(folder), entry->d_name);
	e->gun = gun_of_folder(folder);
	read_name(arena_str(w->arena, str_sub(name, 0, name.n - 4)), e);
	return 0;
}

static int read_folder(struct walk *w, struct str folder, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct dirent *entry;
	DIR *d;
	int r;

	strbuf_addf(&path, "%s/%.*s", w->dir->path, STR_FMT(folder));
	r = strbuf_check(&path, err);
	if (r < 0)
		return r;
	d = opendir(path.p);
	if (!d)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_errno(err, errno, "read folder %s", path.p);
	while (r == 0 && (entry = readdir(d)))
		r = see_name(w, folder, entry, err);
	(void)closedir(d); /* it was only read */
	return r;
}

static int by_path(const void *a, const void *b)
{
	const struct trust_key_entry *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

static size_t depth_of(struct str folder)
{
	size_t n = 0;

	for (size_t i = 0; i < folder.n; i++)
		n += folder.p[i] == '/';
	return n;
}

static int walk_folders(struct walk *w, struct err *err)
{
	struct str *first = vec_push(&w->folders);
	int r = 0;

	if (!first)
		return err_nomem(err);
	*first = STR("private");
	for (size_t i = 0; i < w->folders.n && r == 0; i++) {
		struct str folder = *(struct str *)vec_at(&w->folders, i);

		if (depth_of(folder) <= KEYS_DEPTH_MAX)
			r = read_folder(w, folder, err);
	}
	return r == 0 ? arena_check(w->arena, err) : r;
}

int trust_dir_keys(const struct trust_dir *dir, struct arena *a, struct trust_key_list *ret,
		   struct err *err)
{
	struct walk w = {.dir = dir,
			 .arena = a,
			 .found = VEC_INIT(struct trust_key_entry, LIMIT_TRUST_KEYS),
			 .folders = VEC_INIT(struct str, LIMIT_TRUST_KEYS)};
	struct trust_key_entry *list = NULL;
	int r = walk_folders(&w, err);

	if (r == 0) {
		vec_sort(&w.found, by_path);
		list = arena_array(a, w.found.n + 1, sizeof *list);
		if (!list)
			r = err_nomem(err);
	}
	if (r == 0 && w.found.n)
		memcpy(list, w.found.p, w.found.n * sizeof *list);
	if (r == 0)
		*ret = (struct trust_key_list){list, w.found.n};
	vec_done(&w.found);
	vec_done(&w.folders);
	return r;
}

int trust_dir_key(const struct trust_dir *dir, const struct trust_key_entry *entry,
		  struct strbuf *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r;

	strbuf_addf(&path, "%s/%.*s", dir->path, STR_FMT(entry->path));
	r = strbuf_check(&path, err);
	return r < 0 ? r : file_read(path.p, ret, err);
}

int trust_dir_put_key(const struct trust_dir *dir, struct str id, struct str pem, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

	strbuf_addf(&path, "%s/private/%.*s.key", dir->path, STR_FMT(id));
	if (strbuf_check(&path, NULL) == 0 && access(path.p, F_OK) == 0)
		return err_set(err, ERR_USAGE, "%s is there already", path.p);
	return write_file(&path, pem, err);
}

/* --- changes --- */

static int by_name(const void *a, const void *b)
{
	const struct trust_change_entry *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static int read_change(const struct strbuf *folder, struct trust_change_entry *e, struct arena *a,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TRUST_CHANGE_BYTES);
	int r;

	strbuf_addf(&path, "%.*s/%.*s", STR_FMT(strbuf_str(folder)), STR_FMT(e->name));
	r = strbuf_check(&path, err);
	if (r == 0)
		r = file_read(path.p, &bytes, err);
	if (r == 0)
		e->bytes = arena_str(a, strbuf_str(&bytes));
	return r;
}

static int list_changes(const struct strbuf *folder, struct arena *a, struct vec *found,
			struct err *err)
{
	struct dirent *entry;
	DIR *d = opendir(folder->p);
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_errno(err, errno, "read folder %s", folder->p);
	while (r == 0 && (entry = readdir(d))) {
		struct trust_change_entry *e;

		if (entry->d_name[0] == '.' ||
		    !str_has_suffix(str_of(entry->d_name), STR(".change")))
			continue;
		e = vec_push(found);
		if (e)
			e->name = arena_str(a, str_of(entry->d_name));
		else
			r = err_set(err, ERR_LIMIT,
				    "more changes to publish than trust_changes (%d)",
				    LIMIT_TRUST_CHANGES);
	}
	(void)closedir(d); /* it was only read */
	return r;
}

int trust_dir_changes(const struct trust_dir *dir, struct str gun, struct arena *a,
		      struct trust_change_list *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf folder = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(vec_done)
	struct vec found = VEC_INIT(struct trust_change_entry, LIMIT_TRUST_CHANGES);
	struct trust_change_entry *list;
	int r;

	add_folder(&folder, dir, gun, "changelist");
	r = strbuf_check(&folder, err);
	if (r == 0)
		r = list_changes(&folder, a, &found, err);
	if (r < 0)
		return r;
	vec_sort(&found, by_name);
	list = arena_array(a, found.n + 1, sizeof *list);
	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < found.n && r == 0; i++) {
		list[i] = *(struct trust_change_entry *)vec_at(&found, i);
		r = read_change(&folder, &list[i], a, err);
	}
	if (r < 0)
		return r;
	*ret = (struct trust_change_list){list, found.n};
	return arena_check(a, err);
}

int trust_dir_put_change(const struct trust_dir *dir, struct str gun, uint64_t time_ns,
			 struct str bytes, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	unsigned char id[16];

	if (getrandom(id, sizeof id, 0) != (ssize_t)sizeof id)
		return err_errno(err, errno, "getrandom");
	add_folder(&path, dir, gun, "changelist/");
	strbuf_addf(&path, "%020llu_", (unsigned long long)time_ns);
	for (size_t i = 0; i < sizeof id; i++)
		strbuf_addf(&path, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			    id[i]);
	strbuf_adds(&path, ".change");
	return write_file(&path, bytes, err);
}

int trust_dir_drop_changes(const struct trust_dir *dir, struct str gun,
			   const struct trust_change_list *list, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

		add_folder(&path, dir, gun, "changelist/");
		strbuf_add(&path, list->p[i].name);
		r = drop_file(&path, err);
	}
	return r;
}
