/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error value: a code that a caller can react to and one line for a person.
 *
 * The lowest function says what and where; each caller may add context once with err_wrap:
 *
 *     struct err err = {0};
 *     r = layer_open(image, i, &layer, err);
 *     if (r < 0)
 *             return err_wrap(err, r, "layer %zu", i);          "layer 3: offset 512: bad header"
 *     return err_set(err, ERR_FORMAT, "line %zu: expected \"X:value\"", lineno);
 *
 * Functions return 0 (or a count) or -enum err_code. Every `struct err *` may be NULL; it is
 * untouched on success. Messages: one line, no capital, no full stop, no "failed to".
 * Ownership: a plain value on the caller's stack. Threads: one value, one thread.
 */
#pragma once

#include <stddef.h>

enum err_code {
	ERR_OK,
	ERR_NOMEM,	 /* out of memory, or an arena is full */
	ERR_IO,		 /* the kernel or the network refused */
	ERR_NOT_FOUND,	 /* no such file, tag, image, entry */
	ERR_FORMAT,	 /* bytes are not what their format says */
	ERR_LIMIT,	 /* a named limit of base/limits.h was exceeded */
	ERR_UNSUPPORTED, /* valid, but not something this version reads */
	ERR_DENIED,	 /* not authorised, or a verification did not hold */
	ERR_USAGE,	 /* the user's words are off */
	ERR_CANCELED,	 /* the other side of a pipe gave up first */
	ERR_BUG,	 /* ours */
};

#define ERR_MSG_MAX 512

struct err {
	enum err_code code;
	char msg[ERR_MSG_MAX];
};

/* Sets code and message; returns -code. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message; returns r unchanged (a negative code). */
int err_wrap(struct err *err, int r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* err_set(ERR_IO or a closer code) with strerror(errnum) appended: "open x: No such file". */
int err_errno(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* err_set(ERR_NOMEM, "out of memory"). */
int err_nomem(struct err *err);

/* "format", "limit", ...: stable, shown in JSON. */
const char *err_code_name(enum err_code code);
