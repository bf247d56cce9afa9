/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users and groups of an image and whether a password lets them in, from small files of its
 * merged tree.
 *
 *     accounts_paths                       what to keep while layers are read, KEPT_FILE_BYTES each
 *     struct distro_files files = {ctx, get, problem};
 *     r = accounts_read(&files, &report->arena, &report->accounts, err);
 *
 * First the users of etc/passwd, then those that only etc/shadow knows (has_id is false), then the
 * groups. An empty second field asks for no password; "x" refers to etc/shadow, where a field that
 * no password can hash to ("*", "!", "!!") locks the account. Lines of NIS (+, -) and comments are
 * passed over.
 *
 * Ownership: everything lives in the arena. Errors: ERR_NOMEM only; what is broken in a file goes
 * to `problem`, and reading goes on. Limits: accounts.
 * Format: passwd(5), shadow(5), group(5).
 */
#pragma once

#include "inventory/distro.h"

/* Paths (path_match patterns) to keep for accounts_read, NULL-ended. */
extern const char *const accounts_paths[];

int accounts_read(const struct distro_files *files, struct arena *arena, struct vec *ret,
		  struct err *err);
