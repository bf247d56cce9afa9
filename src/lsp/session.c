/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/session.h"

#include <stdlib.h>

#include "base/limits.h"
#include "lsp/actions.h"
#include "lsp/assessment.h"
#include "lsp/checks.h"
#include "lsp/diagnostics.h"
#include "lsp/hover.h"
#include "lsp/sync.h"

#define SYNC_INCREMENTAL 2
#define NAME_MAX_BYTES	 128 /* of a method in a message */

int session_new(const struct lsp_host *host, struct session **ret, struct err *err)
{
	struct session *s = calloc(1, sizeof *s);

	if (!s)
		return err_nomem(err);
	s->host = host;
	s->waiting = (struct vec)VEC_INIT(struct waiting, LIMIT_LSP_WAITING);
	s->out = (struct strbuf)STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	documents_init(&s->documents);
	workspace_init(&s->workspace, host);
	*ret = s;
	return 0;
}

void session_free(struct session *s)
{
	struct document *d;

	if (!s)
		return;
	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++)
		checks_stop(d);
	documents_done(&s->documents);
	workspace_done(&s->workspace);
	vec_done(&s->waiting);
	strbuf_done(&s->out);
	free(s->told);
	free(s);
}

void session_freep(struct session **s)
{
	session_free(*s);
	*s = NULL;
}

struct str session_output(const struct session *s)
{
	return str_skip(strbuf_str(&s->out), s->n_written);
}

/* What was written is dropped when it is more than half, so each byte moves once. */
void session_wrote(struct session *s, size_t n)
{
	struct str left;

	s->n_written += n;
	if (s->n_written < s->out.n / 2)
		return;
	left = session_output(s);
	if (left.n)
		memmove(s->out.p, left.p, left.n);
	s->out.n = left.n;
	s->n_written = 0;
}

static int tell(struct session *s, const char *method, enum session_level level,
		const char *message, struct err *err)
{
	struct rpc_message m;

	rpc_open_notification(&m, method);
	json_open_map(&m.w);
	json_put_uint(&m.w, "type", level);
	json_put_text(&m.w, "message", message);
	json_close_map(&m.w);
	return rpc_close(&m, &s->out, err);
}

int session_log(struct session *s, enum session_level level, const char *message, struct err *err)
{
	return tell(s, "window/logMessage", level, message, err);
}

int session_show(struct session *s, enum session_level level, const char *message, struct err *err)
{
	return tell(s, "window/showMessage", level, message, err);
}

/* ---- requests that wait for a check ---- */

bool session_is_awaited(const struct session *s, const struct document *d)
{
	for (size_t i = 0; i < s->waiting.n; i++)
		if (((const struct waiting *)vec_at(&s->waiting, i))->document == d)
			return true;
	return false;
}

static bool can_answer(const struct waiting *w)
{
	const struct document *d = w->document;

	if (d->is_lost || !d->found)
		return d->is_lost;
	return w->kind != WAITING_ACTIONS || !(w->wanted & ACTION_FIX_ALL) || d->found->is_whole;
}

static int write_answer(struct session *s, const struct waiting *w, struct json_writer *jw,
			struct err *err)
{
	switch (w->kind) {
	case WAITING_ACTIONS:
		return actions_write(jw, s, w, w->document, err);
	case WAITING_HOVER:
		return hover_write(jw, s, w->document, w->range.start, err);
	case WAITING_DIAGNOSTICS:
		return diagnostics_write_report(jw, s, w->document, w->previous, err);
	}
	return err_set(err, ERR_BUG, "no such request");
}

static int answer(struct session *s, const struct waiting *w, struct err *err)
{
	struct rpc_message m;
	struct err why = {0};
	int r;

	rpc_open_result(&m, w->id);
	r = write_answer(s, w, &m.w, &why);
	if (r == 0)
		r = strbuf_check(&m.body, &why);
	if (r == 0)
		return rpc_close(&m, &s->out, err);
	rpc_drop(&m);
	return rpc_fail(&s->out, w->id, RPC_REQUEST_FAILED, why.msg, err);
}

static void forget_waiting(struct session *s, size_t i)
{
	struct waiting *all = s->waiting.p;

	memmove(&all[i], &all[i + 1], (s->waiting.n - i - 1) * sizeof *all);
	vec_cut(&s->waiting, s->waiting.n - 1);
}

int session_answer_waiting(struct session *s, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->waiting.n;) {
		const struct waiting *w = vec_at(&s->waiting, i);

		if (!can_answer(w)) {
			i++;
			continue;
		}
		r = answer(s, w, err);
		forget_waiting(s, i);
	}
	return r;
}

