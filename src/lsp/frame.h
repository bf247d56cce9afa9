/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts what an editor sends into messages: header fields, an empty line, so many bytes of JSON.
 *
 *     CLEANUP(frames_done) struct frames in;
 *     frames_init(&in);
 *     r = frames_add(&in, bytes, err);                      whatever has arrived
 *     while ((r = frames_next(&in, &body, err)) != 0) {     1: a message, 0: more bytes are needed
 *             if (r == -ERR_FORMAT || r == -ERR_NOMEM) ...  nothing behind it can be understood
 *             if (r < 0) ...                                this one is passed over
 *     }
 *     frame_write(&out, body);
 *
 * Ownership: frames own the bytes; a body lives until the next call.
 * Errors: ERR_FORMAT for a header without a right Content-Length; ERR_LIMIT (lsp_message_bytes)
 * and ERR_UNSUPPORTED (a charset other than UTF-8) for a message that is passed over.
 * Limits: lsp_header_bytes. No more than one message and what was added last is kept.
 * Format: Language Server Protocol 3.17, "Base Protocol".
 */
#pragma once

#include "base/cleanup.h"
#include "base/strbuf.h"

struct frames {
	struct strbuf in;
	size_t at;     /* of what was not given yet */
	uint64_t skip; /* bytes of a message that is passed over */
};

void frames_init(struct frames *f);
void frames_done(struct frames *f);

int frames_add(struct frames *f, struct str bytes, struct err *err);
int frames_next(struct frames *f, struct str *ret_body, struct err *err);

/* Whether bytes of a message are there that has not ended. */
bool frames_is_inside(const struct frames *f);

void frame_write(struct strbuf *out, struct str body);
