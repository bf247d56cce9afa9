/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/notation_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"

#define FILES_MAX      1024
#define FILE_BYTES_MAX 1048576

static int read_policy(const char *path, enum notation_policy_kind kind, struct arena *arena,
		       struct notation_policy *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(NOTATION_POLICY_BYTES_MAX);
	int r = file_read(path, &bytes, err);

	if (r < 0)
		return r;
	r = notation_policy_parse(strbuf_str(&bytes), kind, arena, ret, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}

int notation_files_policy(const char *dir, const char *file, enum notation_policy_kind kind,
			  struct arena *arena, struct notation_policy *ret, struct err *err)
{
	static const char *const names[][2] = {
		[NOTATION_POLICY_OCI] = {"trustpolicy.oci.json", "trustpolicy.json"},
		[NOTATION_POLICY_BLOB] = {"trustpolicy.blob.json", NULL},
	};
	char path[PATH_MAX];

	if (file)
		return read_policy(file, kind, arena, ret, err);
	for (size_t i = 0; i < 2 && names[kind][i]; i++) {
		if (snprintf(path, sizeof path, "%s/%s", dir, names[kind][i]) >= (int)sizeof path)
			return err_set(err, ERR_USAGE, "%s: the name is too long", dir);
		if (access(path, F_OK) == 0)
			return read_policy(path, kind, arena, ret, err);
	}
	return err_set(err, ERR_NOT_FOUND, "%s: no %s in it", dir, names[kind][0]);
}

static bool is_certificate_name(struct str name)
{
	return str_has_suffix(name, STR(".pem")) || str_has_suffix(name, STR(".crt")) ||
	       str_has_suffix(name, STR(".cer")) || str_has_suffix(name, STR(".der"));
}

static int add_file(int dir_fd, const char *path, const char *name,
		    const struct notation_store_name *store, struct notation_trust_store *all,
		    struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(FILE_BYTES_MAX);
	struct stat st;
	int r;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_DENIED, "%s/%s: a link; a trust store has none", path,
			       name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s/%s", path, name);
	if (S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode) || !is_certificate_name(str_of(name)))
		return err_set(err, ERR_FORMAT, "%s/%s: no file .pem, .crt, .cer or .der", path,
			       name);
	if ((r = fd_read_all(fd, &bytes, err)) == 0)
		r = notation_trust_store_add(all, store->type, store->name, strbuf_str(&bytes),
					     err);
	return r < 0 ? err_wrap(err, r, "%s/%s", path, name) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Sorted, so that the first error is the same each time. */
static int add_files(int dir_fd, const char *path, const struct notation_store_name *store,
		     struct notation_trust_store *all, struct err *err)
{
	struct dirent **entries = NULL;
	int n = scandirat(dir_fd, ".", &entries, is_entry, by_name), r = 0;

	if (n < 0)
		return err_errno(err, errno, "%s", path);
	if (n > FILES_MAX)
		r = err_set(err, ERR_LIMIT, "%s: more than %d files", path, FILES_MAX);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_file(dir_fd, path, entries[i]->d_name, store, all, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int add_store(const char *dir, const struct notation_store_name *store,
		     struct notation_trust_store *all, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/truststore/x509/%s/%.*s", dir,
		     notation_store_type_name(store->type),
		     STR_FMT(store->name)) >= (int)sizeof path)
		return err_set(err, ERR_USAGE, "%s: the name is too long", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_set(err, ERR_DENIED, "%s: no folder; a trust store is one, and no link",
			       path);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	return add_files(fd, path, store, all, err);
}

int notation_files_stores(const char *dir, const struct notation_statement *statement,
			  struct notation_trust_store *ret, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < statement->n_stores && r == 0; i++)
		if (!notation_trust_store_find(ret, &statement->stores[i])) /* named twice */
			r = add_store(dir, &statement->stores[i], ret, err);
	return r;
}
