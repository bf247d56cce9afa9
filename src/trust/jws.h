/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Signatures: reading them, and checking one with a key.
 *
 *     CLEANUP(jws_done) struct jws jws = {0};
 *     r = jws_parse_compact(text, &(struct jws_wants){.understood = names}, &jws, err);
 *     r = jws_verify(&jws, 0, key, err);                 jws.payload counts only after that
 *
 * Which serialization is read is the caller's choice: what is compact is not taken as JSON, nor the
 * other way. Header parameters that are critical must all be among those that the caller
 * understands (and "b64", RFC 7797, which is understood here). The algorithm is one that the key
 * has: its type, its curve, its own "alg"; "none" is none. A kid is a hint for finding a key.
 *
 * Ownership: the jws owns all slices of it. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT (what is wrong, where), ERR_UNSUPPORTED (a critical parameter, an algorithm),
 * ERR_DENIED (does not hold), ERR_LIMIT, ERR_NOMEM.
 * Format: RFC 7515, RFC 7518 section 3, RFC 7797, RFC 8037.
 */
#pragma once

#include "base/strbuf.h"
#include "trust/jwk.h"

#define JWS_BYTES_MAX	   4194304
#define JWS_SIGNATURES_MAX 16

struct jws_wants {
	const char *const *understood; /* names that "crit" may have, NULL-ended; NULL: none */
	bool keeps_unknown;  /* the first other is in unknown_critical, instead of an error */
	struct str detached; /* the payload, when it is not inside */
	bool is_detached;
};

struct jws_signature {
	struct str protected_text;     /* base64url, as it was signed */
	struct json *protected_header; /* NULL: none */
	const struct json *header;     /* the part that is not signed; NULL: none */
	struct str alg, kid;	       /* alg is of the protected header */
	bool is_raw;		       /* the payload is signed as it is ("b64": false) */
	struct str bytes;
	struct str unknown_critical; /* the caller must not believe the signature */
};

struct jws {
	struct json *doc;	 /* of the JSON serializations */
	struct strbuf memory;	 /* decoded: payload, then signatures */
	struct str payload_text; /* as it stands in the text */
	struct str payload;	 /* decoded; believe it only when a signature holds */
	struct jws_signature signatures[JWS_SIGNATURES_MAX];
	size_t n;
};

int jws_parse_compact(struct str text, const struct jws_wants *wants, struct jws *ret,
		      struct err *err);
int jws_parse_json(struct str text, const struct jws_wants *wants, struct jws *ret,
		   struct err *err); /* flattened or general */
void jws_done(struct jws *jws);

int jws_verify(const struct jws *jws, size_t i, const struct jwk *key, struct err *err);

/* With a key that has no label of its own, of a certificate. */
int jws_verify_public(const struct jws *jws, size_t i, const struct public_key *key,
		      struct err *err);

/* What is signed: base64url(protected) "." payload. */
int jws_signing_input(struct str protected_text, struct str payload_text, struct strbuf *out,
		      struct err *err);

/* "ES256" -> SIGNATURE_ECDSA_RAW_SHA256; SIGNATURE_NONE: no algorithm of a public key. */
enum signature_scheme jws_scheme(struct str alg);

/* Whether alg is one of the key's: ES256 is P-256's alone. */
bool jws_alg_fits(struct str alg, const struct public_key *key);
