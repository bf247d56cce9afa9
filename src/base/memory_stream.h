/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in memory as a stream.
 *
 *     struct memory_stream m = memory_stream_make(bytes);
 *     r = reader(&m.stream, ...);
 *
 * Ownership: lives where the caller puts it, the bytes are borrowed; stream_close does nothing.
 * One of memory_stream_new is released by stream_close; its bytes are borrowed too.
 * `most` bounds the bytes of one read, so that a test can cut input anywhere; 0: no bound.
 */
#pragma once

#include "base/str.h"
#include "base/stream.h"

struct memory_stream {
	struct stream stream;
	struct str left;
	size_t most;
};

struct memory_stream memory_stream_make(struct str bytes);
int memory_stream_new(struct str bytes, struct stream **ret, struct err *err);
