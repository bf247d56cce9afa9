/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaches bytes to an image: an artifact manifest whose subject is the image.
 *
 *     struct attach_request q = {.bytes = ..., .media_type = STR("application/spdx+json")};
 *     r = attach_bytes(place.store, &place.manifest, &q, digest, err);     of the new manifest
 *
 * Ownership: borrows. Errors: those of the store; ERR_FORMAT (a media type that is none).
 * Format: OCI image-spec v1.1 manifest.md, "Guidelines for Artifact Usage": artifactType is the
 * media type, the config is the empty descriptor, the one layer is the file.
 */
#pragma once

#include "trust/artifact_store.h"

struct attach_request {
	struct str bytes;
	struct str media_type;
	struct str artifact_type;		 /* empty: the media type */
	struct str title;			 /* name of the file; empty: none */
	struct str created;			 /* RFC 3339; empty: not said */
	struct artifact_annotations annotations; /* of the manifest, besides */
};

int attach_bytes(struct artifact_store *s, const struct registry_manifest *subject,
		 const struct attach_request *request, char ret_digest[DIGEST_TEXT_MAX],
		 struct err *err);

/* The media type of an SBOM by what it looks like: SPDX, CycloneDX; STR_NULL: it is neither. */
struct str attach_sbom_type(struct str bytes);
