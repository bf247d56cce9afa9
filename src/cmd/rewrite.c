/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rewrite.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/terminal.h"
#include "render/text.h"

static int check_unchanged(const char *path, struct str before, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf now = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = file_read(path, &now, err);

	if (r == 0 && !str_eq(strbuf_str(&now), before))
		r = err_set(err, ERR_DENIED, "%s: changed meanwhile; it is left as it is", path);
	return r;
}

static int write_temp(int fd, const struct stat *st, struct str after, const char *path,
		      struct err *err)
{
	int r = fd_write_all(fd, after, err);

	if (r < 0)
		return r;
	/* Only root can give a file away; who else may write here keeps it as his own. */
	if ((st->st_uid != geteuid() || st->st_gid != getegid()) &&
	    fchown(fd, st->st_uid, st->st_gid) < 0 && errno != EPERM)
		return err_errno(err, errno, "%s: give it its owner", path);
	if (fchmod(fd, st->st_mode & 07777) < 0 || fsync(fd) < 0)
		return err_errno(err, errno, "%s: write", path);
	return 0;
}

int rewrite_file(const char *path, struct str before, struct str after, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf temp = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(freep) char *real = realpath(path, NULL);
	CLEANUP(fd_closep) int fd = -1;
	struct str folder, base;
	struct stat st;
	int r;

	if (!real || stat(real, &st) < 0)
		return err_errno(err, errno, "%s", path);
	(void)str_rcut(str_of(real), '/', &folder, &base); /* realpath gives an absolute one */
	strbuf_add(&temp, folder);
	strbuf_adds(&temp, "/" FILE_TEMP_PREFIX "XXXXXX");
	r = strbuf_check(&temp, err);
	if (r < 0)
		return r;
	fd = mkstemp(temp.p);
	if (fd < 0)
		return err_errno(err, errno, "%s: write beside it", path);
	r = write_temp(fd, &st, after, path, err);
	if (r == 0)
		r = check_unchanged(real, before, err);
	if (r == 0 && rename(temp.p, real) < 0)
		r = err_errno(err, errno, "%s", path);
	if (r < 0)
		(void)unlink(temp.p); /* what went wrong is told already */
	return r;
}

int rewrite_print_diff(const struct report_output *out, struct str diff, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf safe = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct terminal t = terminal_look(STDOUT_FILENO);

	if (!t.is_terminal || (out->path && strcmp(out->path, "-") != 0))
		return report_output_print(out, diff, err);
	for (size_t from = 0, i = 0; i <= diff.n; i++) {
		if (i < diff.n && diff.p[i] != '\n' && diff.p[i] != '\t')
			continue;
		(void)text_add(&safe, str_sub(diff, from, i - from), SIZE_MAX, t.unicode);
		if (i < diff.n)
			strbuf_addc(&safe, diff.p[i]);
		from = i + 1;
	}
	return strbuf_check(&safe, err) < 0 ? -(int)safe.error
					    : report_output_print(out, strbuf_str(&safe), err);
}
