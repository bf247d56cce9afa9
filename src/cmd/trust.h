/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of words behind `plimsoll trust`: whom to believe, and how that changes. One file a
 * group of words, trust_<group>.c.
 *
 *     plimsoll trust root update ...        trust_root.c
 *
 * To add a group: that file with `const struct trust_action trust_<group>[]`, ended by a row
 * without a word, a line in trust_group_list.def (sorted), its options in struct trust_options and
 * the table of cmd_trust.c, a line in the help there.
 */
#pragma once

#include "cmd/passphrase.h"
#include "cmd/registry_options.h"
#include "trust/trail.h"

struct trust_options {
	const char *now, *format;
	bool quiet;
	/* root */
	const char *mirror, *root, *state;
	/* Docker Content Trust */
	const char *server, *trust_dir, *root_passphrase_file, *key, *repository;
	struct option_list roles, paths, root_certs, root_cas;
	bool tofu, offline, publish, renew, local_snapshot, server_managed;
	uint64_t size;
	PASSPHRASE_OPTION_MEMBERS;
	REGISTRY_OPTION_MEMBERS;
};

/* What the process exits with: nothing that does not hold is 0. */
enum trust_status { TRUST_EXIT_DONE = 0, TRUST_EXIT_REFUSED = 1, TRUST_EXIT_UNSURE = 2 };

struct trust_action {
	const char *word;    /* NULL: the end of the table */
	size_t n_min, n_max; /* words behind it */
	/* argv: those words. Prints itself; returns an exit status. */
	int (*run)(const struct trust_options *opt, int64_t now, int argc, const char *const *argv);
};

/*
 * For the end of an action that returned r: nothing for 0; otherwise what the trail says, on
 * stderr, with the remedy on a line of its own, or the error when the trail says nothing. trail may
 * be NULL. Returns the exit status.
 */
int trust_end(const struct trail *trail, int r, const struct err *err);
