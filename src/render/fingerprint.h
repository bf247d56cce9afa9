/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of findings that stay when the file around them, or the version of the package, changes.
 *
 *     struct fingerprints prints;
 *     fingerprints_init(&prints);
 *     r = fingerprint_make(&prints, f, text, err);        "ab12cd34ef56ab12:1"
 *     fingerprints_done(&prints);
 *
 * It is made of kind, rule and subject, without version and line; ":2" is the second one of a
 * document that is alike. Ownership: the caller's. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "report/finding.h"

#define FINGERPRINT_MAX 40

struct fingerprints {
	struct arena arena;
	struct map printed; /* the hash -> how often */
};

void fingerprints_init(struct fingerprints *p);
void fingerprints_done(struct fingerprints *p);
int fingerprint_make(struct fingerprints *p, const struct finding *f, char ret[FINGERPRINT_MAX],
		     struct err *err);
