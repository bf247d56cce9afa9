/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one verification checked, in order, and the first check that did not hold.
 *
 *     struct trail trail = {.arena = &arena};
 *     trail_pass(&trail, "signature", "by the key %s", name);
 *     return trail_refuse(&trail, err, "expiry", "ask the publisher for a new signature",
 *                         "the certificate expired on %s", date);
 *
 * A person reads "not verified: <why>" and, on the next line, the remedy; so `why` is one plain
 * sentence without capital and full stop, and names what was expected and what was there.
 * Checks have short stable ids, also in JSON: "digest", "signature", "certificate", "time",
 * "identity", "log", "payload", "policy", "threshold", "expiry", "revocation" ...
 *
 * A refusal is final: after trail_refuse nothing in the trail makes it verified again; who tries
 * several signatures takes a trail for each.
 *
 * Ownership: texts are copied into the arena, and live as long. Threads: one trail, one thread.
 * Errors: trail_refuse always returns -ERR_DENIED; trail_unsure returns the code it was given, for
 * what could not be told (network, expired root of trust, memory); err gets the sentence of both.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define TRAIL_STEPS_MAX 256

struct trail_step {
	const char *check; /* a literal */
	struct str what;   /* "by the key sha256:ab.." */
};

struct trail {
	struct arena *arena;
	struct trail_step steps[TRAIL_STEPS_MAX]; /* those that held; more are counted only */
	size_t n_steps;
	const char *failed; /* the check that did not hold; NULL: none did not */
	struct str why, remedy;
	bool unsure; /* failed, because it could not be told */
};

void trail_pass(struct trail *t, const char *check, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

int trail_refuse(struct trail *t, struct err *err, const char *check, const char *remedy,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* code: positive, as in enum err_code; ERR_DENIED and ERR_OK would be a lie and become ERR_BUG. */
int trail_unsure(struct trail *t, struct err *err, enum err_code code, const char *check,
		 const char *remedy, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/*
 * For a function below that gave r < 0 and filled *err: a refusal, if the fault lies in what is
 * verified (ERR_DENIED, ERR_FORMAT, ERR_LIMIT, ERR_UNSUPPORTED), unsure otherwise. Keeps the
 * sentence in *err, behind "context: " if context is not NULL. err may not be NULL.
 */
int trail_take(struct trail *t, struct err *err, int r, const char *check, const char *remedy,
	       const char *context);
