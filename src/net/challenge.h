/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WWW-Authenticate: what a server wants before it answers.
 *
 *     struct challenge c;
 *     while (challenge_pull(&value, &c)) ...            Basic realm="x", Bearer realm="https://..."
 *
 * Ownership: scheme borrows from the field, parameters from the arena. Threads: plain values.
 * Format: RFC 9110 section 11.6.1; Bearer parameters of the distribution token specification.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct challenge {
	struct str scheme; /* "Bearer", "Basic"; compare without case */
	struct str realm, service, scope, error;
};

/*
 * Takes the next challenge off *field. 1, 0 at the end, or ERR_FORMAT with the offset (the rest of
 * the field is then of no use), ERR_NOMEM.
 */
int challenge_pull(struct str *field, struct arena *a, struct challenge *ret, struct err *err);
