/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COSE_Sign1: CBOR objects with one signature.
 *
 *     struct cose_sign1 cose;
 *     r = cose_sign1_parse(bytes, &(struct cose_wants){.understood = names}, &arena, &cose, err);
 *     r = cose_sign1_verify(&cose, key, external, err);        cose.payload counts after that
 *
 * The algorithm stands in the protected header and is one that the key has, with its curve; what
 * "crit" lists is in the protected header and understood by the caller; no label is in both
 * headers. To sign: cose_to_be_signed, a signature over that, cose_sign1_write.
 *
 * Ownership: values live in the arena and point into the bytes. Threads: no state.
 * Errors: ERR_FORMAT, ERR_UNSUPPORTED (algorithm, critical label), ERR_DENIED, ERR_LIMIT,
 * ERR_NOMEM. Format: RFC 9052, RFC 9053; CBOR as codec/cbor.h takes it.
 *
 *     18([protected: bstr of a map or empty, unprotected: map, payload: bstr or nil, signature:
 * bstr])
 */
#pragma once

#include "codec/cbor.h"
#include "crypto/public_key.h"

#define COSE_BYTES_MAX 4194304

/* Labels of header parameters. */
enum cose_label {
	COSE_ALG = 1,
	COSE_CRIT = 2,
	COSE_CONTENT_TYPE = 3,
	COSE_KID = 4,
	COSE_IV = 5,
	COSE_PARTIAL_IV = 6,
	COSE_X5CHAIN = 33,
};

struct cose_wants {
	const char *const *understood; /* text labels that "crit" may have, NULL-ended */
	bool keeps_unknown; /* the first other is in unknown_critical, instead of an error */
	bool must_be_tagged;
	bool is_detached;
	struct str detached; /* the payload, when it is not inside */
};

struct cose_sign1 {
	struct str protected_bytes;
	const struct cbor *protected_header; /* a map; NULL: empty */
	const struct cbor *header;	     /* the map that is not signed */
	int64_t alg;
	struct str payload; /* believe it only when the signature holds */
	struct str signature;
	struct str unknown_critical; /* the caller must not believe the signature */
};

int cose_sign1_parse(struct str bytes, const struct cose_wants *wants, struct arena *arena,
		     struct cose_sign1 *ret, struct err *err);

int cose_sign1_verify(const struct cose_sign1 *cose, const struct public_key *key,
		      struct str external, struct err *err);

/* SIGNATURE_NONE: no such algorithm. */
enum signature_scheme cose_scheme(int64_t alg);
bool cose_alg_fits(int64_t alg, const struct public_key *key);

/* The Sig_structure. protected_bytes: an encoded map, or empty. */
int cose_to_be_signed(struct str protected_bytes, struct str external, struct str payload,
		      struct strbuf *out, struct err *err);

/* Tagged. header: an encoded map. */
int cose_sign1_write(struct str protected_bytes, struct str header, struct str payload,
		     struct str signature, struct strbuf *out, struct err *err);
