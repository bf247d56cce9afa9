/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/sync.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/path.h"
#include "lsp/checks.h"
#include "lsp/diagnostics.h"
#include "lsp/uri.h"

#define SHOWN_MAX 200 /* bytes of an address in a message */

/* ---- parameters ---- */

int sync_find(const struct session *s, const struct json *params, struct document **ret,
	      struct err *err)
{
	struct str uri = json_get_str(json_get(params, "textDocument"), "uri");

	if (!uri.n)
		return err_set(err, ERR_FORMAT, "textDocument.uri is missing");
	*ret = documents_find(&s->documents, uri);
	return *ret ? 0
		    : err_set(err, ERR_NOT_FOUND, "no open document \"%.*s\"",
			      STR_FMT(str_sub(uri, 0, SHOWN_MAX)));
}

int sync_read_position(const struct json *v, struct position *ret, struct err *err)
{
	int64_t line, character;

	if (!json_get_int(v, "line", &line) || !json_get_int(v, "character", &character) ||
	    line < 0 || character < 0)
		return err_set(err, ERR_FORMAT,
			       "a position has a line and a character, numbers from 0");
	ret->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
	ret->character = character > UINT32_MAX ? UINT32_MAX : (uint32_t)character;
	return 0;
}

int sync_read_range(const struct json *v, struct range *ret, struct err *err)
{
	int r = sync_read_position(json_get(v, "start"), &ret->start, err);

	return r < 0 ? r : sync_read_position(json_get(v, "end"), &ret->end, err);
}

static int64_t version_of(const struct json *document)
{
	int64_t version = 0;

	(void)json_get_int(document, "version", &version); /* may be null */
	return version;
}

/* ---- documents ---- */

/* What there is to say of a lost document is known at once. */
static int lose(struct session *s, struct document *d, const struct err *why, struct err *err)
{
	document_lose(d, why->msg);
	checks_due(s, d, 0);
	if (!s->can.pulls && diagnostics_publish(s, d, err) < 0)
		return -(int)err->code;
	return session_answer_waiting(s, err);
}

int sync_lose_all(struct session *s, const struct err *why, struct err *err)
{
	struct document *d;
	int r = 0;

	for (size_t i = 0; r == 0 && (d = documents_at(&s->documents, i)) != NULL; i++)
		r = lose(s, d, why, err);
	return r;
}

