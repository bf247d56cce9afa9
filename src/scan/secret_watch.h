/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watch that looks for secrets in files (scan/watch.h): what it finds becomes items of the
 * layer's record.
 *
 *     struct secret_watching w = {.set = set, .key = &key};
 *     request.watches[n++] = (struct scan_watch){&secret_watch, &w, secret_watching_recipe(&w)};
 *
 * A secret that stands in a member of an archive is told of the member, not of the archive's bytes
 * as well. Limits: secret_finds of a file, secret_layer_finds.
 */
#pragma once

#include "scan/watch.h"
#include "secret/secret_stream.h"

/* Shared by all layers. */
struct secret_watching {
	const struct secret_set *set;
	const struct fingerprint_key *key;
	struct secret_verifier *verifier; /* gets the values; NULL: nobody is asked */
	double least; /* how sure a finding has to be; the records hold those from 0.3 on */
};

extern const struct watch_type secret_watch;

/* Which rules and which key. Errors: ERR_NOMEM. */
int secret_watching_recipe(const struct secret_watching *w, uint64_t *ret, struct err *err);
