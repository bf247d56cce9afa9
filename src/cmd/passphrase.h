/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passphrases and PINs: from the terminal without echo, a file, a descriptor, or the environment if
 * the user insists. Never from the command line, which everybody sees.
 *
 *     static struct { ...; PASSPHRASE_OPTION_MEMBERS; } opt;
 *     static const struct option_spec options[] = {..., PASSPHRASE_OPTIONS(opt), ...};
 *     struct passphrase_source how = PASSPHRASE_GIVEN(opt, "cosign.key");
 *     struct secret_ask ask = {passphrase_ask, &how};
 *
 * A file or descriptor gives its first line, without the line end. The file must not be for others
 * to read. A terminal is asked for a new passphrase twice.
 *
 * Ownership: the answers are the caller's. Threads: one at a time (the terminal).
 * Errors: ERR_DENIED (no terminal to ask; the file is open to others), ERR_CANCELED (^C, ^D),
 * ERR_LIMIT, ERR_USAGE (two sources; two answers that differ).
 */
#pragma once

#include "base/secret.h"
#include "cmd/command.h"

#define PASSPHRASE_OPTION_MEMBERS const char *passphrase_file, *passphrase_fd, *passphrase_env

#define PASSPHRASE_OPTIONS(opt)                                                                    \
	OPTION_STR("passphrase-file", 0, &(opt).passphrase_file, "FILE",                           \
		   "read the passphrase or PIN from its first line"),                              \
		OPTION_STR("passphrase-fd", 0, &(opt).passphrase_fd, "N",                          \
			   "read it from this open descriptor"),                                   \
		OPTION_STR("passphrase-env", 0, &(opt).passphrase_env, "NAME",                     \
			   "take it from this variable, which other programs can read")

struct passphrase_source {
	const char *file, *fd, *env; /* at most one */
	const char *name;	     /* "cosign.key": what it is for */
	bool is_new;		     /* asked twice */
};

#define PASSPHRASE_GIVEN(opt, name_)                                                               \
	((struct passphrase_source){.file = (opt).passphrase_file,                                 \
				    .fd = (opt).passphrase_fd,                                     \
				    .env = (opt).passphrase_env,                                   \
				    .name = (name_)})

/* ctx: a struct passphrase_source; as secret_ask.ask wants it. */
int passphrase_ask(void *ctx, const char *what, struct secret *ret, struct err *err);
