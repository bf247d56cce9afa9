/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks ShellCheck, where it is installed, about scripts and brings its answers to their places.
 *
 *     struct shellcheck_options o = {0};
 *     struct shellcheck_answer answer;
 *     r = shellcheck_run(scripts, n, &o, arena, &answer, err);
 *     if (answer.not_assessed.n) ...say why; those scripts that were read have notes all the same
 *     for (size_t i = 0; i < answer.n_notes; i++) ...
 *
 * It is a program of its own, run without a shell, one process for some scripts of one dialect at
 * a time; nothing of it is linked. Scripts are handed over as open descriptors: no file is written,
 * each is judged by itself, and configuration files are not looked for.
 * Notes come sorted by script, place and code. Lines and columns are turned into bytes of the
 * original (check/text_map.h).
 * Ownership: the arena's. Threads: one call, one thread; calls may run side by side, with one
 * cache. Errors: ERR_NOMEM, ERR_IO. That the program is absent, breaks, says too much
 * (shellcheck_bytes) or takes too long (shellcheck_seconds) is no error but `not_assessed`. Format:
 * its json1 output, "JSON formats" in its manual.
 */
#pragma once

#include "check/shell.h"

struct shellcheck_script {
	struct str text;
	const struct text_map *map; /* NULL: the text is the original */
	enum shell_dialect dialect;
	/* Names that are set outside: ENV, ARG. Others than [A-Za-z_][A-Za-z0-9_]* are left out. */
	const struct str *variables;
	size_t n_variables;
};

enum shellcheck_level {
	SHELLCHECK_ERROR,
	SHELLCHECK_WARNING,
	SHELLCHECK_INFO,
	SHELLCHECK_STYLE,
};

struct shellcheck_note {
	size_t script; /* index of it */
	struct shell_span span;
	unsigned code; /* 2086: SC2086 */
	enum shellcheck_level level;
	struct str message;
};

/*
 * What it has said of scripts so far, for all files of a run: an equal script (with the same
 * variables) is not asked about again. Once the program is absent, it is not looked for again.
 *
 *     struct shellcheck_cache *cache;
 *     r = shellcheck_cache_new(&cache, err);
 *     ... shellcheck_run with options.cache, on any thread ...
 *     shellcheck_cache_free(cache);
 */
struct shellcheck_cache;
int shellcheck_cache_new(struct shellcheck_cache **ret, struct err *err);
void shellcheck_cache_free(struct shellcheck_cache *cache); /* NULL is fine */
bool shellcheck_cache_is_absent(struct shellcheck_cache *cache);

struct shellcheck_options {
	struct shellcheck_cache *cache; /* NULL: every script is asked about */
	const char *program;		/* NULL: "shellcheck", looked up in PATH */
	unsigned seconds;		/* 0: LIMIT_SHELLCHECK_SECONDS, for all scripts together */
};

struct shellcheck_answer {
	const struct shellcheck_note *notes;
	size_t n_notes;
	size_t n_assessed;	 /* scripts it has read */
	struct str not_assessed; /* why the others were not; empty: all were */
};

int shellcheck_run(const struct shellcheck_script *scripts, size_t n,
		   const struct shellcheck_options *o, struct arena *a,
		   struct shellcheck_answer *ret, struct err *err);