int sync_did_open(struct session *s, const struct json *params, struct err *err)
{
	const struct json *document = json_get(params, "textDocument"),
			  *text = json_get(document, "text");
	struct str uri = json_get_str(document, "uri");
	struct document *d = NULL;
	struct err why = {0};
	int r;

	if (!uri.n || json_kind_of(text) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "a document that is opened has a uri and a text");
	r = documents_open(&s->documents, uri, json_get_str(document, "languageId"), json_str(text),
			   version_of(document), &d, &why);
	if (r < 0 && d)
		return lose(s, d, &why, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	checks_due(s, d, 0);
	return 0;
}

static int change(struct session *s, struct document *d, const struct json *event, uint64_t *budget,
		  struct err *err)
{
	const struct json *text = json_get(event, "text"), *range = json_get(event, "range");
	struct range at;
	int r;

	if (json_kind_of(text) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "a change has a text");
	if (json_kind_of(range) == JSON_KIND_ABSENT || json_kind_of(range) == JSON_KIND_NULL)
		return document_replace(d, json_str(text), err);
	if (d->is_lost)
		return 0; /* it is not known what is changed */
	r = sync_read_range(range, &at, err);
	return r < 0 ? r : document_change(d, s->encoding, &at, json_str(text), budget, err);
}

int sync_did_change(struct session *s, const struct json *params, struct err *err)
{
	const struct json *changes = json_get(params, "contentChanges");
	uint64_t budget = LIMIT_LSP_CHANGE_BYTES;
	struct document *d;
	struct err why = {0};
	int r = sync_find(s, params, &d, err);

	if (r < 0)
		return r;
	if (json_kind_of(changes) != JSON_KIND_LIST)
		r = err_set(&why, ERR_FORMAT, "contentChanges is no list");
	for (size_t i = 0; r == 0 && i < json_len(changes); i++)
		r = change(s, d, json_at(changes, i), &budget, &why);
	d->version = version_of(json_get(params, "textDocument"));
	if (r < 0)
		return lose(s, d, &why, err);
	checks_due(s, d, SESSION_DELAY_MS);
	return 0;
}

static bool is_settings(const char *path)
{
	return path && str_is(path_base(str_of(path)), ".plimsoll.yaml");
}

static bool is_ignore_file(const char *path)
{
	return path && str_has_suffix(str_of(path), STR(".dockerignore"));
}

/* What others beside it say may be missing, or there, because of it. */
static bool means_something(const struct document *d)
{
	struct source_file f = document_source(d);

	return f.language && f.language->set;
}

int sync_did_save(struct session *s, const struct json *params, struct err *err)
{
	struct document *d;
	int r = sync_find(s, params, &d, err);

	if (r < 0)
		return r;
	if (is_settings(d->path))
		workspace_forget(&s->workspace);
	if (is_settings(d->path) || is_ignore_file(d->path) || means_something(d))
		checks_all_due(s);
	else
		checks_due(s, d, 0); /* files beside it may be others now */
	return 0;
}

/* Those who wait for it are told that there is nothing. */
static int answer_all(struct session *s, struct document *d, struct err *err)
{
	document_lose(d, "the document is closed");
	return session_answer_waiting(s, err);
}

int sync_did_close(struct session *s, const struct json *params, struct err *err)
{
	struct document *d;
	int r = sync_find(s, params, &d, err);

	if (r < 0)
		return r;
	checks_stop(d);
	r = answer_all(s, d, err);
	if (r == 0 && !s->can.pulls)
		r = diagnostics_clear(s, d, err);
	documents_close(&s->documents, d);
	return r;
}

/* ---- rules and settings ---- */

/* Editors that ask for diagnostics themselves are told to ask again. */
static int ask_to_refresh(struct session *s, struct err *err)
{
	struct rpc_message m;
	char id[64];

	if (!s->can.pulls || !s->can.refreshes || s->documents.list.n == 0)
		return 0;
	(void)snprintf(id, sizeof id, "\"refresh-%llu\"",
		       (unsigned long long)++s->n_asked); /* fits */
	rpc_open_request(&m, id, "workspace/diagnostic/refresh");
	json_add_null(&m.w);
	return rpc_close(&m, &s->out, err);
}

static int rules_changed(struct session *s, struct err *err)
{
	workspace_forget(&s->workspace);
	checks_all_due(s);
	return ask_to_refresh(s, err);
}

static void copy_value(struct json_writer *w, const struct json *v)
{
	const struct json *member;
	void *iter = NULL;
	struct str key;
	double real = 0;
	int64_t n = 0;

	switch (json_kind_of(v)) {
	case JSON_KIND_MAP:
		json_open_map(w);
		while (json_each(v, &iter, &key, &member)) {
			json_key_str(w, key);
			copy_value(w, member); /* at most json_depth deep */
		}
		json_close_map(w);
		return;
	case JSON_KIND_LIST:
		json_open_list(w);
		for (size_t i = 0; i < json_len(v); i++)
			copy_value(w, json_at(v, i));
		json_close_list(w);
		return;
	case JSON_KIND_TEXT:
		json_add_str(w, json_str(v));
		return;
	case JSON_KIND_BOOL:
		json_add_bool(w, json_truth(v));
		return;
	case JSON_KIND_INT:
		(void)json_int(v, &n); /* it is one */
		json_add_int(w, n);
		return;
	case JSON_KIND_REAL: {
		char text[32];

		(void)json_number(v, &real);			  /* it is one */
		(void)snprintf(text, sizeof text, "%.17g", real); /* fits */
		json_add_raw(w, str_of(text));
		return;
	}
	case JSON_KIND_ABSENT:
	case JSON_KIND_NULL:
		json_add_null(w);
		return;
	}
}

/* As a file of settings has it: YAML, of which JSON is a part. */
static void write_settings(const struct json *rules, struct strbuf *out)
{
	struct json_writer w;

	if (json_kind_of(rules) == JSON_KIND_ABSENT || json_kind_of(rules) == JSON_KIND_NULL)
		return;
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "rules");
	copy_value(&w, rules);
	json_close_map(&w);
}

