/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One layer, one pass: hash, unpack, hash again, read the tar, and let every analysis see the bytes
 * as they stream by.
 *
 *     struct strbuf record = STRBUF_INIT(LIMIT_RECORD_BYTES);
 *     r = layer_scan(blob, plan, &progress, &record, err);
 *
 * Three threads share a packed layer: one reads and hashes, one unpacks, the caller's hashes the
 * plain bytes and reads the tar; a plain layer needs two. Memory: two rings of RING_BYTES, the
 * decoder, and the record.
 *
 * Returns 0 with a record also when the tar inside is broken or of unknown compression: that is a
 * problem in the record, and facts.is_complete is 0. The digests in the facts are those of the
 * bytes that came; the caller compares them with what the manifest promised. Errors: what the
 * stream says (ERR_IO, ...), ERR_NOMEM.
 */
#pragma once

#include <stdatomic.h>

#include "base/stream.h"
#include "base/strbuf.h"
#include "scan/plan.h"

struct scan_progress {
	atomic_ullong done_bytes;  /* of the blobs as stored */
	atomic_ullong total_bytes; /* 0: unknown */
	atomic_bool canceled;	   /* set by a failing sibling: give up soon */
};

int layer_scan(struct stream *blob, const struct scan_plan *plan, struct scan_progress *progress,
	       struct strbuf *ret_record, struct err *err);
