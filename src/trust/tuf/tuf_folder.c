/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "trust/tuf/tuf_path.h"

#define SUFFIX_MAX 16

int tuf_folder_name(struct str role, const char *suffix, char ret[TUF_FOLDER_NAME_MAX],
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf quoted = STRBUF_INIT(TUF_FOLDER_NAME_MAX - SUFFIX_MAX);
	char hex[DIGEST_TEXT_MAX];
	struct digest_value v;
	int r;

	tuf_quote(role, false, &quoted);
	if (strbuf_check(&quoted, NULL) < 0 || quoted.n == 0) {
		r = digest_of(role, &v, err);
		if (r < 0)
			return r;
		strbuf_done(&quoted);
		quoted = (struct strbuf)STRBUF_INIT(TUF_FOLDER_NAME_MAX - SUFFIX_MAX);
		strbuf_adds(&quoted, "sha256-");
		strbuf_add(&quoted, str_skip(digest_format(&v, hex), 7));
	}
	if ((r = strbuf_check(&quoted, err)) < 0)
		return r;
	/* "." and ".." are folders already. */
	(void)snprintf(ret, TUF_FOLDER_NAME_MAX, "%s%s%s", quoted.p[0] == '.' ? "%2E" : "",
		       strbuf_cstr(&quoted) + (quoted.p[0] == '.'), suffix);
	return 0;
}

static int load(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	const struct tuf_folder *f = ctx;
	CLEANUP(fd_closep) int fd = -1;
	char name[TUF_FOLDER_NAME_MAX];
	int r = tuf_folder_name(role, f->suffix, name, err);

	if (r < 0)
		return r;
	fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_errno(err, errno, "%s", name);
	r = fd_read_all(fd, out, err);
	return r < 0 ? err_wrap(err, r, "%s", name) : 0;
}

static int save(void *ctx, struct str role, struct str bytes, struct err *err)
{
	const struct tuf_folder *f = ctx;
	char name[TUF_FOLDER_NAME_MAX];
	int r = tuf_folder_name(role, f->suffix, name, err);

	return r < 0 ? r : file_write_durable(f->fd, name, bytes, err);
}

static int drop(void *ctx, struct str role, struct err *err)
{
	const struct tuf_folder *f = ctx;
	char name[TUF_FOLDER_NAME_MAX];
	int r = tuf_folder_name(role, f->suffix, name, err);

	if (r == 0 && unlinkat(f->fd, name, 0) < 0 && errno != ENOENT)
		r = err_errno(err, errno, "remove %s", name);
	return r;
}

int tuf_folder_open(struct tuf_folder *f, const char *path, struct err *err)
{
	int r = dir_make_all(path, err);

	if (r < 0)
		return r;
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return err_errno(err, errno, "%s", path);
	f->store = (struct tuf_store){f, load, save, drop};
	return 0;
}

void tuf_folder_done(struct tuf_folder *f)
{
	fd_closep(&f->fd);
}
