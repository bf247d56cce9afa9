/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a word is the password behind a hash of crypt(5), for words that everybody tries first.
 *
 *     password_hash_is_of(STR("$6$salt$..."), STR("admin"))
 *
 * A hash says itself how much work it is; one that asks for more than a few tenths of a second, or
 * whose method is not known here, is of no word. Methods: DES, MD5, SHA-256, SHA-512 (up to 100000
 * rounds), bcrypt (up to cost 10), yescrypt with its usual parameters.
 *
 * Behind it: libcrypt; no other file knows. Threads: any.
 */
#pragma once

#include "base/str.h"

bool password_hash_is_of(struct str hash, struct str word);
