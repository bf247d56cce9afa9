/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte says what the others are: an envelope as JWS or COSE, which is verified and never
 * holds; a payload; a trust policy for images or blobs.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/notation/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy_text[] =
	"{\"version\":\"1.0\",\"trustPolicies\":[{\"name\":\"a\",\"registryScopes\":[\"*\"],"
	"\"signatureVerification\":{\"level\":\"strict\"},\"trustStores\":[\"ca:none\"],"
	"\"trustedIdentities\":[\"*\"]}]}";

static void check_envelope(enum notation_form form, struct str bytes, struct arena *arena)
{
	const struct notation_trust_store stores = {0};
	struct notation_policy policy;
	struct notation_wants wants = {
		.target = {.digest = STR("sha256:00"), .size = NOTATION_SIZE_UNKNOWN},
		.stores = &stores,
		.now = 1800000000,
	};
	struct trail trail = {.arena = arena};
	struct claim claim = {0};
	struct err err = {0};
	int r = notation_policy_parse(STR(policy_text), NOTATION_POLICY_OCI, arena, &policy, &err);

	assert(r == 0);
	wants.statement = &policy.statements[0];
	r = notation_verify(form, bytes, &wants, &trail, &claim, &err);
	assert(r < 0 && err.msg[0] && trail.failed && !claim.digest.n);
}

static void check_policy(enum notation_policy_kind kind, struct str bytes, struct arena *arena)
{
	const struct notation_statement *s;
	struct notation_policy policy;
	struct err err = {0};

	if (notation_policy_parse(bytes, kind, arena, &policy, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	assert(policy.n > 0);
	for (size_t i = 0; i < policy.n; i++) {
		s = &policy.statements[i];
		assert(s->name.n && (s->skips || s->n_stores));
		assert(s->skips == (s->actions[NOTATION_INTEGRITY] == NOTATION_SKIP));
	}
	(void)notation_policy_find(&policy, STR("example.com/a"), &s, &err); /* may be for none */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = size ? str_make(data + 1, size - 1) : STR_NULL;
	struct notation_payload payload;
	struct arena arena;
	struct err err = {0};

	if (size == 0)
		return 0;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	switch (data[0]) {
	case 'j':
		check_envelope(NOTATION_JWS, bytes, &arena);
		break;
	case 'c':
		check_envelope(NOTATION_COSE, bytes, &arena);
		break;
	case 'p':
		if (notation_payload_parse(bytes, &arena, &payload, &err) == 0)
			assert(payload.digest.n && payload.media_type.n);
		break;
	case 'o':
		check_policy(NOTATION_POLICY_OCI, bytes, &arena);
		break;
	default:
		check_policy(NOTATION_POLICY_BLOB, bytes, &arena);
	}
	arena_done(&arena);
	return 0;
}
