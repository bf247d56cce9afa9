/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subjects that a trust policy believes: reading them, and matching a certificate's.
 *
 * An identity lists attributes that the subject must have, each with exactly that value; the
 * subject may have more. Names of attributes are compared without case, S is ST. An attribute that
 * a subject has twice matches nothing: whose value would it be?
 *
 * Errors: ERR_FORMAT (what is wrong), ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project trust-store-trust-policy.md, "Trusted Identities Constraints"; RFC 4514
 * with spaces around the commas, and without multi-valued names ("+") and "#hex".
 */
#pragma once

#include "trust/notation/trust_policy.h"

/* text: "x509.subject: C=US, ST=WA, O=example.com". */
int notation_identity_parse(struct str text, struct arena *arena, struct notation_identity *ret,
			    struct err *err);

/* The attributes alone, any of them: "C=US, O=example.com". */
int notation_subject_parse(struct str text, struct arena *arena, struct notation_identity *ret,
			   struct err *err);

/* Whether all that a asks for b asks for too: then one subject can match both. */
bool notation_identity_within(const struct notation_identity *a, const struct notation_identity *b);

bool notation_identity_matches(const struct notation_identity *identity,
			       const struct certificate_attribute *subject, size_t n);
