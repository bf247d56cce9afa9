/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs images and attests to them, as cosign's verify reads it.
 *
 *     struct cosign_signing how = {.store = place.store, .subject = ..., .key = key, ...};
 *     r = cosign_sign(&how, COSIGN_FORM_LAYER | COSIGN_FORM_BUNDLE, &made, err);
 *
 * Two forms, which may stand beside each other:
 * COSIGN_FORM_LAYER: a layer of the manifest at the tag .sig or .att, which cosign writes up to 2
 * and reads in every version; what is there stays. A signature of the same key with the same words
 * is not made twice.
 * COSIGN_FORM_BUNDLE: a Sigstore bundle v0.3 with the public key's digest as a hint, as a referrer
 * of the image; cosign 3 writes that, and looks there first. A signature is a statement of type
 * PREDICATE_COSIGN_SIGN.
 *
 * No log knows of it: cosign verify --key wants --insecure-ignore-tlog (and 3 also
 * --private-infrastructure or the same).
 *
 * Two who sign the same image at the same moment can lose a layer of the one who was first: the tag
 * is read, and put back.
 *
 * Ownership: borrows all. Threads: as the store. Errors: those of the key and of the store;
 * ERR_FORMAT (the tag holds something else).
 * Format: cosign specs/SIGNATURE_SPEC.md, ATTESTATION_SPEC.md, BUNDLE_SPEC.md;
 * sigstore_bundle.proto.
 */
#pragma once

#include "crypto/secret_key.h"
#include "trust/artifact_store.h"

enum cosign_form { COSIGN_FORM_LAYER = 1 << 0, COSIGN_FORM_BUNDLE = 1 << 1 };

struct cosign_signing {
	struct artifact_store *store;
	struct artifact subject; /* media_type, digest, size of what is signed */
	struct str reference;	 /* the image's name without tag: docker-reference */
	const struct secret_key *key;
	const struct artifact_annotation *annotations;
	size_t n_annotations;
	int64_t now; /* Unix seconds, for the date of the artifact */
	struct arena *arena;
};

/* What was made; empty: nothing, because it was there. In the arena. */
struct cosign_made {
	struct str layer_tag; /* "sha256-ab...sig" */
	struct str bundle_digest;
	struct str notation_digest; /* for who makes such beside these */
	bool was_there;		    /* a layer with the same words by the same key */
};

int cosign_sign(const struct cosign_signing *how, unsigned forms, struct cosign_made *ret,
		struct err *err);

/* statement: an in-toto statement about the subject, of that predicate type. */
int cosign_attest(const struct cosign_signing *how, unsigned forms, struct str statement,
		  struct str predicate_type, struct cosign_made *ret, struct err *err);

/* A statement about the subject; predicate: JSON. v1: Statement v1, else v0.1 as cosign writes. */
int cosign_statement_write(const struct cosign_signing *how, struct str predicate_type,
			   struct str predicate, bool v1, struct strbuf *out, struct err *err);
