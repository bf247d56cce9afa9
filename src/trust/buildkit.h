/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestations that BuildKit puts into an index beside the images: provenance and SBOMs, which
 * nobody has signed.
 *
 *     r = buildkit_find(store, &index, image_digest, &arena, &list, err);
 *     list.p[i].predicate_type, .statement
 *
 * An entry of the index with the annotation vnd.docker.reference.type=attestation-manifest belongs
 * to the image whose digest vnd.docker.reference.digest has; its layers are in-toto statements,
 * whose subject must be that image. They say what the builder says, and are worth what the
 * signature of the index is worth that holds their digests: a signature of the index covers them.
 *
 * Ownership: slices live in the arena. Threads: as the store.
 * Errors: those of the store; ERR_FORMAT (a statement that is none, or of something else),
 * ERR_LIMIT. Format: BuildKit docs/attestations/attestation-storage.md.
 */
#pragma once

#include "trust/artifact_store.h"

struct buildkit_attestation {
	struct str image;	   /* digest of what it is about */
	struct str manifest;	   /* digest of the attestation manifest */
	struct str predicate_type; /* of the statement itself */
	struct str statement;	   /* JSON */
};

struct buildkit_list {
	struct buildkit_attestation *p;
	size_t n;
};

#define BUILDKIT_ATTESTATIONS_MAX 256

/* image: digest of one image of the index; empty: of all. */
int buildkit_find(struct artifact_store *store, const struct artifact_manifest *index,
		  struct str image, struct arena *arena, struct buildkit_list *ret,
		  struct err *err);
