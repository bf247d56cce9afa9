/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON-RPC 2.0 as the Language Server Protocol uses it: what a message is, and how one is written.
 *
 *     struct rpc_call call;
 *     r = rpc_read(doc, &call, err);            a request, a notification, or an answer to ours
 *
 *     struct rpc_message m;
 *     rpc_open_result(&m, id);                  or rpc_open_notification, rpc_open_request
 *     json_open_map(&m.w); ...                  the result, or the parameters
 *     r = rpc_close(&m, out, err);
 *
 * Ownership: a call borrows from the document, but for its id, which is the buffer's. A message
 * that was opened is closed. Errors: ERR_FORMAT for what is no message; those of the buffers.
 */
#pragma once

#include "base/strbuf.h"
#include "codec/json.h"
#include "codec/json_writer.h"

/* As in JSON-RPC and in section "Response Message". */
enum rpc_error {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_SERVER_NOT_INITIALIZED = -32002,
	RPC_REQUEST_FAILED = -32803,
	RPC_REQUEST_CANCELLED = -32800,
};

enum rpc_kind { RPC_REQUEST, RPC_NOTIFICATION, RPC_ANSWER };

#define RPC_ID_MAX 512 /* bytes of an id, as JSON */

struct rpc_call {
	enum rpc_kind kind;
	char id[RPC_ID_MAX]; /* as JSON; "null": none, or none that can be read */
	struct str method;
	const struct json *params; /* a map or a list; NULL: none */
	const struct json *result; /* of an answer; NULL: it failed */
};

/* *ret has the id also when the rest is no message, so that it can be answered. */
int rpc_read(const struct json *doc, struct rpc_call *ret, struct err *err);

/* The id as JSON; false when it is neither a number nor a text, or too long. */
bool rpc_write_id(const struct json *id, char ret[RPC_ID_MAX]);

struct rpc_message {
	struct strbuf body;
	struct json_writer w;
};

void rpc_open_result(struct rpc_message *m, const char *id);
void rpc_open_notification(struct rpc_message *m, const char *method);
void rpc_open_request(struct rpc_message *m, const char *id, const char *method);
int rpc_close(struct rpc_message *m, struct strbuf *out, struct err *err);
void rpc_drop(struct rpc_message *m); /* instead of closing it */

int rpc_fail(struct strbuf *out, const char *id, enum rpc_error code, const char *message,
	     struct err *err);
