/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream that hashes what goes through it and fails at its end, if the bytes are others than
 * promised.
 *
 *     r = digest_stream_new(in, STR("sha512:ab12.."), &stream, err);
 *     while ((n = stream_read(stream, buf, sizeof buf, err)) > 0)
 *             ...                                  nothing is verified before this gives 0
 *
 * A negative code ends the stream, as with all streams; after 0 it may be read again.
 * Ownership: takes over `in`, on error too. Threads: one reader. Errors: ERR_FORMAT,
 * ERR_UNSUPPORTED (the digest), ERR_DENIED (other bytes; both digests are named), those of `in`.
 */
#pragma once

#include "base/stream.h"
#include "base/str.h"

int digest_stream_new(struct stream *in, struct str promised, struct stream **ret, struct err *err);
