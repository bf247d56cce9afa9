/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index at the tag sha256-<hex>, by which a store without a list of referrers keeps one.
 *
 *     r = fallback_index_add(store, subject_digest, &descriptor, err);
 *
 * The index is read, extended and put back; what others wrote into it stays, byte for byte in
 * meaning. Two who do that at the same time can lose an entry: the scheme has no way against it.
 *
 * Errors: those of the store; ERR_FORMAT (the tag holds something else), ERR_LIMIT (referrers).
 * Format: OCI distribution-spec 1.1, "Referrers Tag Schema".
 */
#pragma once

#include "trust/artifact_store.h"

int fallback_index_add(struct artifact_store *s, struct str subject, const struct artifact *d,
		       struct err *err);

struct json_writer;

/* A descriptor as a JSON object; ref_name: annotation org.opencontainers.image.ref.name, or empty.
 */
void artifact_write(struct json_writer *w, const struct artifact *d, struct str ref_name);
