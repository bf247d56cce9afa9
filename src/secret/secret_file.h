/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are known by what they mean: key stores, wallets, credentials of programs. Their
 * content is judged, not their name alone: an empty .pgpass holds nothing.
 *
 *     if (secret_file_is_wanted(path, head))            then its bytes are gathered, up to
 *             secret_file_look(set, path, bytes, is_whole, &hits, err);   LIMIT_SECRET_FILE_BYTES
 *     hit->confidence *= secret_path_weight(path, hit);     of every hit, also those of secret_scan
 *
 * What may be found is secret_file_list.def; a rule with `file: NAME` says what it is called, how
 * grave it is and what to do. Without such a rule in the set nothing is told of it.
 *
 * secret_scan goes over the same bytes and may tell the same places: where two hits overlap, the
 * surest one stays, of equals that of secret_file_look. The value of a binary file is all of it
 * (or the key in it): it is to be fingerprinted, no piece of it is to be shown.
 *
 * Ownership: values borrow from the bytes. Threads: no state. Errors: ERR_NOMEM, ERR_LIMIT
 * (secret_hits). A file that is broken, or none of its kind, is no error: nothing is found.
 */
#pragma once

#include "base/vec.h"
#include "secret/secret_set.h"

/*
 * Whether a part may be such a file, by its name or its first bytes (CONTENT_HEAD_BYTES, or all of
 * a shorter one). Cheap: asked of every part.
 */
bool secret_file_is_wanted(struct str path, struct str head);

/* Appends struct secret_hit, by offset. is_whole: the bytes are all of the file. */
int secret_file_look(const struct secret_set *set, struct str path, struct str bytes, bool is_whole,
		     struct vec *hits, struct err *err);

/*
 * 1; less where values are made up (below tests/, in README.md), what anybody's rules see where
 * everybody can read it (node_modules/, usr/lib/), and what is no value but code.
 */
double secret_path_weight(struct str path, const struct secret_hit *hit);
