/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/secret_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/shipped.h"

#define NAME_BYTES     (16 + 1 + 16 + 1)
#define OLD_SECONDS    (14 * 86400) /* a build or rules that nobody has used for so long */
#define LEAST_SURE     0.5
#define SHIPPED_DIR    "secrets/"
#define KEPT_MAX_BYTES ((size_t)256 << 20)

/* ---- the packs ---- */

static int add_shipped(struct secret_set *set, struct err *err)
{
	int r = 0;

	for (const struct shipped_file *f = shipped_files; f->name && r == 0; f++)
		if (str_has_prefix(str_of(f->name), STR(SHIPPED_DIR)))
			r = secret_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name),
						err);
	return r;
}

static int add_file(struct secret_set *set, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = file_read(path, &sb, err);

	return r < 0 ? r : secret_set_add_pack(set, strbuf_str(&sb), str_of(path), err);
}

static int is_yaml(const struct dirent *e)
{
	struct str name = str_of(e->d_name);

	return e->d_name[0] != '.' &&
	       (str_has_suffix(name, STR(".yaml")) || str_has_suffix(name, STR(".yml")));
}

static int add_folder(struct secret_set *set, const char *path, struct err *err)
{
	struct dirent **list;
	int n = scandir(path, &list, is_yaml, alphasort), r = 0;

	if (n < 0)
		return err_errno(err, errno, "%s", path);
	for (int i = 0; i < n; i++) {
		CLEANUP(freep) char *file = NULL;

		if (r == 0 && asprintf(&file, "%s/%s", path, list[i]->d_name) < 0) {
			file = NULL;
			r = err_nomem(err);
		}
		if (r == 0)
			r = add_file(set, file, err);
		free(list[i]);
	}
	free(list);
	return n == 0 ? err_set(err, ERR_USAGE, "%s: no pack of rules in it: no NAME.yaml", path)
		      : r;
}

/* ---- what was compiled before ---- */

static int open_dir(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	CLEANUP(freep) char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/secrets-1", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.cache/plimsoll/secrets-1", home);
	if (n < 0) {
		path = NULL;
		return -1;
	}
	return dir_make_all(path, NULL) < 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void name_of(const struct secret_set *set, char name[NAME_BYTES])
{
	(void)snprintf(name, NAME_BYTES, "%016llx-%016llx", (unsigned long long)record_build_id(),
		       (unsigned long long)secret_set_hash(set)); /* fits */
}

static bool load_kept(int dir, struct secret_set *set)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(KEPT_MAX_BYTES);
	CLEANUP(fd_closep) int fd = -1;
	char name[NAME_BYTES];

	name_of(set, name);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fd_read_all(fd, &bytes, NULL) < 0 ||
	    !secret_set_load(set, strbuf_str(&bytes)))
		return false;
	(void)futimens(fd, NULL); /* its use; a read-only cache is fine */
	return true;
}

/* Of builds and rules that are not used any more. */
static void drop_old(int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	struct stat st;

	while (list && (e = readdir(list)))
		if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtim.tv_sec + OLD_SECONDS < time(NULL))
			(void)unlinkat(dir, e->d_name, 0); /* another may have been first */
	if (list)
		(void)closedir(list); /* read side */
}

/* A cache that cannot be written costs time only. */
static void store(int dir, const struct secret_set *set)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(KEPT_MAX_BYTES);
	char name[NAME_BYTES];

	name_of(set, name);
	if (secret_set_save(set, &bytes, NULL) == 0)
		(void)file_write_atomic(dir, name, strbuf_str(&bytes), NULL);
	drop_old(dir);
}

static int compile(struct secret_set *set, struct err *err)
{
	CLEANUP(fd_closep) int dir = open_dir();
	int r = 0;

	if (dir >= 0 && load_kept(dir, set))
		return 0;
	r = secret_set_compile(set, err);
	if (r == 0 && dir >= 0)
		store(dir, set);
	return r;
}

/* ---- all of it ---- */

int secret_files_read(const struct option_list *rules, struct secret_set **ret, struct err *err)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	int r = secret_set_new(&set, err);

	if (r == 0)
		r = add_shipped(set, err);
	for (size_t i = 0; r == 0 && i < rules->n; i++) {
		struct stat st;
		bool is_folder = stat(rules->p[i], &st) == 0 && S_ISDIR(st.st_mode);

		r = is_folder ? add_folder(set, rules->p[i], err) : add_file(set, rules->p[i], err);
	}
	if (r == 0)
		*ret = TAKE(set);
	return r;
}

int secret_files_load(const struct option_list *rules, struct secret_set **ret, struct err *err)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	int r = secret_files_read(rules, &set, err);

	if (r == 0)
		r = compile(set, err);
	if (r == 0)
		*ret = TAKE(set);
	return r;
}

static int parse_confidence(const char *text, double *ret, struct err *err)
{
	char *end;

	*ret = LEAST_SURE;
	if (!text)
		return 0;
	*ret = strtod(text, &end);
	if (end == text || *end || !(*ret >= 0 && *ret <= 1))
		return err_set(err, ERR_USAGE,
			       "--secret-confidence: \"%s\" is no number from 0 to 1", text);
	return 0;
}

int secret_files_open(const struct secret_files_options *options, struct secret_files *ret,
		      struct err *err)
{
	int r = parse_confidence(options->confidence, &ret->watching.least, err);

	if (r == 0)
		r = fingerprint_key_open(options->key, &ret->key, err);
	if (r == 0)
		r = secret_files_load(options->rules, &ret->set, err);
	ret->watching.set = ret->set;
	ret->watching.key = &ret->key;
	if (r == 0 && options->verify)
		r = secret_verifier_start(options->endpoints->p, options->endpoints->n,
					  &ret->watching.verifier, err);
	return r;
}

void secret_files_done(struct secret_files *f)
{
	secret_verifier_stop(f->watching.verifier);
	secret_set_free(f->set);
	fingerprint_key_done(&f->key);
}

int secret_files_watch(const struct secret_files *f, struct scan_watch *ret, struct err *err)
{
	*ret = (struct scan_watch){.type = &secret_watch, .shared = &f->watching};
	return secret_watching_recipe(&f->watching, &ret->recipe, err);
}
