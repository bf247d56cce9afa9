/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a certificate was revoked: by OCSP responses and CRLs that the caller has, or fetches.
 *
 *     struct revocation_source source = {.ocsp = responses, .crls = lists};
 *     r = revocation_check(cert, issuer, &source, now, signed_at, &arena, &answer, err);
 *     if (answer.status == REVOCATION_REVOKED) ...
 *
 * Both are files in DER; what is not about the certificate, does not hold or is out of date is
 * passed over, and answer.why says the last reason. OCSP is asked first, then CRLs, base and delta.
 * A revocation counts from whichever; an out-of-date CRL revokes too, but never says "good".
 * A certificate that was revoked because its key was lost after the time of signing (invalidity
 * date) is good for that signature, if the time is one that can be believed.
 *
 * A certificate that names no place for either cannot be revoked: REVOCATION_NONE, unless a list
 * that is given says otherwise. The network is asked only through the callback.
 *
 * Ownership: texts in the arena. Threads: no state.
 * Errors: ERR_NOMEM. What could not be told is REVOCATION_UNKNOWN, not an error.
 * Format: RFC 6960 (OCSP), RFC 5280 section 5 (CRL), section 5.2.4 (delta CRL). Indirect CRLs, and
 * such that are about a part of the certificates, are passed over.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "crypto/certificate.h"

#define REVOCATION_BYTES_MAX 33554432 /* of one CRL */
#define REVOCATION_URLS_MAX  8

enum revocation_status {
	REVOCATION_UNKNOWN, /* it names places, but none of them said anything that holds */
	REVOCATION_GOOD,
	REVOCATION_REVOKED,
	REVOCATION_NONE, /* it names no place */
};

struct revocation_source {
	struct str_list ocsp, crls; /* DER; a CRL may be PEM */
	/*
	 * Asks a server: request empty: GET, otherwise POST of an OCSP request. NULL: no network.
	 * A failure is a reason like others.
	 */
	int (*fetch)(void *ctx, struct str url, struct str request, struct strbuf *out,
		     struct err *err);
	void *ctx;
};

struct revocation_answer {
	enum revocation_status status;
	int64_t revoked_at; /* Unix seconds */
	struct str by;	    /* "OCSP", "a CRL": what said so */
	struct str why;	    /* of REVOKED the reason, of UNKNOWN what was wrong */
};

/* signed_at: Unix seconds, of a time stamp or an authority; 0: not known. */
int revocation_check(const struct certificate *cert, const struct certificate *issuer,
		     const struct revocation_source *source, int64_t now, int64_t signed_at,
		     struct arena *arena, struct revocation_answer *ret, struct err *err);
