/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may sign a database: this user's own key, and what was seen at a place before.
 *
 *     r = db_own_key(true, &key, err);            for a build: made when there is none
 *     r = db_pin_read(dir, &pin, err);            what was seen at dir, zeroed for nothing
 *     r = db_pin_write(dir, &pin, err);
 *     r = db_pin_remove(dir, err);                what is there next is trusted as if seen first
 *
 * Files, below $XDG_DATA_HOME/plimsoll (or ~/.local/share/plimsoll):
 *     keys/database.key    PEM, mode 0600          keys/database.pub    PEM, to give to others
 *     known-databases/<first half of the sha256 of the directory's path>:
 *         key <base64>
 *         version <number>
 *         directory <path>                        for a person; control characters as \\xHH
 *
 * Each line once, else the file is refused: what a path holds cannot pass for a key or a version.
 * Files are on the disk before their names are. Two processes that make a key at once make one.
 * Errors: ERR_IO, ERR_FORMAT, ERR_NOT_FOUND (neither XDG_DATA_HOME nor HOME is set, or no key).
 */
#pragma once

#include "crypto/ed25519.h"

struct db_pin {
	struct ed25519_key key; /* public half */
	bool has_key;
	uint64_t version; /* newest index seen */
};

/* "$XDG_DATA_HOME/plimsoll/<name>", malloc'd; NULL: there is no such place. */
char *db_data_path(const char *name);

int db_own_key(bool create, struct ed25519_key *ret, struct err *err);
int db_pin_read(const char *dir, struct db_pin *ret, struct err *err);
int db_pin_write(const char *dir, const struct db_pin *pin, struct err *err);
int db_pin_remove(const char *dir, struct err *err); /* no error when there is none */

/* The file of the pin, for messages; malloc'd, NULL: there is no such place. */
char *db_pin_path(const char *dir);
