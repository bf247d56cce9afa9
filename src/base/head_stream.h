/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at the beginning of a stream that cannot seek, and loses nothing of it.
 *
 *     r = head_stream_new(in, max_bytes, &h, err);         owns `in` from here on, also on error
 *     r = head_stream_peek(h, &again, err);                its beginning, from the first byte on;
 *                                                          as often as needed, one at a time
 *     n = stream_read(head_stream_stream(h), ...);         everything, from the first byte on
 *
 * What a peek reads is kept until the stream itself has given it away. A peek ends early, without
 * an error, where max_bytes are kept: head_stream_is_cut tells. After the first read of the stream
 * itself there is nothing to peek at any more.
 * Ownership: closing the stream releases all; close peeks before. Threads: one at a time.
 */
#pragma once

#include <stdbool.h>

#include "base/stream.h"

struct head_stream;

int head_stream_new(struct stream *in, size_t max_bytes, struct head_stream **ret, struct err *err);
int head_stream_peek(struct head_stream *h, struct stream **ret, struct err *err);
bool head_stream_is_cut(const struct head_stream *h); /* a peek wanted more than is kept */
struct stream *head_stream_stream(struct head_stream *h);
