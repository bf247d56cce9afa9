/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much a packed file of an image may unpack to: a layer can hold any number of small bombs, so
 * each gets what its own size allows.
 *
 *     CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(packed_limit(in->bytes, max));
 */
#pragma once

#include "base/limits.h"
#include "base/str.h"

/* At most max; packed_free_bytes and packed_ratio times its size where that is less. */
static inline size_t packed_limit(struct str packed, size_t max)
{
	size_t most;

	if (__builtin_mul_overflow(packed.n, (size_t)LIMIT_PACKED_RATIO, &most) ||
	    __builtin_add_overflow(most, (size_t)LIMIT_PACKED_FREE_BYTES, &most))
		return max;
	return most < max ? most : max;
}
