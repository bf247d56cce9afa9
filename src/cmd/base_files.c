/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/base_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "cmd/report_file.h"

static int add_file(struct vec *bases, const char *path, struct err *err)
{
	CLEANUP(report_freep) struct report *report = NULL;
	struct report **slot;
	int r = report_file_read(path, &report, err);

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, ERR_USAGE,
			       "--compare-base %s: no report that plimsoll scan --format json "
			       "printed",
			       path);
	slot = vec_push(bases);
	if (!slot)
		return err_set(err, ERR_LIMIT, "--compare-base: more than compared_bases (%d)",
			       LIMIT_COMPARED_BASES);
	*slot = TAKE(report);
	return 0;
}

static int is_json(const struct dirent *e)
{
	return e->d_name[0] != '.' && str_has_suffix(str_of(e->d_name), STR(".json"));
}

static int add_folder(struct vec *bases, const char *path, struct err *err)
{
	struct dirent **list;
	int n = scandir(path, &list, is_json, alphasort), r = 0;

	if (n < 0)
		return err_errno(err, errno, "--compare-base %s", path);
	if (n == 0)
		r = err_set(err, ERR_USAGE, "--compare-base %s: no report in it: no NAME.json",
			    path);
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_PATH_BYTES);

		strbuf_addf(&file, "%s/%s", path, list[i]->d_name);
		if (r == 0)
			r = strbuf_check(&file, err);
		if (r == 0)
			r = add_file(bases, strbuf_cstr(&file), err);
		free(list[i]);
	}
	free(list);
	return r;
}

int base_files_read(const struct option_list *paths, struct vec *ret, struct err *err)
{
	struct stat st;
	int r = 0;

	*ret = (struct vec)VEC_INIT(struct report *, LIMIT_COMPARED_BASES);
	for (size_t i = 0; r == 0 && i < paths->n; i++)
		r = stat(paths->p[i], &st) == 0 && S_ISDIR(st.st_mode)
			    ? add_folder(ret, paths->p[i], err)
			    : add_file(ret, paths->p[i], err);
	return r;
}

void base_files_done(struct vec *bases)
{
	for (size_t i = 0; i < bases->n; i++)
		report_freep(vec_at(bases, i));
	vec_done(bases);
}