int sync_take_settings(struct session *s, const struct json *settings, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_CONFIG_BYTES);
	const struct json *own = json_get(settings, "plimsoll");

	write_settings(json_get(own ? own : settings, "rules"), &text);
	if (text.error == ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "settings of more than config_bytes (%d)",
			       (int)LIMIT_CONFIG_BYTES);
	if (strbuf_check(&text, err) < 0)
		return -ERR_NOMEM;
	if (str_eq(strbuf_str(&text), strbuf_str(&s->workspace.settings)))
		return 0;
	strbuf_reset(&s->workspace.settings);
	strbuf_add(&s->workspace.settings, strbuf_str(&text));
	if (strbuf_check(&s->workspace.settings, err) < 0)
		return -ERR_NOMEM;
	return rules_changed(s, err);
}

int sync_did_change_configuration(struct session *s, const struct json *params, struct err *err)
{
	const struct json *settings = json_get(params, "settings");
	struct rpc_message m;

	if (!s->can.tells_configuration)
		return sync_take_settings(s, settings, err);
	rpc_open_request(&m, "\"configuration\"", "workspace/configuration");
	json_open_map(&m.w);
	json_key(&m.w, "items");
	json_open_list(&m.w);
	json_open_map(&m.w);
	json_put_text(&m.w, "section", "plimsoll");
	json_close_map(&m.w);
	json_close_list(&m.w);
	json_close_map(&m.w);
	return rpc_close(&m, &s->out, err);
}

int sync_did_change_watched_files(struct session *s, const struct json *params, struct err *err)
{
	return json_len(json_get(params, "changes")) ? rules_changed(s, err) : 0;
}

/* ---- folders ---- */

static int add_folder(struct session *s, struct str uri, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = uri_path(uri, &path, err);

	return r < 0 ? r : workspace_add(&s->workspace, strbuf_str(&path), err);
}

static int add_working_folder(struct session *s, struct err *err)
{
	CLEANUP(freep) char *path = getcwd(NULL, 0);

	return workspace_add(&s->workspace, path ? str_of(path) : STR("/"), err);
}

/* One that cannot be used is told, and does not keep the others from being used. */
static int add_listed(struct session *s, const struct json *folders, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_len(folders); i++) {
		struct err why = {0};

		if (add_folder(s, json_get_str(json_at(folders, i), "uri"), &why) < 0)
			r = session_log(s, SESSION_WARNING, why.msg, err);
	}
	return r;
}

int sync_add_folders(struct session *s, const struct json *params, struct err *err)
{
	const struct json *folders = json_get(params, "workspaceFolders");
	struct str uri = json_get_str(params, "rootUri"), path = json_get_str(params, "rootPath");
	int r = add_listed(s, folders, err);

	if (r == 0 && json_len(folders) == 0 && uri.n && add_folder(s, uri, NULL) < 0)
		r = 0; /* a folder of another machine: the working folder stands for it */
	else if (r == 0 && json_len(folders) == 0 && !uri.n && str_has_prefix(path, STR("/")) &&
		 str_find_char(path, '\0') == path.n)
		r = workspace_add(&s->workspace, path, err);
	if (r == 0 && s->workspace.folders.n == 0)
		r = add_working_folder(s, err);
	return r;
}

int sync_did_change_folders(struct session *s, const struct json *params, struct err *err)
{
	const struct json *event = json_get(params, "event"), *removed = json_get(event, "removed");
	int r = 0;

	for (size_t i = 0; i < json_len(removed); i++) {
		CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

		if (uri_path(json_get_str(json_at(removed, i), "uri"), &path, NULL) == 0)
			workspace_remove(&s->workspace, strbuf_str(&path));
	}
	r = add_listed(s, json_get(event, "added"), err);
	if (r == 0 && s->workspace.folders.n == 0)
		r = add_working_folder(s, err);
	return r < 0 ? r : rules_changed(s, err);
}
