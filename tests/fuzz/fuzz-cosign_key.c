/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing keys in files: cosign's boxes, PKCS #8 and its encryption, URIs of tokens. Nobody answers
 * when a passphrase is wanted, so that no input makes scrypt work.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "crypto/pkcs11_uri.h"
#include "trust/cosign_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	CLEANUP(secret_key_freep) struct secret_key *boxed = NULL;
	CLEANUP(secret_key_freep) struct secret_key *plain = NULL;
	CLEANUP(secret_key_freep) struct secret_key *der = NULL;
	CLEANUP(pkcs11_uri_done) struct pkcs11_uri uri = {0};
	struct err err = {0};

	if (cosign_key_is(in) && cosign_key_parse(in, NULL, &boxed, &err) == 0)
		abort(); /* without a passphrase */
	(void)secret_key_parse(in, NULL, &plain, &err);
	(void)secret_key_parse_der(in, &der, &err);
	(void)pkcs11_uri_parse(in, &uri, &err);
	return 0;
}
