/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"

#define SETTINGS_FILE ".plimsoll.yaml"

static int add_file(struct rule_set *set, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_YAML_BYTES);
	int r = file_read(path, &sb, err);

	return r < 0 ? r : rule_set_add_pack(set, strbuf_str(&sb), str_of(path), err);
}

static int is_yaml(const struct dirent *e)
{
	struct str name = str_of(e->d_name);

	return e->d_name[0] != '.' &&
	       (str_has_suffix(name, STR(".yaml")) || str_has_suffix(name, STR(".yml")));
}

static int add_folder(struct rule_set *set, const char *path, struct err *err)
{
	struct dirent **list;
	int n = scandir(path, &list, is_yaml, alphasort), r = 0;

	if (n < 0)
		return err_errno(err, errno, "%s", path);
	if (n == 0) {
		free(list);
		return err_set(err, ERR_USAGE, "%s: no pack of rules in it: no NAME.yaml", path);
	}
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_PATH_BYTES);

		strbuf_addf(&file, "%s/%s", path, list[i]->d_name);
		if (r == 0)
			r = add_file(set, strbuf_cstr(&file), err);
		free(list[i]);
	}
	free(list);
	return r;
}

static int add_settings(struct rule_set *set, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	if (file_read(path, &sb, err) < 0)
		return -(int)err->code;
	return rule_set_add_settings(set, strbuf_str(&sb), str_of(path), err);
}

/* settings: NULL: none; about: of ours only those packs. */
static int load(const char *settings, const char *about, const struct option_list *paths,
		struct rule_set **ret, struct err *err)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	int r = rule_set_new(&set, err);

	if (r == 0)
		r = rule_set_add_shipped_about(set, str_of(about), err);
	for (size_t i = 0; r == 0 && i < paths->n; i++) {
		struct stat st;
		bool is_folder = stat(paths->p[i], &st) == 0 && S_ISDIR(st.st_mode);

		r = is_folder ? add_folder(set, paths->p[i], err) : add_file(set, paths->p[i], err);
	}
	if (r == 0 && settings)
		r = add_settings(set, settings, err);
	if (r == 0)
		*ret = TAKE(set);
	return r;
}

int rule_files_load(const struct option_list *paths, struct rule_set **ret, struct err *err)
{
	return load(SETTINGS_FILE, "", paths, ret, err);
}

int rule_files_load_image(const struct option_list *paths, struct rule_set **ret, struct err *err)
{
	struct stat st;
	bool is_plain = paths->n == 0 && stat(SETTINGS_FILE, &st) < 0;

	return load(SETTINGS_FILE, is_plain ? "image" : "", paths, ret, err);
}

int rule_files_load_in(const char *folder, const struct option_list *paths, struct rule_set **ret,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (!folder)
		return load(NULL, "", paths, ret, err);
	strbuf_addf(&path, "%s/%s", folder, SETTINGS_FILE);
	if (strbuf_check(&path, err) < 0)
		return -ERR_LIMIT;
	return load(strbuf_cstr(&path), "", paths, ret, err);
}