/* Answered at once where the check has ended already. */
static int await(struct session *s, const struct waiting *w, struct err *err)
{
	struct waiting *slot = vec_push(&s->waiting);

	if (!slot)
		return err_set(err, ERR_LIMIT, "more requests wait than lsp_waiting (%d)",
			       (int)LIMIT_LSP_WAITING);
	*slot = *w;
	return session_answer_waiting(s, err);
}

static int cancel(struct session *s, const struct json *params, struct err *err)
{
	char id[RPC_ID_MAX];

	if (!rpc_write_id(json_get(params, "id"), id))
		return err_set(err, ERR_FORMAT, "$/cancelRequest has an id");
	for (size_t i = 0; i < s->waiting.n; i++) {
		const struct waiting *w = vec_at(&s->waiting, i);

		if (strcmp(w->id, id) != 0)
			continue;
		forget_waiting(s, i);
		return rpc_fail(&s->out, id, RPC_REQUEST_CANCELLED, "canceled", err);
	}
	return 0; /* it was answered already */
}

/* ---- requests ---- */

static struct waiting waiting_of(const struct rpc_call *call)
{
	struct waiting w = {0};

	memcpy(w.id, call->id, sizeof w.id);
	return w;
}

static int find_document(struct session *s, const struct rpc_call *call, struct waiting *w,
			 struct err *err)
{
	struct document *d;
	int r = sync_find(s, call->params, &d, err);

	if (r == 0)
		w->document = d;
	return r;
}

static int code_action(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct waiting w = waiting_of(call);
	int r = find_document(s, call, &w, err);

	w.kind = WAITING_ACTIONS;
	w.wanted = actions_wanted(json_get(json_get(call->params, "context"), "only"));
	if (r == 0)
		r = sync_read_range(json_get(call->params, "range"), &w.range, err);
	return r < 0 ? r : await(s, &w, err);
}

static int hover(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct waiting w = waiting_of(call);
	int r = find_document(s, call, &w, err);

	w.kind = WAITING_HOVER;
	if (r == 0)
		r = sync_read_position(json_get(call->params, "position"), &w.range.start, err);
	return r < 0 ? r : await(s, &w, err);
}

static int diagnostic(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct waiting w = waiting_of(call);
	int r = find_document(s, call, &w, err);

	w.kind = WAITING_DIAGNOSTICS;
	if (!str_parse_u64(json_get_str(call->params, "previousResultId"), &w.previous))
		w.previous = 0;
	return r < 0 ? r : await(s, &w, err);
}

static int shut_down(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct rpc_message m;
	struct document *d;

	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++) {
		checks_stop(d);
		d->due_ms = 0;
		document_lose(d, "the server shuts down");
	}
	s->state = SESSION_SHUT;
	if (session_answer_waiting(s, err) < 0)
		return -(int)err->code;
	rpc_open_result(&m, call->id);
	json_add_null(&m.w);
	return rpc_close(&m, &s->out, err);
}

/* ---- initialize ---- */

static bool has(const struct json *list, const char *text)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_is(json_str(json_at(list, i)), text))
			return true;
	return false;
}

static bool has_number(const struct json *list, int64_t wanted)
{
	int64_t n;

	for (size_t i = 0; i < json_len(list); i++)
		if (json_int(json_at(list, i), &n) && n == wanted)
			return true;
	return false;
}

static const struct json *get2(const struct json *v, const char *a, const char *b)
{
	return json_get(json_get(v, a), b);
}

static void read_abilities(struct session *s, const struct json *can)
{
	const struct json *text = json_get(can, "textDocument"), *ws = json_get(can, "workspace");
	const struct json *publish = json_get(text, "publishDiagnostics");
	const struct json *tags = get2(publish, "tagSupport", "valueSet");

	s->can = (struct abilities){
		.pulls = json_get(text, "diagnostic") != NULL,
		.refreshes = json_get_true(json_get(ws, "diagnostics"), "refreshSupport"),
		.takes_related = json_get_true(publish, "relatedInformation"),
		.takes_unnecessary = has_number(tags, 1),
		.takes_deprecated = has_number(tags, 2),
		.takes_actions = get2(text, "codeAction", "codeActionLiteralSupport") != NULL,
		.takes_versions = json_get_true(json_get(ws, "workspaceEdit"), "documentChanges"),
		.takes_markdown = has(get2(text, "hover", "contentFormat"), "markdown"),
		.watches_files =
			json_get_true(json_get(ws, "didChangeWatchedFiles"), "dynamicRegistration"),
		.tells_configuration = json_get_true(ws, "configuration"),
	};
	s->encoding = has(get2(can, "general", "positionEncodings"), "utf-8") ? POSITION_UTF8
									      : POSITION_UTF16;
}

