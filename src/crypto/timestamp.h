/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time-stamp tokens: an authority's word that certain bytes existed at a certain time.
 *
 *     CLEANUP(timestamp_trust_freep) struct timestamp_trust *trust = NULL;
 *     r = timestamp_trust_new(anchors, others, &trust, err);          once
 *     r = timestamp_verify(trust, token, signature, &arena, &ts, err);       for each token
 *     if (ts.earliest < not_before || ts.latest > not_after) ...
 *
 * The token may also be the whole answer of an authority that granted one. It holds if it has one
 * signer whose certificate, from the token or from the others given, chains to an anchor at the
 * token's own time, is for time stamps alone (extended key usage critical and nothing else) and is
 * the one that the signed attribute signing-certificate names; and if its imprint is that of the
 * message by SHA-256, 384 or 512. An anchor need not be self-signed. Whether the time is one that
 * the anchor may speak for is for the caller.
 *
 * Ownership: what timestamp_verify tells lives in the arena. Threads: a trust may be shared.
 * Errors: ERR_FORMAT (no token), ERR_DENIED (it does not hold), ERR_LIMIT, ERR_NOMEM.
 * Format: RFC 3161 with RFC 5816 (ESSCertIDv2), in CMS SignedData (RFC 5652). SHA-1 is taken in
 * signing-certificate alone, which only names a certificate that is checked anyway.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define TIMESTAMP_TOKEN_BYTES_MAX  262144
#define TIMESTAMP_CERTIFICATES_MAX 64 /* in one token */
#define TIMESTAMP_CHAIN_MAX	   10

struct timestamp_trust;

/* Certificates in DER: whom to believe, and what may stand between them and a signer, or be one. */
int timestamp_trust_new(struct str_list anchors, struct str_list others,
			struct timestamp_trust **ret, struct err *err);
void timestamp_trust_free(struct timestamp_trust *trust);
void timestamp_trust_freep(struct timestamp_trust **trust);

struct timestamp {
	int64_t time; /* Unix seconds, a fraction cut off */
	/*
	 * The range that time and accuracy give, in whole seconds rounded outwards. Without a word
	 * on accuracy it is one second under the baseline policy of ETSI, otherwise nothing.
	 */
	int64_t earliest, latest;
	struct str chain[TIMESTAMP_CHAIN_MAX]; /* certificates in DER, the signer's first, then up
						  to the anchor */
	size_t n_chain;
	struct str signer;  /* the subject of its certificate: "CN=TSA,O=Example" */
	bool names_by_sha2; /* signing-certificate-v2 is there; otherwise only the old attribute */
};

int timestamp_verify(const struct timestamp_trust *trust, struct str token, struct str message,
		     struct arena *arena, struct timestamp *ret, struct err *err);
