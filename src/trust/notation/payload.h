/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature of the Notary Project signs: the descriptor of an artifact.
 *
 *     r = notation_payload_check(envelope.payload, &target, &arena, &payload, err);
 *
 * Digest, size and media type are those of the target; a target whose size or type is not known
 * says so. A blob is given as bytes, and its digest is by the algorithm of the signature.
 *
 * Errors: ERR_FORMAT (what is missing), ERR_DENIED (it is of something else), ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project signature-specification.md, "Payload"; a member beside targetArtifact, or
 * in a descriptor beside those of the OCI image specification, is an error.
 *
 *     {"targetArtifact": {"mediaType": "...", "digest": "sha256:...", "size": 528,
 *                         "annotations": {"buildId": "123"}}}
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "crypto/digest.h"

#define NOTATION_SIZE_UNKNOWN UINT64_MAX
#define NOTATION_METADATA_MAX 1024

struct notation_pair {
	struct str key, value;
};

struct notation_target {
	struct str digest;     /* "sha256:.."; empty for a blob */
	struct str media_type; /* empty: not known */
	uint64_t size;	       /* or NOTATION_SIZE_UNKNOWN */
	bool is_blob;
	struct str blob; /* its bytes */
	const struct notation_pair *metadata;
	size_t n_metadata; /* annotations that have to be there with these values */
};

struct notation_payload {
	struct str digest, media_type;
	uint64_t size;
	struct notation_pair *annotations;
	size_t n;
};

int notation_payload_parse(struct str json, struct arena *arena, struct notation_payload *ret,
			   struct err *err);

/* algorithm: of the signature, by which a blob's digest has to be. */
int notation_payload_check(const struct notation_payload *payload,
			   const struct notation_target *target, enum digest_algorithm algorithm,
			   struct err *err);
int notation_payload_check_metadata(const struct notation_payload *payload,
				    const struct notation_target *target, struct err *err);

/* The JSON of a payload for the target, which knows all of it. */
int notation_payload_write(const struct notation_target *target, struct strbuf *out,
			   struct err *err);
