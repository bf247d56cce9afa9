/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keepers of signing keys (secret_key_*.c) share.
 *
 * A keeper fills a struct secret_key whose state it owns; secret_key_of_evp is the one for all keys
 * that OpenSSL can use.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "crypto/secret_key.h"
#include "crypto/signature_facts.h"

struct secret_key {
	const char *keeper; /* a literal */
	struct public_key *public_half;
	void *state;
	/* Appends the signature; that of ECDSA in DER. */
	int (*sign)(void *state, const struct signature_facts *s, struct str message,
		    struct strbuf *out, struct err *err);
	void (*free_state)(void *state);
};

/* A key of OpenSSL's; library and providers are NULL for its own keys. */
struct secret_key_evp {
	EVP_PKEY *pkey;
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *providers[2];
	const char *properties;
};

void secret_key_evp_free(struct secret_key_evp *state);
void secret_key_evp_freep(struct secret_key_evp **state);

/* Takes the state over, on error too. */
int secret_key_of_evp(const char *keeper, struct secret_key_evp *state, struct secret_key **ret,
		      struct err *err);

/* A key in memory. Takes pkey over, on error too; NULL gives ERR_FORMAT. */
int secret_key_of_pkey(EVP_PKEY *pkey, struct secret_key **ret, struct err *err);
