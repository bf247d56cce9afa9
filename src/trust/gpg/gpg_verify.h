/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifies an OpenPGP signed message: by a key of a ring, at a stated time.
 *
 *     struct openpgp_keyring ring = {0};
 *     r = openpgp_keyring_add(&ring, bytes, &arena, err);
 *     r = gpg_verify(&ring, blob, now, &trail, &signature, err);
 *     signature.payload                             what was signed: only now it may be parsed
 *
 * Plimsoll takes the message apart (openpgp.h), gpg in a jail (gpg_jail.h) says whether the one
 * signature over the payload holds. It is refused when gpg says anything but one good signature by
 * a key that is valid at `now`: expired or revoked keys and subkeys, expired signatures, unknown
 * keys, signatures of the future.
 *
 * Ownership: slices live in the arena of the trail. Threads: no state.
 * Errors: ERR_DENIED through the trail; else what kept it from being told (no gpg here, memory).
 */
#pragma once

#include "trust/gpg/openpgp.h"
#include "trust/trail.h"

struct gpg_signature {
	struct str payload;
	struct str fingerprint; /* of the key or subkey that signed, upper-case hex */
	struct str primary;	/* of the primary key it belongs to: what people know */
	struct str user;	/* "Jane Doe <jane@example.com>", by the key's own word */
	int64_t time;		/* Unix seconds, by the signer's clock */
	int64_t expires;	/* 0: never */
	const char *algorithm;	/* "rsa-sha256" */
};

int gpg_verify(const struct openpgp_keyring *ring, struct str blob, int64_t now,
	       struct trail *trail, struct gpg_signature *ret, struct err *err);
