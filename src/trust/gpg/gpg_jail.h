/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs gpg over a few files in memory, where it can do nothing but read, compute and print.
 *
 *     struct str files[] = {keyring, signature, payload};
 *     struct gpg_jail_run run = {.files = files, .n_files = 3, .now = now};
 *     r = gpg_jail_verify(&run, &status_lines, &status, err);
 *
 * gpg is a large parser of hostile bytes, written in C; what a fault in it could do is kept small:
 * landlock refuses it to write, create, remove or run any file and to read any outside the folders
 * of programs and libraries; seccomp refuses sockets, processes, tracing, mounts, keys and the
 * like; rlimits bound time, memory and files; no-new-privs is set; its environment is empty. It has
 * no home, no options file, no agent, no dirmngr, no keys but those given, and its clock stands
 * still at `now`.
 *
 * Where the kernel offers no landlock the rest still holds; without seccomp it is not run at all.
 *
 * The program is gpg and not gpgv, which has the same code for verifying, because gpgv cannot be
 * told the time: a verification must not depend on the clock of the machine alone.
 *
 * Errors: ERR_NOT_FOUND (no gpg here), ERR_UNSUPPORTED (no seccomp), ERR_LIMIT, ERR_IO, ERR_NOMEM.
 * Threads: any number at a time.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

#define GPG_JAIL_FILES_MAX 4

struct gpg_jail_run {
	const struct str *files; /* the first is the ring of keys, the others are named to gpg */
	size_t n_files;
	int64_t now; /* Unix seconds, from 0 to 2^32 - 1: OpenPGP knows no other times */
};

/* gpg --verify FILE...; out: the lines of --status-fd. */
int gpg_jail_verify(const struct gpg_jail_run *run, struct strbuf *out, int *ret_status,
		    struct err *err);
