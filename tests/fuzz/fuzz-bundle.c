/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trusted root, a NUL byte and a bundle: read both and verify. Whatever holds has a claim;
 * whatever does not says why. Without a NUL, all of it is the bundle.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/sigstore/bundle_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1900000000

static void verify(const struct bundle *bundle, const struct trusted_root *root,
		   struct arena *arena, bool by_digest)
{
	struct signed_file artifact = {.bytes = STR("the file\n"), .has_bytes = !by_digest};
	struct sigstore_wants wants = {.root = root, .any_identity = true, .now = NOW};
	struct trail trail = {.arena = arena};
	struct claim claim = {0};
	struct err err = {0};
	int r = bundle_verify(bundle, &artifact, &wants, &trail, &claim, &err);

	if (r < 0) {
		assert(err.msg[0] && claim.digest.n == 0);
		return;
	}
	assert(root && !trail.failed && claim.identity.n && claim.issuer.n && claim.digest.n &&
	       claim.time > 0 && claim.logged && claim.algorithm.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size), root_text = STR_NULL, text = in;
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	CLEANUP(bundle_done) struct bundle bundle = {0};
	struct err err = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (str_cut(in, '\0', &root_text, &text) && trusted_root_parse(root_text, &root, &err) < 0)
		assert(err.msg[0] && !root);
	if (bundle_parse(text, &arena, &bundle, &err) < 0) {
		assert(err.msg[0]);
	} else {
		assert(bundle.version >= 1 && bundle.version <= 3 && bundle.signature.n > 0);
		verify(&bundle, root, &arena, false);
		verify(&bundle, root, &arena, true);
	}
	arena_done(&arena);
	return 0;
}
