/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/rpc.h"

#include "base/limits.h"
#include "lsp/frame.h"

bool rpc_write_id(const struct json *id, char ret[RPC_ID_MAX])
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(RPC_ID_MAX - 1);
	struct json_writer w;
	int64_t number;

	json_writer_init(&w, &sb, JSON_COMPACT);
	if (json_int(id, &number))
		json_add_int(&w, number);
	else if (json_kind_of(id) == JSON_KIND_TEXT)
		json_add_str(&w, json_str(id));
	else
		return false;
	if (strbuf_check(&sb, NULL) < 0)
		return false;
	memcpy(ret, strbuf_cstr(&sb), sb.n + 1);
	return true;
}

static int read_id(const struct json *doc, struct rpc_call *call, struct err *err)
{
	const struct json *id = json_get(doc, "id");

	(void)snprintf(call->id, sizeof call->id, "null"); /* fits */
	if (!id || (json_kind_of(id) == JSON_KIND_NULL && !json_get(doc, "method")))
		return 0;
	return rpc_write_id(id, call->id)
		       ? 0
		       : err_set(err, ERR_FORMAT, "an id is a number or a text of a few letters");
}

int rpc_read(const struct json *doc, struct rpc_call *ret, struct err *err)
{
	const struct json *method = json_get(doc, "method"), *params = json_get(doc, "params");
	enum json_kind kind = json_kind_of(params);

	*ret = (struct rpc_call){.id = "null", .method = json_str(method)};
	if (json_kind_of(doc) == JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "several messages in a list, which there are not");
	if (json_kind_of(doc) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "a message is a map");
	if (read_id(doc, ret, err) < 0)
		return -ERR_FORMAT;
	if (!str_is(json_get_str(doc, "jsonrpc"), "2.0"))
		return err_set(err, ERR_FORMAT, "jsonrpc is not \"2.0\"");
	if (!method && (json_get(doc, "result") || json_get(doc, "error"))) {
		ret->kind = RPC_ANSWER;
		ret->result = json_get(doc, "error") ? NULL : json_get(doc, "result");
		return 0;
	}
	if (json_kind_of(method) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "a message without a method");
	if (kind == JSON_KIND_MAP || kind == JSON_KIND_LIST)
		ret->params = params;
	else if (kind != JSON_KIND_ABSENT && kind != JSON_KIND_NULL)
		return err_set(err, ERR_FORMAT, "params is neither a map nor a list");
	ret->kind = json_get(doc, "id") ? RPC_REQUEST : RPC_NOTIFICATION;
	return 0;
}

static void open_message(struct rpc_message *m, const char *id, const char *method)
{
	m->body = (struct strbuf)STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	json_writer_init(&m->w, &m->body, JSON_COMPACT);
	json_open_map(&m->w);
	json_put_text(&m->w, "jsonrpc", "2.0");
	if (id) {
		json_key(&m->w, "id");
		json_add_raw(&m->w, str_of(id));
	}
	if (method)
		json_put_text(&m->w, "method", method);
}

void rpc_open_result(struct rpc_message *m, const char *id)
{
	open_message(m, id, NULL);
	json_key(&m->w, "result");
}

void rpc_open_notification(struct rpc_message *m, const char *method)
{
	open_message(m, NULL, method);
	json_key(&m->w, "params");
}

void rpc_open_request(struct rpc_message *m, const char *id, const char *method)
{
	open_message(m, id, method);
	json_key(&m->w, "params");
}

int rpc_close(struct rpc_message *m, struct strbuf *out, struct err *err)
{
	int r;

	json_close_map(&m->w);
	r = strbuf_check(&m->body, err);
	if (r == 0) {
		frame_write(out, strbuf_str(&m->body));
		r = strbuf_check(out, err);
	}
	strbuf_done(&m->body);
	return r;
}

void rpc_drop(struct rpc_message *m)
{
	strbuf_done(&m->body);
}

int rpc_fail(struct strbuf *out, const char *id, enum rpc_error code, const char *message,
	     struct err *err)
{
	struct rpc_message m;

	open_message(&m, id, NULL);
	json_key(&m.w, "error");
	json_open_map(&m.w);
	json_key(&m.w, "code");
	json_add_int(&m.w, code);
	json_put_text(&m.w, "message", message);
	json_close_map(&m.w);
	return rpc_close(&m, out, err);
}
