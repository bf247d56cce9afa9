/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signature of an image as containers/image stores them: in a signature store (lookaside), in
 * a directory of the dir: transport, or attached to the image in its registry.
 *
 *     r = image_signature_parse(bytes, STR("signature-1"), &arena, &s, err);
 *
 *     bytes start with            what it is
 *     bit 7 set                   an OpenPGP message ("simple signing")
 *     NUL "simple-signing\n"      the same behind it
 *     NUL "sigstore-json\n"       {"mimeType", "payload" (base64), "annotations"} of a Sigstore one
 *     anything else               nothing that is known: ASCII armour neither
 *
 * Ownership: slices live in the arena, or borrow from the bytes. Threads: no state.
 * Errors: ERR_FORMAT, ERR_UNSUPPORTED (another form), ERR_LIMIT, ERR_NOMEM.
 * Format: containers/image internal/signature, as of 5.36.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "trust/artifact_manifest.h"

#define IMAGE_SIGNATURE_COSIGN_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"

enum image_signature_kind { IMAGE_SIGNATURE_GPG, IMAGE_SIGNATURE_SIGSTORE };

struct image_signature {
	enum image_signature_kind kind;
	struct str where;			 /* "signature-1": for people */
	struct str payload;			 /* of GPG the whole OpenPGP message */
	struct str media_type;			 /* of the payload of Sigstore */
	struct artifact_annotations annotations; /* of Sigstore: signature, certificate, ... */
};

int image_signature_parse(struct str bytes, struct str where, struct arena *a,
			  struct image_signature *ret, struct err *err);
