/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an editor tells of its documents, its folders and its settings (notifications).
 *
 * Each takes the parameters of the method of its name. Errors: ERR_FORMAT when they are not as the
 * specification has them, ERR_NOT_FOUND for a document that is not open, the limits of document.h;
 * the session tells them in the editor's log. A change that cannot be followed loses the document.
 */
#pragma once

#include "lsp/session.h"

int sync_did_open(struct session *s, const struct json *params, struct err *err);
int sync_did_change(struct session *s, const struct json *params, struct err *err);
int sync_did_save(struct session *s, const struct json *params, struct err *err);
int sync_did_close(struct session *s, const struct json *params, struct err *err);
int sync_did_change_configuration(struct session *s, const struct json *params, struct err *err);
int sync_did_change_watched_files(struct session *s, const struct json *params, struct err *err);
int sync_did_change_folders(struct session *s, const struct json *params, struct err *err);

/* A message was passed over: any document may have changed in it. */
int sync_lose_all(struct session *s, const struct err *why, struct err *err);

/* The folders of initialize. */
int sync_add_folders(struct session *s, const struct json *params, struct err *err);

/* settings: {"plimsoll": {"rules": ...}} or what is in it. */
int sync_take_settings(struct session *s, const struct json *settings, struct err *err);

/* The document that params.textDocument.uri names. */
int sync_find(const struct session *s, const struct json *params, struct document **ret,
	      struct err *err);
int sync_read_range(const struct json *v, struct range *ret, struct err *err);
int sync_read_position(const struct json *v, struct position *ret, struct err *err);
