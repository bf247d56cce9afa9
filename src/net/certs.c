/* SPDX-License-Identifier: Apache-2.0 */
#include "net/certs.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

void certs_done(struct certs *c)
{
	strbuf_done(&c->trusted);
	strbuf_done(&c->cert);
	strbuf_done(&c->key);
}

static int add_client(const char *dir, struct str name, struct certs *c, struct err *err)
{
	struct str stem = str_sub(name, 0, name.n - STR(".cert").n);
	int r;

	if (c->cert.n)
		return 0; /* the first in order of names is used, as Docker does for one server */
	strbuf_addf(&c->cert, "%s/%.*s", dir, STR_FMT(name));
	strbuf_addf(&c->key, "%s/%.*s.key", dir, STR_FMT(stem));
	r = strbuf_check(&c->key, err);
	if (r < 0)
		return r;
	if (access(strbuf_cstr(&c->key), F_OK) < 0)
		return err_set(err, ERR_USAGE, "client certificate %s has no key: expected %s",
			       strbuf_cstr(&c->cert), strbuf_cstr(&c->key));
	return 0;
}

static int add_file(const char *dir, struct str name, struct certs *c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r;

	if (str_has_suffix(name, STR(".cert")))
		return add_client(dir, name, c, err);
	if (!str_has_suffix(name, STR(".crt")))
		return 0;
	strbuf_addf(&path, "%s/%.*s", dir, STR_FMT(name));
	r = strbuf_check(&path, err);
	if (r < 0)
		return r;
	r = file_read(strbuf_cstr(&path), &c->trusted, err);
	strbuf_addc(&c->trusted, '\n');
	return r;
}

static void free_names(struct dirent **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* 1 when the folder is there, 0 when not. */
static int read_dir(const char *dir, struct certs *c, struct err *err)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort), r = 0;

	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_errno(err, errno, "certificates in %s", dir);
	for (int i = 0; i < n && r >= 0; i++)
		r = add_file(dir, str_of(names[i]->d_name), c, err);
	free_names(names, n);
	return r < 0 ? r : 1;
}

static int try_below(const char *base, const char *middle, struct str host, struct certs *c,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r;

	strbuf_addf(&path, "%s%s/%.*s", base, middle, STR_FMT(host));
	r = strbuf_check(&path, err);
	return r < 0 ? r : read_dir(strbuf_cstr(&path), c, err);
}

static int find_usual(struct str host, struct certs *c, struct err *err)
{
	static const char *const system_dirs[] = {"/etc/containers/certs.d", "/etc/docker/certs.d"};
	const char *home = getenv("HOME");
	int r = home ? try_below(home, "/.config/containers/certs.d", host, c, err) : 0;

	for (size_t i = 0; i < ARRAY_LEN(system_dirs) && r == 0; i++)
		r = try_below(system_dirs[i], "", host, c, err);
	return r;
}

int certs_find(const char *dir, struct str host, struct certs *ret, struct err *err)
{
	int r;

	if (host.n == 0 || host.p[0] == '.' || str_find_char(host, '/') < host.n)
		return 0; /* a unix socket, or no host name */
	r = dir ? try_below(dir, "", host, ret, err) : find_usual(host, ret, err);
	return r < 0 ? r : 0;
}
