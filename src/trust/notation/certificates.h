/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Notary Project demands of certificates, besides that their chain holds.
 *
 * A chain is complete and in order: the signer's certificate first, a certificate signed by itself
 * last, each signed by the next, nothing else between. CAs: basic constraints critical with CA,
 * key usage with keyCertSign, path length kept. The signer: no CA, key usage digitalSignature and
 * nothing that encrypts or signs certificates, extended key usage (if it is there) without those of
 * servers, clients, mail, time stamps, and not "any". A chain of one is its own root and has to be
 * as a signer's.
 *
 * A chain is also one for OpenSSL at the time of signing (crypto/certificate.h), which refuses
 * critical extensions that it does not know; the specification would pass over them.
 *
 * Errors: ERR_DENIED, with what is wrong; ERR_NOMEM.
 * Format: Notary Project signature-specification.md, "Certificate Requirements".
 */
#pragma once

#include "crypto/certificate.h"

enum notation_use { NOTATION_USE_CODE, NOTATION_USE_TIMESTAMP };

int notation_chain_check(const struct certificate_list *chain, enum notation_use use, int64_t at,
			 struct err *err);

/* Each of them is valid from `earliest` to `latest`. */
int notation_chain_valid_at(const struct certificate_list *chain, int64_t earliest, int64_t latest,
			    struct err *err);
