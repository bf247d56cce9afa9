/* SPDX-License-Identifier: Apache-2.0 */
/* A signed message, and the same bytes as a ring of keys, twice. */
#include <stdint.h>

#include "trust/gpg/openpgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size);
	struct openpgp_keyring ring = {0};
	struct openpgp_message message = {0};
	struct arena a;

	arena_init(&a, 1 << 26);
	if (openpgp_message_parse(bytes, &a, &message, NULL) == 0 && message.signature.n == 0)
		abort();
	if (openpgp_keyring_add(&ring, bytes, &a, NULL) == 0) {
		/* What is there already is no second key; what is written out reads back. */
		size_t n = ring.n;
		struct str out = openpgp_keyring_bytes(&ring, &a);
		struct openpgp_keyring again = {0};

		if (openpgp_keyring_add(&ring, bytes, &a, NULL) == 0 && ring.n != n)
			abort();
		if (n && out.p && openpgp_keyring_add(&again, out, &a, NULL) == 0 && again.n != n)
			abort();
	}
	arena_done(&a);
	return 0;
}
