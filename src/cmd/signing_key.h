/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys that a user names: to sign with, and to believe.
 *
 *     r = signing_key_open("cosign.key", &how, &key, err);
 *     r = public_key_open("cosign.pub", &key, err);
 *
 * A signing key is a file (of cosign; PKCS #8, PKCS #1, SEC 1 in PEM; TSS2), pkcs11:URI,
 * tpm:0xHANDLE or tpm:FILE. A public key is a file with one in PEM or DER.
 *
 * Ownership: the caller's. Errors: as crypto/secret_key.h, with the name before it.
 */
#pragma once

#include "cmd/passphrase.h"
#include "crypto/secret_key.h"

/* name: never a secret; how->name is set to it. */
int signing_key_open(const char *name, struct passphrase_source *how, struct secret_key **ret,
		     struct err *err);

int public_key_open(const char *path, struct public_key **ret, struct err *err);
