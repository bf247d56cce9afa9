/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to believe of signers with an identity, from --identity, --issuer and their patterns.
 *
 *     CLEANUP(verify_identities_done) struct verify_identities who = {0};
 *     r = verify_identities_make(opt, &who, err);
 *     wants.identities = who.wanted; wants.n_identities = who.n;
 *
 * One issuer stands for all the names given. Several issuers would go with names in ways nobody
 * meant; a trust policy can say which goes with which.
 *
 * Ownership: borrows from the options; owns the compiled patterns. Errors: ERR_USAGE.
 */
#pragma once

#include "cmd/verify.h"
#include "trust/sigstore/identity.h"

struct verify_identities {
	struct identity_wanted wanted[2 * OPTION_LIST_MAX];
	size_t n; /* 0: no identity is asked for */
	struct regex *patterns[OPTION_LIST_MAX + 1];
	size_t n_patterns;
};

int verify_identities_make(const struct verify_options *opt, struct verify_identities *ret,
			   struct err *err);
void verify_identities_done(struct verify_identities *who);
