/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lint_beside.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"

#define LOOKED_AT_MAX                                                                              \
	1000 /* files beside all those named; more than that count as one left out                 \
	      */

struct looking {
	struct lint *lint;
	struct map folders; /* that were looked at */
	struct arena arena;
	unsigned n;
	struct err *err;
};

static int is_wanted(const struct dirent *e)
{
	struct str name = str_of(e->d_name);

	return e->d_name[0] != '.' &&
	       (str_has_suffix(name, STR(".yaml")) || str_has_suffix(name, STR(".yml")) ||
		str_has_suffix(name, STR(".json")));
}

/* The language with sets whose file this is. */
static const struct language *left_out(struct looking *l, const char *path)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct source_file f = {.path = str_of(path)};
	const struct language *language;
	struct stat st;

	if (lint_has_file(l->lint, f.path) || lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    file_read(path, &bytes, NULL) < 0)
		return NULL;
	f.bytes = strbuf_str(&bytes);
	language = language_of(&f);
	return language && language->set ? language : NULL;
}

static void all_incomplete(struct lint *lint)
{
	for (size_t i = 0; languages[i]; i++)
		if (languages[i]->set)
			lint_set_incomplete(lint, languages[i]);
}

static void look_at(struct looking *l, struct str folder, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	const struct language *language;

	if (++l->n > LOOKED_AT_MAX) {
		all_incomplete(l->lint);
		return;
	}
	strbuf_addf(&path, "%.*s%s", STR_FMT(folder), name);
	if (path.error)
		return;
	language = left_out(l, strbuf_cstr(&path));
	if (language)
		lint_set_incomplete(l->lint, language);
}

/* folder: as it stands before the names of its files, "" or with a slash behind. */
static int look_into(struct looking *l, struct str folder)
{
	struct dirent **list;
	struct str key = arena_strf(&l->arena, "%.*s/", STR_FMT(folder));
	struct str name = folder.n ? arena_str(&l->arena, folder) : STR(".");
	int n;

	if (map_get(&l->folders, key))
		return 0;
	if (!key.p || !name.p || map_put(&l->folders, key, l) < 0)
		return err_nomem(l->err);
	n = scandir(name.p, &list, is_wanted, alphasort);
	if (n < 0) {
		all_incomplete(l->lint);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		look_at(l, folder, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return 0;
}

int lint_look_beside(struct lint *lint, int argc, const char *const *argv, struct err *err)
{
	struct looking l = {.lint = lint, .err = err};
	int r = 0;

	arena_init(&l.arena, LIMIT_ARENA_BYTES);
	map_init(&l.folders, SIZE_MAX);
	for (int i = 0; r == 0 && i < argc; i++) {
		struct str path = str_of(argv[i]);
		struct stat st;

		if (str_is(path, "-") || stat(argv[i], &st) < 0 || S_ISDIR(st.st_mode) ||
		    !lint_has_file(lint, path))
			continue;
		r = look_into(&l, str_sub(path, 0, path.n - path_base(path).n));
	}
	map_done(&l.folders);
	arena_done(&l.arena);
	return r;
}
