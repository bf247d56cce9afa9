/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys of every kind that signs images, and the check of a signature with one.
 *
 *     CLEANUP(public_key_freep) struct public_key *key = NULL;
 *     r = public_key_parse(pem_or_der, &key, err);
 *     r = public_key_verify(key, public_key_scheme(key), message, signature, err);
 *
 * The scheme comes from the format or the key, never from what is to be verified alone: a scheme
 * that is not one of the key's type is refused. Keys that are too weak are no keys: RSA below
 * 2048 bits, other curves than P-256, P-384 and P-521, parameters written out instead of named,
 * points off the curve.
 *
 * Ownership: a key owns itself; slices of it live as long. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT (no key), ERR_DENIED (too weak; the signature does not hold, or is of another
 * scheme), ERR_UNSUPPORTED (a kind of key that is not known here), ERR_NOMEM.
 * Format: RFC 5280 SubjectPublicKeyInfo in DER or PEM (RFC 7468), PKCS #1 "RSA PUBLIC KEY"
 * in both.
 * Behind it: OpenSSL 3.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"
#include "crypto/digest.h"

#define PUBLIC_KEY_RSA_BITS_MIN 2048
#define PUBLIC_KEY_RSA_BITS_MAX 16384
#define PUBLIC_KEY_BYTES_MAX	16384 /* of a key as PEM or DER */

enum key_type { KEY_EC_P256, KEY_EC_P384, KEY_EC_P521, KEY_ED25519, KEY_RSA };

enum signature_scheme {
	SIGNATURE_NONE,
	SIGNATURE_ECDSA_SHA256, /* a DER sequence of r and s */
	SIGNATURE_ECDSA_SHA384,
	SIGNATURE_ECDSA_SHA512,
	SIGNATURE_ECDSA_RAW_SHA256, /* r and s behind each other, each as long as the curve's order
				     */
	SIGNATURE_ECDSA_RAW_SHA384,
	SIGNATURE_ECDSA_RAW_SHA512,
	SIGNATURE_ED25519,
	SIGNATURE_RSA_PKCS1_SHA256,
	SIGNATURE_RSA_PKCS1_SHA384,
	SIGNATURE_RSA_PKCS1_SHA512,
	SIGNATURE_RSA_PSS_SHA256, /* the salt as long as the digest */
	SIGNATURE_RSA_PSS_SHA384,
	SIGNATURE_RSA_PSS_SHA512,
	SIGNATURE_RSA_PSS_ANY_SALT_SHA256, /* a salt of any length: Go takes the longest */
	SIGNATURE_RSA_PSS_ANY_SALT_SHA384,
	SIGNATURE_RSA_PSS_ANY_SALT_SHA512,
};

struct public_key;

int public_key_parse(struct str bytes, struct public_key **ret, struct err *err); /* PEM or DER */
int public_key_of_ed25519(struct str raw, struct public_key **ret, struct err *err); /* 32 bytes */
int public_key_of_ec(enum key_type curve, struct str x, struct str y, struct public_key **ret,
		     struct err *err); /* coordinates, big-endian, as long as the field */
int public_key_of_rsa(struct str modulus, struct str exponent, struct public_key **ret,
		      struct err *err); /* big-endian */
void public_key_free(struct public_key *key);
void public_key_freep(struct public_key **key);

enum key_type public_key_type(const struct public_key *key);
unsigned public_key_bits(const struct public_key *key);
const char *public_key_name(const struct public_key *key); /* "ECDSA P-256", "RSA 3072" */
struct str public_key_der(const struct public_key *key);   /* SubjectPublicKeyInfo */
int public_key_format(const struct public_key *key, struct strbuf *pem, struct err *err);
bool public_key_same(const struct public_key *a, const struct public_key *b);

/* SHA-256 of the DER: what a key is called when it has no better name. */
int public_key_digest(const struct public_key *key, struct digest_value *ret, struct err *err);

/*
 * The scheme that Sigstore uses with such a key when nothing else is said: the digest as long as
 * the curve, PKCS #1 v1.5 with SHA-256 for RSA.
 */
enum signature_scheme public_key_scheme(const struct public_key *key);

/* Whether the scheme is one of the key's type. */
bool public_key_takes(const struct public_key *key, enum signature_scheme scheme);

const char *signature_scheme_name(enum signature_scheme scheme); /* "ecdsa-sha256", for people */

int public_key_verify(const struct public_key *key, enum signature_scheme scheme,
		      struct str message, struct str signature, struct err *err);

/* The message is known by its digest alone, which is of the scheme; Ed25519 cannot (ERR_DENIED). */
int public_key_verify_digest(const struct public_key *key, enum signature_scheme scheme,
			     struct str digest, struct str signature, struct err *err);
