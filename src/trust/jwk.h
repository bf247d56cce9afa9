/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Keys: one, or a set of them, for checking signatures and opening encrypted texts.
 *
 *     CLEANUP(jwk_set_done) struct jwk_set set = {0};
 *     r = jwk_set_parse(bytes, &set, err);
 *     const struct jwk *key = jwk_set_find(&set, kid);
 *
 * A set holds no key twice (by kid), and not secrets shared by both sides beside public keys, which
 * would let a public key be taken for a secret. Keys of unknown types in a set are passed over,
 * as RFC 7517 wants; one alone is an error. A key that has "d" keeps it, for jwe.h.
 *
 * Ownership: the set owns all; secrets are wiped. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT (which member), ERR_DENIED (too weak), ERR_UNSUPPORTED, ERR_LIMIT, ERR_NOMEM.
 * Format: RFC 7517, RFC 7518 section 6 (EC, RSA, oct), RFC 8037 (OKP, Ed25519). Without x5c: a
 * certificate in a key is not looked at.
 */
#pragma once

#include "base/secret.h"
#include "codec/json.h"
#include "crypto/public_key.h"

#define JWK_KEYS_MAX	  256
#define JWK_SET_BYTES_MAX 1048576

enum jwk_use { JWK_USE_ANY, JWK_USE_SIGN, JWK_USE_ENCRYPT };

/* Private members of a key, in the order of their names. */
enum jwk_private { JWK_D, JWK_P, JWK_Q, JWK_DP, JWK_DQ, JWK_QI, JWK_N_PRIVATE };

struct jwk {
	struct str kid, alg; /* empty: not said */
	enum jwk_use use;
	bool may_verify, may_decrypt;	      /* by use and key_ops */
	struct public_key *key;		      /* NULL: a secret */
	struct secret shared;		      /* kty "oct" */
	struct secret private[JWK_N_PRIVATE]; /* unset: not there */
};

struct jwk_set {
	struct json *doc; /* kid and alg lie in it */
	struct jwk *keys;
	size_t n;
	size_t n_unknown; /* passed over */
};

/* {"keys": [...]}, or one key alone. */
int jwk_set_parse(struct str bytes, struct jwk_set *ret, struct err *err);
void jwk_set_done(struct jwk_set *set);

/* By kid; without one (empty) the only key there is. NULL: none. */
const struct jwk *jwk_set_find(const struct jwk_set *set, struct str kid);

/* A public key that stands in another document ("epk" of a JWE header). */
int jwk_public_parse(const struct json *jwk, struct public_key **ret, struct err *err);
