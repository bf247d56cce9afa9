/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is attached to an image: signatures, attestations, SBOMs, anything that refers to it.
 *
 *     CLEANUP(attachments_done) struct attachments all = {0};
 *     r = attachment_find(store, digest, ATTACHMENT_BUNDLE | ATTACHMENT_NOTATION, &all, err);
 *     all.p[i].kind, .manifest.layers ...          in the order in which they were found
 *     all.refused[i].why                           listed, but not what it was listed as
 *
 * Looked at, in this order: the store's list of referrers; the fallback tag sha256-<hex>; cosign's
 * tags .sig, .att and .sbom, each only when its kind is asked for. What an index says about an
 * entry decides nothing: the manifest is opened, its subject must be the digest asked for, and its
 * kind is what it holds. An artifact that is found twice is told once.
 *
 * Nothing is verified here but digests: what is attached is a claim by whoever may write there.
 *
 * Ownership: all slices live in the list's arena. Threads: as the store.
 * Errors: those of the store but ERR_NOT_FOUND, which is an empty list; ERR_LIMIT (referrers,
 * attachment_bytes). An entry that cannot be used is in `refused` and is no error, unless the store
 * or the network failed.
 * Format: OCI distribution-spec 1.1 "Listing Referrers", "Referrers Tag Schema"; cosign
 * specs/SIGNATURE_SPEC.md, BUNDLE_SPEC.md; Notary Project signature-specification.md.
 */
#pragma once

#include "trust/artifact_store.h"

enum attachment_kind {
	ATTACHMENT_BUNDLE = 1 << 0,	 /* a Sigstore bundle: of a signature or an attestation */
	ATTACHMENT_SIGNATURE = 1 << 1,	 /* of cosign: layers of simple signing payloads */
	ATTACHMENT_ATTESTATION = 1 << 2, /* of cosign: layers of DSSE envelopes */
	ATTACHMENT_SBOM = 1 << 3,
	ATTACHMENT_NOTATION = 1 << 4, /* a signature of the Notary Project */
	ATTACHMENT_OTHER = 1 << 5,
};
#define ATTACHMENT_ALL 0x3fU

enum attachment_place {
	ATTACHMENT_REFERRER,	  /* listed by the store */
	ATTACHMENT_FALLBACK_TAG,  /* in the index sha256-<hex> */
	ATTACHMENT_SIGNATURE_TAG, /* sha256-<hex>.sig */
	ATTACHMENT_ATTESTATION_TAG,
	ATTACHMENT_SBOM_TAG,
};

struct attachment {
	enum attachment_kind kind;
	enum attachment_place place;
	struct str tag;	       /* at which it, or the index that lists it, stands; empty: none */
	struct str own_tag;    /* of cosign's, at which it stands itself; empty: none */
	struct str digest;     /* of its manifest */
	struct str media_type; /* of its manifest */
	uint64_t size;	       /* bytes of its manifest */
	struct str bytes;      /* its manifest */
	struct artifact_manifest manifest;
};

struct attachment_refused {
	struct artifact entry;
	struct str why;
};

struct attachments {
	struct arena arena;
	struct attachment *p;
	size_t n;
	struct attachment_refused *refused;
	size_t n_refused;
};

/* kinds: which to give, ATTACHMENT_* added up. */
int attachment_find(struct artifact_store *s, struct str digest, unsigned kinds,
		    struct attachments *ret, struct err *err);
void attachments_done(struct attachments *all);

/* "sigstore-bundle", "cosign-signature", ...: stable, shown in JSON. */
const char *attachment_kind_name(enum attachment_kind kind);
const char *attachment_place_name(enum attachment_place place);

/* What a manifest holds; ATTACHMENT_OTHER when it is nothing that is known here. */
enum attachment_kind attachment_kind_of(const struct artifact_manifest *m);
