/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DSSE envelope, and an in-toto statement: from the envelope, or from the input itself. An
 * envelope that is written again is the same one.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/dsse.h"
#include "trust/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_statement(struct str payload)
{
	CLEANUP(statement_done) struct statement s = {0};
	struct digest_value none = {.algorithm = DIGEST_SHA256};
	struct err err = {0};
	size_t i = 0;

	if (statement_parse(payload, &s, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	assert(s.n_subjects > 0 && s.predicate_type.n > 0);
	if (statement_is_about(&s, &none, &i))
		assert(statement_subject_digest(&s, i, "sha256").n == 64);
	(void)statement_subject_name(&s, 0);
}

static void check_again(const struct dsse *envelope, struct arena *arena)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)4 * LIMIT_JSON_BYTES);
	struct dsse again;

	if (!str_is_utf8(envelope->payload_type) || !str_is_utf8(envelope->signatures[0].keyid))
		return;
	assert(dsse_write(envelope->payload_type, envelope->payload, envelope->signatures[0].keyid,
			  envelope->signatures[0].sig, &sb, NULL) == 0);
	if (dsse_parse(strbuf_str(&sb), arena, &again, NULL) < 0)
		return; /* it grew over what one document may have */
	assert(str_eq(again.payload, envelope->payload) &&
	       str_eq(again.payload_type, envelope->payload_type) &&
	       str_eq(again.signatures[0].sig, envelope->signatures[0].sig));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	struct dsse envelope;
	struct err err = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	check_statement(in);
	if (dsse_parse(in, &arena, &envelope, &err) < 0) {
		assert(err.msg[0]);
	} else {
		assert(envelope.n_signatures > 0);
		check_statement(envelope.payload);
		check_again(&envelope, &arena);
	}
	arena_done(&arena);
	return 0;
}
