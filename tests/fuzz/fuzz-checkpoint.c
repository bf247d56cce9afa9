/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint that is taken begins with its own origin, size and root, and ends where its first
 * signature begins; a log with a key that nobody has did not sign it.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/sigstore/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char point[32] = {1}; /* no key that anybody made */
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct trusted_log log = {.scheme = SIGNATURE_ED25519, .name = STR("log.example.com")};
	struct str in = str_make(data, size), rest = in;
	struct checkpoint c;
	struct err err = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (checkpoint_parse(in, &arena, &c, &err) < 0) {
		assert(err.msg[0]);
	} else {
		assert(str_pull_prefix(&rest, c.text) && str_has_prefix(rest, STR("\n")));
		assert(str_has_prefix(c.text, c.origin) && c.root.n == 32 && c.n_signatures > 0);
		if (public_key_of_ed25519(str_make(point, sizeof point), &key, NULL) == 0) {
			log.key = key;
			(void)checkpoint_verify(&c, &log, false, &err); /* small-order keys exist */
			(void)checkpoint_verify(&c, &log, true, &err);
		}
	}
	arena_done(&arena);
	return 0;
}
