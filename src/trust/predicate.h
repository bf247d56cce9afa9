/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of attestations: their types as URIs, the short names that cosign gives them, and what each
 * must have in it.
 *
 *     const struct predicate_kind *kind = predicate_find(STR("slsaprovenance1"));
 *     r = kind->check(predicate, err);
 *
 * Threads: constants. Errors: ERR_FORMAT naming what is missing.
 * Format: SLSA provenance v0.2 and v1, SLSA verification summary v1, in-toto link v0.2/v1, SPDX 2.x
 * and CycloneDX 1.x in JSON, OpenVEX, cosign specs/COSIGN_VULN_ATTESTATION_SPEC.md and
 * COSIGN_PREDICATE_SPEC.md.
 */
#pragma once

#include "codec/json.h"

/* The statement that is cosign's signature of an image since 3.0. */
#define PREDICATE_COSIGN_SIGN "https://sigstore.dev/cosign/sign/v1"
#define PREDICATE_CUSTOM      "https://cosign.sigstore.dev/attestation/v1"
#define PREDICATE_VULN	      "https://cosign.sigstore.dev/attestation/vuln/v1"
#define PREDICATE_SLSA_0_2    "https://slsa.dev/provenance/v0.2"
#define PREDICATE_SLSA_1      "https://slsa.dev/provenance/v1"
#define PREDICATE_VSA	      "https://slsa.dev/verification_summary/v1"
#define PREDICATE_SPDX	      "https://spdx.dev/Document"
#define PREDICATE_CYCLONEDX   "https://cyclonedx.org/bom"
#define PREDICATE_OPENVEX     "https://openvex.dev/ns"
#define PREDICATE_LINK	      "https://in-toto.io/Link/v1"

struct predicate_kind {
	const char *name;   /* "spdx": as cosign's --type */
	const char *type;   /* the URI that is written */
	const char *prefix; /* other URIs of the kind begin with this; NULL: none */
	const char *title;
	int (*check)(const struct json *predicate, struct err *err);
};

extern const struct predicate_kind predicate_kinds[]; /* ends with a NULL name */

const struct predicate_kind *predicate_find(struct str name);	 /* NULL: none */
const struct predicate_kind *predicate_of_type(struct str type); /* by the URI */

/* wanted: a short name, or a URI. */
bool predicate_type_is(struct str type, struct str wanted);
