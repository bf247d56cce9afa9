/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command that looks for secrets works with: our rules and those of --secret-rules, and the
 * key of fingerprints.
 *
 *     CLEANUP(secret_files_done) struct secret_files f = {0};
 *     r = secret_files_open(&options, &f, err);           before the sandbox closes writing
 *     f.watching                                          for the scan
 *
 * What is compiled from the rules is kept in $XDG_CACHE_HOME/plimsoll/secrets-1 by build and rules;
 * what is there is never trusted to be whole. Errors: of a rule with file, line and reason.
 */
#pragma once

#include "cmd/command.h"
#include "scan/secret_watch.h"

struct secret_files_options {
	const struct option_list *rules;     /* files, and folders of *.yaml */
	const char *key;		     /* a file; NULL: the default one */
	bool verify;			     /* ask providers whether they still work */
	const struct option_list *endpoints; /* files that say where, before ours */
	const char *confidence;		     /* "0.5": how sure findings have to be; NULL: that */
};

struct secret_files {
	struct secret_set *set;
	struct fingerprint_key key;
	struct secret_watching watching;
};

int secret_files_open(const struct secret_files_options *options, struct secret_files *ret,
		      struct err *err);
void secret_files_done(struct secret_files *f);

/* The rules alone; read finds no secrets with them yet, load does. */
int secret_files_read(const struct option_list *rules, struct secret_set **ret, struct err *err);
int secret_files_load(const struct option_list *rules, struct secret_set **ret, struct err *err);

/* The watch of a scan that looks for them; f has to stay where it is. */
int secret_files_watch(const struct secret_files *f, struct scan_watch *ret, struct err *err);
