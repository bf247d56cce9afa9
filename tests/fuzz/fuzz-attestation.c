/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of attestations, their facts, and whether a predicate is what its type says. */
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json.h"
#include "trust/attestation.h"
#include "trust/predicate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct attestation a;
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, LIMIT_ARENA_BYTES);
	(void)attestation_read(str_make(data, size), &arena, &a, &err);
	arena_done(&arena);
	if (json_parse(str_make(data, size), &doc, &err) == 0)
		for (const struct predicate_kind *k = predicate_kinds; k->name; k++)
			(void)k->check(doc, &err);
	return 0;
}
