/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature store beside a registry: files signature-1, signature-2, ... of an image.
 *
 *     struct lookaside l = {.base = place.base, .repository = STR("team/app"), .http = http};
 *     r = lookaside_read(&l, digest, &arena, &signatures, err);
 *     r = lookaside_add(&l, digest, bytes, &arena, &path, err);         file:// only
 *     r = lookaside_read_dir("/srv/image", &arena, &signatures, err);   those of a dir: image
 *
 *     <base>/<repository>@sha256=<hex>/signature-<n>
 *
 * They are counted from 1, and the first that is not there ends them. A file that is no signature
 * of a known form is left out and told in `note`: others may be good. What cannot be fetched is an
 * error, so that a store that is gone is not taken for one without signatures.
 *
 * Ownership: slices live in the arena. Threads: as the http client.
 * Errors: ERR_LIMIT (lookaside_signatures, signature_bytes), ERR_IO, ERR_DENIED (a certificate, a
 * file), ERR_UNSUPPORTED (no network given; writing over http), ERR_NOMEM.
 * Format: containers/image docs/signature-protocols.md.
 */
#pragma once

#include "trust/containers_policy_eval.h"

struct http;

struct lookaside {
	struct str base;       /* "file:///var/lib/containers/sigstore", "https://.." */
	struct str repository; /* without the registry: "library/alpine" */
	struct http *http;     /* NULL: the network may not be used */
};

int lookaside_read(const struct lookaside *l, struct str digest, struct arena *a,
		   struct containers_signatures *ret, struct err *err);

/* As the next number; never over one that is there. ret_path: of the new file. */
int lookaside_add(const struct lookaside *l, struct str digest, struct str bytes, struct arena *a,
		  struct str *ret_path, struct err *err);

int lookaside_read_dir(struct str dir, struct arena *a, struct containers_signatures *ret,
		       struct err *err);
