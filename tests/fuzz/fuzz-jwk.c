/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that are taken are public keys or secrets, each kid once.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "trust/jwk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	struct err err = {0};

	if (jwk_set_parse(str_make(data, size), &set, &err) < 0) {
		assert(err.msg[0] && !set.keys && set.n == 0);
		return 0;
	}
	for (size_t i = 0; i < set.n; i++) {
		const struct jwk *key = &set.keys[i];

		assert(!key->key == secret_is_set(&key->shared));
		assert(!key->kid.n || jwk_set_find(&set, key->kid) == key);
	}
	return 0;
}
