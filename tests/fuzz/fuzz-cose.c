/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR that is read covers all bytes; a COSE_Sign1 that is read has an algorithm, and is the same
 * again when its parts are written and read.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/cose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct cose_sign1 *cose, struct arena *arena)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(COSE_BYTES_MAX);
	struct cose_sign1 again = {0};
	struct err err = {0};
	int r = cose_sign1_write(cose->protected_bytes, cose->header->raw, cose->payload,
				 cose->signature, &out, &err);

	assert(r == 0);
	r = cose_sign1_parse(strbuf_str(&out),
			     &(struct cose_wants){.must_be_tagged = true, .keeps_unknown = true},
			     arena, &again, &err);
	assert(r == 0 && again.alg == cose->alg && str_eq(again.payload, cose->payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size);
	const struct cbor *v = NULL;
	struct cose_sign1 cose;
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (cbor_parse(bytes, &arena, &v, &err) < 0)
		assert(err.msg[0]);
	else
		assert(v->raw.n == size);
	if (cose_sign1_parse(bytes, &(struct cose_wants){.keeps_unknown = true}, &arena, &cose,
			     &err) == 0)
		check_again(&cose, &arena);
	arena_done(&arena);
	return 0;
}
