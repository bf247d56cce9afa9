/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths of targets: which role they are delegated to, and how names become parts of an address.
 *
 * Modern: a pattern of '*' and '?', neither of which matches a '/' (section 4.5), or the first
 * digits of the path's SHA-256. Brackets mean themselves. Notary: what the path begins with.
 *
 * Threads: no state. Errors: those of the buffer, ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "trust/tuf/tuf_metadata.h"

bool tuf_pattern_matches(struct str pattern, struct str path);

/* 1: it is, 0: it is not, or a negative code. */
int tuf_delegation_has(enum tuf_dialect dialect, const struct tuf_delegation *d, struct str path,
		       struct err *err);

/* The one succinct role for the path, in the arena. */
int tuf_succinct_role(const struct tuf_succinct *s, struct str path, struct arena *a,
		      struct str *ret, struct err *err);

/* Whether such a role is one of the 2^bit_length. */
bool tuf_succinct_has(const struct tuf_succinct *s, struct str role);

/* Percent-encoding of all but letters, digits and "-._~", and '/' if keep_slash says so. */
void tuf_quote(struct str name, bool keep_slash, struct strbuf *out);
