/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs through the user's own gpg, with its keys, agent and settings.
 *
 *     r = gpg_sign("F1D0...", payload, &arena, &blob, err);
 *
 * key: whatever gpg takes for --local-user: a fingerprint, an id, an e-mail address. What gpg gives
 * back is taken apart as a verifier will: it must be one signature over exactly this payload by a
 * digest that counts, whatever gpg.conf says.
 *
 * Ownership: the blob lives in the arena.
 * Errors: ERR_NOT_FOUND (no gpg here), ERR_DENIED (gpg did not sign; it signed otherwise),
 * ERR_LIMIT (gpg_sign_seconds), ERR_IO.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

int gpg_sign(const char *key, struct str payload, struct arena *a, struct str *ret,
	     struct err *err);
