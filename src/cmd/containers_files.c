/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/containers_files.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"

#define FILES_MAX 1024

static struct str home(struct arena *a, const char *rest)
{
	const char *dir = getenv("HOME");

	return dir && dir[0] == '/' ? arena_strf(a, "%s/%s", dir, rest) : STR_NULL;
}

int containers_policy_file(const char *given, struct arena *a, struct str *ret, struct err *err)
{
	struct str own;

	if (strcmp(given, "system") != 0) {
		*ret = str_of(given);
		return 0;
	}
	own = home(a, ".config/containers/policy.json");
	*ret = own.p && access(own.p, F_OK) == 0 ? own : STR("/etc/containers/policy.json");
	if (access(ret->p, F_OK) == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "there is no policy.json in ~/.config/containers and /etc/containers");
}

/* ---- registries.d ---- */

static int add_file(struct registries_d *d, const char *dir, const char *name, struct arena *a,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_CONTAINERS_POLICY_BYTES);
	struct str path = arena_strf(a, "%s/%s", dir, name);
	int r = path.p ? file_read(path.p, &sb, err) : err_nomem(err);

	return r < 0 ? r : registries_d_add(d, path.p, strbuf_str(&sb), err);
}

static int cmp_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* In order of names, so that an error is the same one each time. */
static int list_files(const char *dir, DIR *stream, struct arena *a, struct vec *names,
		      struct err *err)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(stream)) != NULL) {
		struct str name = str_of(entry->d_name), *slot;

		if (!str_has_suffix(name, STR(".yaml")))
			continue;
		slot = vec_push(names);
		if (!slot)
			return err_set(err, ERR_LIMIT, "%s: holds more than %d files", dir,
				       FILES_MAX);
		*slot = arena_str(a, name);
		if (!slot->p)
			return err_nomem(err);
	}
	vec_sort(names, cmp_name);
	return errno ? err_errno(err, errno, "%s", dir) : 0;
}

static int add_dir(struct registries_d *d, const char *dir, bool must_be, struct arena *a,
		   struct err *err)
{
	CLEANUP(vec_done) struct vec names = VEC_INIT(struct str, FILES_MAX);
	DIR *stream = opendir(dir);
	int r;

	if (!stream)
		return errno == ENOENT && !must_be ? 0 : err_errno(err, errno, "%s", dir);
	r = list_files(dir, stream, a, &names, err);
	(void)closedir(stream); /* it was only read */
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const struct str *name = vec_at(&names, i);

		r = add_file(d, dir, name->p, a, err);
	}
	return r;
}

static struct str usual_dir(struct arena *a)
{
	struct str own = home(a, ".config/containers/registries.d");
	struct stat st;

	return own.p && stat(own.p, &st) == 0 ? own : STR("/etc/containers/registries.d");
}

static int default_store(struct arena *a, struct str *ret, struct err *err)
{
	struct str own = home(a, ".local/share/containers/sigstore");

	if (geteuid() == 0)
		own = STR("/var/lib/containers/sigstore");
	if (!own.p)
		return err_set(err, ERR_USAGE, "no place for signatures: HOME is not set");
	*ret = arena_strf(a, "file://%.*s", STR_FMT(own));
	return ret->p ? 0 : err_nomem(err);
}

int containers_lookaside(const char *dir, const struct image_identity *image,
			 enum registries_d_use use, struct arena *a, struct registries_d_place *ret,
			 struct err *err)
{
	CLEANUP(registries_d_freep) struct registries_d *d = NULL;
	int r = registries_d_new(&d, err);

	if (r == 0)
		r = add_dir(d, dir ? dir : usual_dir(a).p, dir != NULL, a, err);
	if (r == 0)
		r = registries_d_find(d, image, use, a, ret, err);
	if (r == 0 && ret->base.n == 0)
		r = default_store(a, &ret->base, err);
	return r;
}

struct str containers_repository(const struct image_identity *image)
{
	struct str domain, path;

	return str_cut(image->name.name, '/', &domain, &path) ? path : STR_NULL;
}
