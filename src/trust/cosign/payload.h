/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payload of "simple signing", which cosign signs at the tag .sig.
 *
 *     {"critical":{"identity":{"docker-reference":"registry.example.com/app"},
 *                  "image":{"docker-manifest-digest":"sha256:ab.."},
 *                  "type":"cosign container image signature"},
 *      "optional":{"env":"prod"}}
 *
 *     CLEANUP(cosign_payload_done) struct cosign_payload payload = {0};
 *     r = cosign_payload_parse(bytes, &payload, err);
 *
 * Ownership: the payload owns its document; slices are borrowed from it. Threads: read-only sharing
 * is fine. Errors: ERR_FORMAT (with what is missing; a member that is there twice), ERR_LIMIT.
 * Format: cosign specs/SIGNATURE_SPEC.md; containers-signature(5). White space is free; members
 * that are not known are passed over.
 */
#pragma once

#include "base/strbuf.h"
#include "codec/json.h"
#include "trust/artifact_manifest.h"

#define COSIGN_PAYLOAD_TYPE	  "cosign container image signature"
#define COSIGN_PAYLOAD_MEDIA_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"

struct cosign_payload {
	struct json *doc;
	struct str type, digest, reference; /* reference may be empty */
	const struct json *optional;	    /* a map, or NULL */
};

int cosign_payload_parse(struct str bytes, struct cosign_payload *ret, struct err *err);
void cosign_payload_done(struct cosign_payload *p);

/* Whether `optional` says this: a text as it is, numbers and truth values as JSON writes them. */
bool cosign_payload_says(const struct cosign_payload *p, struct str key, struct str value);

/* As cosign writes it: compact; annotations may be none (null). */
int cosign_payload_write(struct str reference, struct str digest,
			 const struct artifact_annotation *annotations, size_t n_annotations,
			 struct strbuf *out, struct err *err);
