/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a secret instead of itself: a redacted form for people, a fingerprint to know it
 * again by.
 *
 *     CLEANUP(fingerprint_key_done) struct fingerprint_key key = {0};
 *     r = fingerprint_key_open(NULL, &key, err); $XDG_DATA_HOME/plimsoll/secrets.key r =
 * secret_fingerprint(&key, rule->id, value, text, err); secret_redact(rule, value, text);
 * "ghp_******** (40 characters)"
 *
 * The fingerprint is HMAC-SHA256 over the rule's id, a zero byte and the value: equal for equal
 * secrets found with the same key, and nobody without the key can try words against it. The key is
 * made on first need, of random bytes, for its owner only; a team that compares fingerprints shares
 * a file of its own. Without a place for it the key lasts for one run.
 *
 * Redaction: the first characters that the rule's pattern itself fixes, at most 4 and at most a
 * quarter of the value; stars; of a value of 16 characters or more how long it is.
 *
 * Threads: a key is read-only. Errors: ERR_IO and its kin with the path; ERR_FORMAT: a key file of
 * less than 16 or more than 4096 bytes; ERR_NOMEM.
 */
#pragma once

#include "base/secret.h"
#include "secret/secret_rule.h"

#define SECRET_FINGERPRINT_MAX (16 + 1)
#define SECRET_REDACTED_MAX    48

struct fingerprint_key {
	struct secret bytes;
	bool is_lasting; /* kept in a file: later runs have it too */
};

/* path NULL: the default place, made where it is not there yet. */
int fingerprint_key_open(const char *path, struct fingerprint_key *ret, struct err *err);
void fingerprint_key_done(struct fingerprint_key *key);

/* Tells keys apart without telling anything of them. */
int fingerprint_key_hash(const struct fingerprint_key *key, uint64_t *ret, struct err *err);

int secret_fingerprint(const struct fingerprint_key *key, struct str rule, struct str value,
		       char ret[SECRET_FINGERPRINT_MAX], struct err *err);

struct str secret_redact(const struct secret_rule *rule, struct str value,
			 char ret[SECRET_REDACTED_MAX]);
