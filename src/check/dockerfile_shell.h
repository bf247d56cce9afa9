/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defects of the shell in a Dockerfile: what ShellCheck says, or, where it is not to be had, what a
 * few checks of our own find of the same kinds.
 *
 *     struct shell_notes notes;
 *     r = dockerfile_shell_notes(&facts, true, cache, &arena, &notes, err);
 *     notes.p[i]->code is "SC2086"; notes.not_assessed says why ShellCheck did not answer
 *
 * Our own: SC1083, SC1091, SC2015, SC2028, SC2046, SC2086, SC2155, SC2164.
 * Notes come in the order of the file for each instruction, each once.
 * Ownership: the arena's. Threads: one call, one thread. Errors: those of shellcheck_run.
 */
#pragma once

#include "check/dockerfile_facts.h"

struct shell_note {
	struct shell_note_fact fact;
	const struct instruction_fact *instruction;
};

struct shell_notes {
	const struct shell_note *const *p;
	size_t n;
	struct str not_assessed; /* empty: ShellCheck has read all scripts */
	bool too_much;		 /* for one file: that is why */
};

/* outside: other programs may be started. cache: of shellcheck.h, or NULL. */
int dockerfile_shell_notes(const struct dockerfile_facts *facts, bool outside,
			   struct shellcheck_cache *cache, struct arena *a, struct shell_notes *ret,
			   struct err *err);

/* The scripts of n files are asked about at once; the answers, if any, are in the cache. */
void dockerfile_shell_prepare(const struct dockerfile_facts *facts, size_t n,
			      struct shellcheck_cache *cache, struct arena *a);
