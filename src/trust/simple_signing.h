/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The "simple signing" payload: which image, by digest, is signed under which name.
 *
 *     r = simple_signing_parse(payload, STR(SIMPLE_SIGNING_GPG), &arena, &s, err);
 *     s.digest, s.reference                         after its signature held, and not before
 *     r = simple_signing_write(&s, &sb, err);       to be signed
 *
 *     {"critical": {"identity": {"docker-reference": "registry.example.com/app:1.0"},
 *                   "image": {"docker-manifest-digest": "sha256:..."},
 *                   "type": "atomic container signature"},
 *      "optional": {"creator": "plimsoll 0.1.0", "timestamp": 1704067200}}
 *
 * "critical" and all in it has exactly these members; what is unknown there is refused, so that a
 * signer can add a condition that old readers do not pass over. "optional" may hold anything, but
 * creator is a string and timestamp an integer. The reference is not judged here: an empty or
 * malformed one matches no image (trust/signed_identity.h).
 *
 * Ownership: slices live in the arena. Threads: no state.
 * Errors: ERR_FORMAT, ERR_DENIED (another type), those of digest_parse.
 * Format: containers-signature(5); cosign's payload is the same with another type, and may have
 * null or nothing for "optional".
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

#define SIMPLE_SIGNING_GPG    "atomic container signature"
#define SIMPLE_SIGNING_COSIGN "cosign container image signature"

struct simple_signing {
	struct str type;
	struct str digest;    /* "sha256:..": of the manifest */
	struct str reference; /* of the image, by the signer's word */
	struct str creator;   /* empty: not said */
	int64_t timestamp;    /* Unix seconds; 0: not said */
};

int simple_signing_parse(struct str payload, struct str type, struct arena *a,
			 struct simple_signing *ret, struct err *err);

int simple_signing_write(const struct simple_signing *s, struct strbuf *out, struct err *err);