static void write_capabilities(struct json_writer *w, const struct session *s)
{
	json_put_text(w, "positionEncoding", position_encoding_name(s->encoding));
	json_key(w, "textDocumentSync");
	json_open_map(w);
	json_put_bool(w, "openClose", true);
	json_put_uint(w, "change", SYNC_INCREMENTAL);
	json_put_bool(w, "save", true);
	json_close_map(w);
	json_put_bool(w, "hoverProvider", true);
	json_key(w, "codeActionProvider");
	json_open_map(w);
	json_key(w, "codeActionKinds");
	json_open_list(w);
	json_add_text(w, "quickfix");
	json_add_text(w, "source.fixAll.plimsoll");
	json_close_list(w);
	json_close_map(w);
	if (s->can.pulls) {
		json_key(w, "diagnosticProvider");
		json_open_map(w);
		json_put_text(w, "identifier", "plimsoll");
		json_put_bool(w, "interFileDependencies", true); /* manifests */
		json_put_bool(w, "workspaceDiagnostics", false);
		json_close_map(w);
	}
	json_key(w, "workspace");
	json_open_map(w);
	json_key(w, "workspaceFolders");
	json_open_map(w);
	json_put_bool(w, "supported", true);
	json_put_bool(w, "changeNotifications", true);
	json_close_map(w);
	json_close_map(w);
}

static int write_initialized(struct session *s, const char *id, struct err *err)
{
	struct rpc_message m;
	struct json_writer *w = &m.w;

	rpc_open_result(&m, id);
	json_open_map(w);
	json_key(w, "capabilities");
	json_open_map(w);
	write_capabilities(w, s);
	json_close_map(w);
	json_key(w, "serverInfo");
	json_open_map(w);
	json_put_text(w, "name", "plimsoll");
	json_put_text(w, "version", PLIMSOLL_VERSION);
	json_close_map(w);
	json_close_map(w);
	return rpc_close(&m, &s->out, err);
}

static int initialize(struct session *s, const struct rpc_call *call, struct err *err)
{
	const struct json *can = json_get(call->params, "capabilities");
	int r;

	if (json_kind_of(can) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "initialize has capabilities");
	read_abilities(s, can);
	(void)json_get_int(call->params, "processId", &s->process_id); /* may be null */
	r = write_initialized(s, call->id, err);
	if (r == 0)
		r = sync_add_folders(s, call->params, err);
	s->state = SESSION_READY;
	return r < 0 ? r
		     : sync_take_settings(s, json_get(call->params, "initializationOptions"), err);
}

/* The files that change what rules say; an editor that is asked tells when they change. */
static int ask_to_watch(struct session *s, struct err *err)
{
	static const char *const patterns[] = {"**/.plimsoll.yaml", "**/.dockerignore",
					       "**/*.dockerignore"};
	struct rpc_message m;
	struct json_writer *w = &m.w;

	rpc_open_request(&m, "\"watch\"", "client/registerCapability");
	json_open_map(w);
	json_key(w, "registrations");
	json_open_list(w);
	json_open_map(w);
	json_put_text(w, "id", "plimsoll-files");
	json_put_text(w, "method", "workspace/didChangeWatchedFiles");
	json_key(w, "registerOptions");
	json_open_map(w);
	json_key(w, "watchers");
	json_open_list(w);
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		json_open_map(w);
		json_put_text(w, "globPattern", patterns[i]);
		json_close_map(w);
	}
	json_close_list(w);
	json_close_map(w);
	json_close_map(w);
	json_close_list(w);
	json_close_map(w);
	return rpc_close(&m, &s->out, err);
}

static int initialized(struct session *s, const struct json *params, struct err *err)
{
	int r = s->can.watches_files ? ask_to_watch(s, err) : 0;

	if (r == 0 && s->can.tells_configuration)
		r = sync_did_change_configuration(s, params, err);
	return r;
}

/* ---- which method ---- */

static const struct {
	const char *name;
	int (*take)(struct session *s, const struct rpc_call *call, struct err *err);
} requests[] = {
	{"textDocument/codeAction", code_action},
	{"textDocument/hover", hover},
	{"textDocument/diagnostic", diagnostic},
	{"shutdown", shut_down},
	{"initialize", initialize},
};

static const struct {
	const char *name;
	int (*take)(struct session *s, const struct json *params, struct err *err);
} notifications[] = {
	{"textDocument/didChange", sync_did_change},
	{"textDocument/didOpen", sync_did_open},
	{"textDocument/didSave", sync_did_save},
	{"textDocument/didClose", sync_did_close},
	{"$/cancelRequest", cancel},
	{"initialized", initialized},
	{"workspace/didChangeConfiguration", sync_did_change_configuration},
	{"workspace/didChangeWatchedFiles", sync_did_change_watched_files},
	{"workspace/didChangeWorkspaceFolders", sync_did_change_folders},
};

