/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing keys behind one face, wherever they are kept: PEM files, PKCS #11 tokens, a TPM 2.0.
 *
 *     CLEANUP(secret_key_freep) struct secret_key *key = NULL;
 *     r = secret_key_parse(pem, &ask, &key, err);
 *     r = secret_key_sign(key, public_key_scheme(secret_key_public(key)), message, &sig, err);
 *
 * What a key signs is checked with its public half before it is given out, so that a fault of a
 * chip or of memory never leaves the program.
 *
 * A passphrase or PIN is asked for only when one is needed. Work that a file asks for (rounds of
 * PBKDF2, memory of scrypt) is limited.
 *
 * Ownership: a key owns itself and is wiped when released. Threads: one key, one thread at a time;
 * one process uses a PKCS #11 module from one thread.
 * Errors: ERR_FORMAT (no key), ERR_DENIED (too weak, wrong passphrase or PIN, none to be had; a
 * scheme that is not the key's), ERR_UNSUPPORTED (a kind or an encryption not known here; a library
 * that is missing; a token that cannot do the scheme), ERR_NOT_FOUND (no such key on the token),
 * ERR_LIMIT, ERR_IO (the token), ERR_NOMEM.
 * Format: RFC 5958 and PKCS #8 in PEM, encrypted by PBES2 (RFC 8018) or not; PKCS #1 "RSA PRIVATE
 * KEY"; SEC 1 "EC PRIVATE KEY"; "TSS2 PRIVATE KEY"; RFC 7512 URIs. Not read: PEM encrypted with
 * "Proc-Type", PBES1. Behind it: OpenSSL 3; a PKCS #11 module, p11-kit or OpenSSL's provider
 * "tpm2", opened only when such a key is.
 */
#pragma once

#include "base/secret.h"
#include "crypto/public_key.h"

#define SECRET_KEY_BYTES_MAX	  65536	     /* of a key as PEM or DER */
#define SECRET_KEY_ROUNDS	  600000     /* of PBKDF2 with SHA-256, in what is written */
#define SECRET_KEY_ROUNDS_MAX	  10000000   /* in what is read */
#define SECRET_KEY_KDF_BYTES_MAX  (1U << 28) /* memory of scrypt: 256 MiB */
#define SECRET_KEY_KDF_COST_MAX	  (1U << 28) /* N * r * p of scrypt */
#define SECRET_KEY_SIGNATURE_MAX  4096	     /* bytes: RSA of 16384 bits has 2048 */
#define SECRET_KEY_PASSPHRASE_MAX 1024	     /* bytes */

struct secret_key;

/* Asks for a secret: what is "passphrase of the key", "PIN of the token \"release\"". */
struct secret_ask {
	int (*ask)(void *ctx, const char *what, struct secret *ret, struct err *err);
	void *ctx;
};

/* Asks, or ERR_DENIED with what is missing. */
int secret_ask_for(const struct secret_ask *ask, const char *what, struct secret *ret,
		   struct err *err);

/* PEM text. ask: NULL, nobody can be asked. */
int secret_key_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err);
int secret_key_parse_der(struct str pkcs8, struct secret_key **ret, struct err *err);

/* rsa_bits: for KEY_RSA alone, 2048 to 16384. */
int secret_key_generate(enum key_type type, unsigned rsa_bits, struct secret_key **ret,
			struct err *err);

/*
 * "pkcs11:token=release;object=image-key?module-path=/usr/lib/softhsm/libsofthsm2.so". Without
 * module-path all modules that p11-kit knows are asked. The PIN is in the file of pin-source, or
 * asked for; pin-value is refused, because whoever sees the command line sees it.
 */
int secret_key_open_pkcs11(struct str uri, const struct secret_ask *ask, struct secret_key **ret,
			   struct err *err);

/*
 * what: a persistent handle ("0x81000001"; "0x81000001?pass" if the key has a passphrase, which the
 * TPM does not tell) or the text of a "TSS2 PRIVATE KEY" in PEM.
 */
int secret_key_open_tpm(struct str what, const struct secret_ask *ask, struct secret_key **ret,
			struct err *err);

void secret_key_free(struct secret_key *key);
void secret_key_freep(struct secret_key **key);

const struct public_key *secret_key_public(const struct secret_key *key);
const char *secret_key_keeper(const struct secret_key *key); /* "file", "PKCS #11", "TPM 2.0" */

/* Appends the signature to *out. RSA-PSS takes a salt as long as the digest. */
int secret_key_sign(const struct secret_key *key, enum signature_scheme scheme, struct str message,
		    struct strbuf *out, struct err *err);

/* PKCS #8 in DER; ERR_UNSUPPORTED for a key that never leaves its token. */
int secret_key_der(const struct secret_key *key, struct secret *ret, struct err *err);

/* PKCS #8 in PEM, encrypted: PBES2 with PBKDF2 (HMAC-SHA256) and AES-256-CBC. */
int secret_key_format(const struct secret_key *key, const struct secret *passphrase,
		      struct strbuf *pem, struct err *err);
