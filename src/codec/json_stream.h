/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a JSON document that is too big to hold: its outer maps and lists are entered, and what is
 * inside them is parsed one value at a time.
 *
 *     CLEANUP(json_stream_freep) struct json_stream *s = NULL;
 *     r = json_stream_open(in, &s, err);                    borrows `in`
 *     r = json_stream_enter(s, err);                        the outermost map or list
 *     while ((r = json_stream_next(s, &key, err)) > 0) {    1: at a value, 0: the end, left again
 *             r = json_stream_value(s, &doc, err);          or enter it; untouched, it is passed
 * over } r = json_stream_end(s, err);                          nothing may follow
 *
 * A value that cannot be parsed (broken inside, deeper than json_depth, larger than json_bytes) is
 * an error of json_stream_value alone, the next call goes on behind it. After any other error
 * json_stream_is_broken is true and every call gives an error.
 *
 * Keys of the entered maps may repeat: each is given as often as it stands there. A value that is
 * passed over is searched for its end only.
 *
 * Ownership: a key lives until the next call; a document is the caller's (json_free).
 * Errors: ERR_FORMAT and ERR_LIMIT with the line, those of `in`.
 */
#pragma once

#include "base/stream.h"
#include "codec/json.h"

struct json_stream;

int json_stream_open(struct stream *in, struct json_stream **ret, struct err *err);
void json_stream_free(struct json_stream *s);
void json_stream_freep(struct json_stream **s);

/* What the value here is by its first byte; JSON_KIND_ABSENT at the end of the input. */
enum json_kind json_stream_kind(struct json_stream *s);
int json_stream_enter(struct json_stream *s, struct err *err);
int json_stream_next(struct json_stream *s, struct str *ret_key, struct err *err);
int json_stream_value(struct json_stream *s, struct json **ret, struct err *err);
int json_stream_end(struct json_stream *s, struct err *err);
bool json_stream_is_broken(const struct json_stream *s);
size_t json_stream_line(const struct json_stream *s); /* from 1 */