/* Errors of the session itself are given on, those of a message are answered. */
static bool is_fatal(const struct session *s, int r)
{
	return r == -ERR_NOMEM || s->out.error != ERR_OK;
}

static enum rpc_error code_of(const struct err *why)
{
	if (why->code == ERR_FORMAT || why->code == ERR_NOT_FOUND)
		return RPC_INVALID_PARAMS;
	return why->code == ERR_LIMIT ? RPC_REQUEST_FAILED : RPC_INTERNAL_ERROR;
}

static int refuse(struct session *s, const struct rpc_call *call, enum rpc_error code,
		  const char *why, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * ERR_MSG_MAX);

	strbuf_addf(&sb, "%.*s: %s", STR_FMT(str_sub(call->method, 0, NAME_MAX_BYTES)), why);
	return rpc_fail(&s->out, call->id, code, strbuf_cstr(&sb), err);
}

static int take_request(struct session *s, const struct rpc_call *call, struct err *err)
{
	bool begins = str_is(call->method, "initialize");
	struct err why = {0};

	if (s->state == SESSION_NEW && !begins)
		return refuse(s, call, RPC_SERVER_NOT_INITIALIZED, "initialize comes first", err);
	if (s->state == SESSION_SHUT)
		return refuse(s, call, RPC_INVALID_REQUEST, "the server was shut down", err);
	if (s->state != SESSION_NEW && begins)
		return refuse(s, call, RPC_INVALID_REQUEST, "it was said already", err);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int r;

		if (!str_is(call->method, requests[i].name))
			continue;
		r = requests[i].take(s, call, &why);
		if (r == 0)
			return 0;
		return is_fatal(s, r) ? err_set(err, why.code, "%s", why.msg)
				      : refuse(s, call, code_of(&why), why.msg, err);
	}
	return refuse(s, call, RPC_METHOD_NOT_FOUND, "there is no such request", err);
}

static int tell_mistake(struct session *s, const struct rpc_call *call, const struct err *why,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * ERR_MSG_MAX);

	strbuf_addf(&sb, "%.*s: %s", STR_FMT(str_sub(call->method, 0, NAME_MAX_BYTES)), why->msg);
	return session_log(s, SESSION_WARNING, strbuf_cstr(&sb), err);
}

static int take_notification(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct err why = {0};

	if (str_is(call->method, "exit")) {
		s->status = s->state == SESSION_SHUT ? 0 : 1;
		s->state = SESSION_ENDED;
		return 0;
	}
	for (size_t i = 0; s->state == SESSION_READY && i < ARRAY_LEN(notifications); i++) {
		int r;

		if (!str_is(call->method, notifications[i].name))
			continue;
		r = notifications[i].take(s, call->params, &why);
		if (r == 0)
			return 0;
		return is_fatal(s, r) ? err_set(err, why.code, "%s", why.msg)
				      : tell_mistake(s, call, &why, err);
	}
	return 0; /* one that is not known may be left alone */
}

/* Answers to what we ask: only that about settings says something. */
static int take_answer(struct session *s, const struct rpc_call *call, struct err *err)
{
	struct err why = {0};

	if (s->state != SESSION_READY || strcmp(call->id, "\"configuration\"") != 0 ||
	    json_kind_of(call->result) != JSON_KIND_LIST)
		return 0;
	if (sync_take_settings(s, json_at(call->result, 0), &why) == 0)
		return 0;
	return is_fatal(s, -(int)why.code) ? err_set(err, why.code, "%s", why.msg)
					   : session_log(s, SESSION_WARNING, why.msg, err);
}

static int take(struct session *s, const struct json *doc, struct err *err)
{
	struct rpc_call call;
	struct err why = {0};

	if (rpc_read(doc, &call, &why) < 0)
		return rpc_fail(&s->out, call.id, RPC_INVALID_REQUEST, why.msg, err);
	switch (call.kind) {
	case RPC_REQUEST:
		return take_request(s, &call, err);
	case RPC_NOTIFICATION:
		return take_notification(s, &call, err);
	case RPC_ANSWER:
		break;
	}
	return take_answer(s, &call, err);
}

int session_take(struct session *s, struct str body, uint64_t now_ms, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct err why = {0};
	int r = json_parse(body, &doc, &why);

	s->now_ms = now_ms;
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	return r < 0 ? session_pass_over(s, &why, err) : take(s, doc, err);
}

int session_pass_over(struct session *s, const struct err *why, struct err *err)
{
	enum rpc_error code = why->code == ERR_FORMAT ? RPC_PARSE_ERROR : RPC_INVALID_REQUEST;
	int r = rpc_fail(&s->out, "null", code, why->msg, err);

	return r < 0 ? r : sync_lose_all(s, why, err);
}
