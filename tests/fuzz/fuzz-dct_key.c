/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files of Docker Content Trust. Nobody can be asked for a passphrase: what derives keys from
 * one is the work of another library, and slow.
 */
#include <assert.h>
#include <stdint.h>

#include "crypto/secret_key_docker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	struct str in = str_make(data, size);
	struct secret_key_docker about;
	struct err err = {0};

	if (secret_key_docker_look(in, &about, &err) < 0) {
		assert(err.msg[0]);
		return 0;
	}
	assert(about.role.n <= size && about.gun.n <= size);
	if (secret_key_docker_parse(in, NULL, &key, &err) < 0)
		assert(err.msg[0]);
	else
		assert(public_key_bits(secret_key_public(key)) > 0);
	return 0;
}
