/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/workspace.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

#define SETTINGS_FILE ".plimsoll.yaml"

struct workspace_folder {
	char *path; /* without a slash at its end; "": the root */
	char *settings_path;
	struct rule_set *set; /* NULL: to be read */
	struct stat stamp;    /* of the settings, when they were read; zeros: not there */
	bool was_told;	      /* that they cannot be read */
};

static void folder_free(struct workspace_folder *f)
{
	if (!f)
		return;
	rule_set_free(f->set);
	free(f->settings_path);
	free(f->path);
	free(f);
}

static struct workspace_folder *folder_at(const struct workspace *ws, size_t i)
{
	struct workspace_folder **slot = vec_at(&ws->folders, i);

	return slot ? *slot : NULL;
}

void workspace_init(struct workspace *ws, const struct lsp_host *host)
{
	*ws = (struct workspace){
		.host = host,
		.folders = VEC_INIT(struct workspace_folder *, LIMIT_LSP_FOLDERS),
		.settings = STRBUF_INIT(LIMIT_CONFIG_BYTES),
	};
}

void workspace_done(struct workspace *ws)
{
	for (size_t i = 0; i < ws->folders.n; i++)
		folder_free(folder_at(ws, i));
	vec_done(&ws->folders);
	strbuf_done(&ws->settings);
}

static struct str without_slash(struct str path)
{
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

int workspace_add(struct workspace *ws, struct str path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct workspace_folder *f, **slot;

	path = without_slash(path);
	for (size_t i = 0; (f = folder_at(ws, i)) != NULL; i++)
		if (str_is(path, f->path))
			return 0;
	strbuf_addf(&sb, "%.*s/%s", STR_FMT(path), SETTINGS_FILE);
	if (strbuf_check(&sb, err) < 0)
		return -ERR_LIMIT;
	if (ws->folders.n == ws->folders.max)
		return err_set(err, ERR_LIMIT, "more folders than lsp_folders (%d)",
			       (int)LIMIT_LSP_FOLDERS);
	f = calloc(1, sizeof *f);
	slot = f ? vec_push(&ws->folders) : NULL;
	if (!slot) {
		free(f);
		return err_nomem(err);
	}
	*slot = f;
	f->path = str_dup(path);
	f->settings_path = str_dup(strbuf_str(&sb));
	return f->path && f->settings_path ? 0 : err_nomem(err);
}

void workspace_remove(struct workspace *ws, struct str path)
{
	path = without_slash(path);
	for (size_t i = 0; i < ws->folders.n; i++) {
		struct workspace_folder **slot = vec_at(&ws->folders, i);

		if (!str_is(path, (*slot)->path))
			continue;
		folder_free(*slot);
		*slot = folder_at(ws, ws->folders.n - 1);
		vec_cut(&ws->folders, ws->folders.n - 1);
		return;
	}
}

static void forget(struct workspace_folder *f)
{
	rule_set_free(f->set);
	f->set = NULL;
	f->was_told = false;
}

void workspace_forget(struct workspace *ws)
{
	for (size_t i = 0; i < ws->folders.n; i++)
		forget(folder_at(ws, i));
}

static struct workspace_folder *folder_of(const struct workspace *ws, struct str path)
{
	struct workspace_folder *best = folder_at(ws, 0), *f;
	size_t longest = 0;

	for (size_t i = 0; (f = folder_at(ws, i)) != NULL; i++) {
		struct str rest = path, front = str_of(f->path);

		if (front.n >= longest && str_pull_prefix(&rest, front) &&
		    str_has_prefix(rest, STR("/"))) {
			best = f;
			longest = front.n;
		}
	}
	return best;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int load(const struct workspace *ws, struct workspace_folder *f, struct err *ret_why,
		struct err *err)
{
	struct err why = {0};
	struct str settings = strbuf_str(&ws->settings);

	if (ws->host->rules(ws->host->context, f->path, settings, &f->set, &why) == 0)
		return 0;
	if (!f->was_told)
		*ret_why = why;
	f->was_told = true;
	return ws->host->rules(ws->host->context, NULL, STR_NULL, &f->set, err);
}

int workspace_rules(struct workspace *ws, const char *path, struct rule_set **ret,
		    struct err *ret_why, struct err *err)
{
	struct workspace_folder *f = folder_of(ws, str_of(path));
	struct stat now = {0};
	int r = 0;

	*ret_why = (struct err){0};
	if (!f)
		return err_set(err, ERR_NOT_FOUND, "no folder is open");
	if (stat(f->settings_path, &now) < 0)
		now = (struct stat){0};
	if (f->set && !is_same(&now, &f->stamp))
		forget(f);
	f->stamp = now;
	if (!f->set)
		r = load(ws, f, ret_why, err);
	if (r == 0)
		*ret = f->set;
	return r;
}

const struct rule_set *workspace_has_rules(const struct workspace *ws, const char *path)
{
	const struct workspace_folder *f = folder_of(ws, str_of(path));

	return f ? f->set : NULL;
}
