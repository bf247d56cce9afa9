/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images by signatures of the Notary Project: verify TARGET --trust-dir DIR.
 */
#pragma once

#include "cmd/verify.h"
#include "trust/artifact_store.h"

/* What is looked at, for verify_only. */
#define VERIFY_NOTATION_WISHES "trust-dir trust-policy scope user-metadata ocsp crl"

/* The statement of the trust policy is that of the image's repository, or of --scope. */
int verify_notation_image(const struct verify_options *opt, struct artifact_place *place,
			  struct verification *v, struct err *err);
