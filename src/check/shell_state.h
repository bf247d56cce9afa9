/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of check/shell_command.h: what commands leave behind for those after them.
 *
 * The walk copies a state where a subshell starts and drops the copy where it ends.
 * Errors: ERR_LIMIT (shell_bindings), ERR_NOMEM.
 */
#pragma once

#include "check/shell_program.h"

struct shell_state {
	unsigned settings; /* enum shell_setting */
	const struct shell_call *cd;
	struct str workdir;
	const struct shell_binding *bindings;
};

/* What counts bindings for their limit, and where they live. */
struct shell_bindings {
	struct arena *arena;
	size_t n;
};

/* NAME=value, in front of a command or by itself. */
int shell_state_assign(struct shell_state *s, const struct shell_assignment *a, bool exported,
		       struct shell_bindings *b, struct err *err);

/* NAME=value as a word of export, env, sudo; false: it is none. */
bool shell_word_is_assignment(const struct shell_word *w);
int shell_state_assign_word(struct shell_state *s, const struct shell_word *w, bool exported,
			    struct shell_bindings *b, struct err *err);

/* What set, cd, export and the like do. */
int shell_state_apply(struct shell_state *s, const struct shell_call *c, struct shell_bindings *b,
		      struct err *err);

/* The settings that the flags of a shell make: -e, -o pipefail. */
unsigned shell_settings_of(const struct shell_flag *flags, size_t n);

/* One word of set or of a shell's start, -euo, and what it names; false: it is no such word. */
bool shell_settings_word(struct str word, struct str next, unsigned *settings, bool *ret_uses_next);
