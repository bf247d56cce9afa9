/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What attestations say, in the same words whatever their format: facts for policies and people.
 *
 *     struct attestation a;
 *     r = attestation_read(claim.payload, &arena, &a, err);       an in-toto statement
 *     a.builder, a.source, a.materials[i].uri ...                 empty when not said
 *
 * The facts are as good as the signature that was verified before. A field of another type than its
 * format says is an error, so that no rule passes because a fact could not be read.
 *
 * Ownership: slices live in the arena. Threads: no state. Errors: ERR_FORMAT naming the field,
 * ERR_LIMIT (attestation materials, levels), ERR_NOMEM.
 * Format: SLSA provenance v0.2 and v1 (also as BuildKit and GitHub Actions fill them), SLSA
 * verification summary v1, SPDX 2.x, CycloneDX 1.x, OpenVEX 0.2, cosign's vulnerability scan v1.
 */
#pragma once

#include "base/arena.h"

#define ATTESTATION_MATERIALS_MAX 65536
#define ATTESTATION_LEVELS_MAX	  64

enum attestation_kind {
	ATTESTATION_UNKNOWN, /* the type alone is told */
	ATTESTATION_PROVENANCE,
	ATTESTATION_SUMMARY, /* VSA */
	ATTESTATION_SBOM,
	ATTESTATION_VEX,
	ATTESTATION_SCAN,
	ATTESTATION_SIGNATURE, /* cosign's statement that is a signature */
};

struct attestation_material {
	struct str uri;
	struct str digest; /* "sha256:..", "sha1:..": the first that is told; empty: none */
};

struct attestation {
	enum attestation_kind kind;
	struct str predicate_type;
	/* Provenance. */
	struct str builder;	  /* its id */
	struct str build_type;	  /* URI */
	struct str source;	  /* URI of what was built; with @REF where it is told apart */
	struct str source_digest; /* "sha1:<commit>" */
	struct str entry_point;	  /* Dockerfile, workflow file */
	struct str invocation;
	const struct attestation_material *materials;
	size_t n_materials;
	/* Summary. */
	struct str verifier, policy, resource;
	struct str result; /* "PASSED", "FAILED" */
	struct str_list levels;
	/* SBOM, VEX, scan. */
	struct str format;   /* "SPDX-2.3", "CycloneDX-1.5", "OpenVEX" */
	struct str author;   /* tool or person; of a scan the scanner */
	struct str version;  /* of the scanner */
	struct str database; /* version of its database */
	size_t n_packages;   /* of an SBOM; of VEX its statements */
	/* Unix seconds; 0: not told. */
	int64_t started, finished; /* of the build or scan; of others: when it was made */
};

int attestation_read(struct str statement, struct arena *arena, struct attestation *ret,
		     struct err *err);

const char *attestation_kind_name(enum attestation_kind kind); /* "provenance": stable */
