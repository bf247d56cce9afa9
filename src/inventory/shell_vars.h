/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads files of shell assignments: os-release, lsb-release, openwrt_release.
 *
 *     struct shell_vars v = shell_vars_make(bytes, arena);
 *     while (shell_vars_next(&v)) {
 *             if (v.problem.code) ...report it; v.key may be usable all the same
 *             if (v.key.n) ...v.key, v.value
 *     }
 *
 * One assignment a line; '#' starts a comment line. The value is unquoted as a shell does it:
 * single quotes keep all, double quotes know \" \\ \$ \`, outside of both a backslash keeps the
 * next byte. Nothing is expanded. White space in an unquoted value is kept, as systemd does, since
 * files in the field have it. A quote that stays open ends with its line and is a problem.
 *
 * Ownership: the key borrows from the input, the value from the input or the arena.
 * Errors: `problem`: ERR_FORMAT with the line, ERR_NOMEM when the arena is full.
 * Format: os-release(5), https://www.freedesktop.org/software/systemd/man/os-release.html
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct shell_vars {
	struct str rest;
	struct arena *arena;
	size_t lineno;
	struct str key, value; /* of the line just read; key is empty when there is none to use */
	struct err problem;    /* code 0: none in this line */
};

struct shell_vars shell_vars_make(struct str bytes, struct arena *arena);

/* Goes to the next line that is an assignment or is wrong; false at the end. */
bool shell_vars_next(struct shell_vars *v);
