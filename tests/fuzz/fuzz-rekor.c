/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a log entry beside a message and beside an envelope that it cannot be about: the
 * signature is one that no input has. And cosign's annotations, with the input in each of them.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/sigstore/legacy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int no_digest(const void *ctx, enum digest_algorithm algorithm, struct digest_value *ret,
		     struct err *err)
{
	(void)ctx, (void)algorithm, (void)ret;
	return err_set(err, ERR_NOT_FOUND, "no digest");
}

static void match(struct str body, bool is_envelope, struct arena *arena)
{
	static const unsigned char raw[32] = {1};
	CLEANUP(public_key_freep) struct public_key *signer = NULL;
	/* Longer than the longest that is read. */
	static const char signature[9000];
	struct rekor_entry entry = {.body = body};
	struct rekor_content content = {
		.signature = str_make(signature, sizeof signature),
		.certificate = STR("no certificate"),
		.is_envelope = is_envelope,
		.payload_type = STR("application/vnd.in-toto+json"),
		.payload = STR("{}"),
		.pae = STR("DSSEv1 28 application/vnd.in-toto+json 2 {}"),
		.digest = no_digest,
	};
	enum signature_scheme scheme;
	struct err err = {0};
	int r;

	assert(public_key_of_ed25519(str_make(raw, sizeof raw), &signer, NULL) == 0);
	content.signer = signer;
	r = rekor_match(&entry, &content, arena, &scheme, &err);

	assert(r < 0 && err.msg[0]);
}

static void annotate(struct legacy legacy, struct arena *arena)
{
	struct sigstore_wants wants = {.any_identity = true};
	struct trail trail = {.arena = arena};
	struct claim claim;
	struct err err = {0};
	int r = legacy_verify(&legacy, &wants, &trail, &claim, &err);

	assert(r < 0 && err.msg[0]); /* there is nothing to believe */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	match(in, false, &arena);
	match(in, true, &arena);
	annotate((struct legacy){.payload = in, .is_envelope = true}, &arena);
	annotate((struct legacy){.payload = in, .signature = STR("x"), .log_bundle = in}, &arena);
	annotate((struct legacy){.payload = in, .signature = STR("x"), .timestamp = in}, &arena);
	annotate((struct legacy){.payload = in, .signature = STR("x"), .certificate = in}, &arena);
	arena_done(&arena);
	return 0;
}
