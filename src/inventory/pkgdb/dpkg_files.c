/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/dpkg_files.h"

#define MD5_HEX_BYTES 32

static bool is_md5(struct str s)
{
	if (s.n != MD5_HEX_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return true;
}

/* md5sum(1) puts a space and then ' ' for text or '*' for binary between the two. */
static bool split_line(struct str line, struct str *ret_path)
{
	struct str digest, path;

	if (!str_cut(line, ' ', &digest, &path) || !is_md5(digest))
		return false;
	if (!str_pull_prefix(&path, STR(" ")))
		(void)str_pull_prefix(&path, STR("*"));
	*ret_path = path;
	return path.n > 0;
}

int dpkg_md5sums_parse(struct str bytes, struct file_list *files, struct err *err)
{
	struct str line, path;
	struct err what;
	int r = 0;

	for (size_t lineno = 1; r == 0 && str_pull_line(&bytes, &line); lineno++) {
		if (line.n == 0)
			continue;
		if (split_line(line, &path)) {
			r = file_list_add(files, path, err);
			continue;
		}
		(void)err_set(&what, ERR_FORMAT, "line %zu: expected an MD5 digest and a path",
			      lineno);
		r = pkg_sink_problem(files->sink, &what);
	}
	return r;
}
