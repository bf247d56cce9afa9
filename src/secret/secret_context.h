/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How sure one can be that a value without a form of its own is a secret, from what stands around
 * it: what the key is called, how the value is written, how random it is.
 *
 * Threads: no state.
 */
#pragma once

#include "secret/secret_pair.h"

enum secret_context_kind {
	CONTEXT_NONE,
	CONTEXT_PASSWORD, /* chosen by people: short, sometimes words */
	CONTEXT_TOKEN,	  /* made by machines: long and random */
};

/* 0 to 1; below 0.3 it is not worth a word. `name`: the part of the key that made us look. */
double secret_context(enum secret_context_kind kind, const struct secret_pair *pair,
		      struct str name);

/* Of a password that stands in an address or a call: `most`, less for words that stand in for one.
 */
double secret_context_alone(struct str value, double most);

/* 0 to 1: of words below 0.4, of hexadecimal digits about 0.5, of random letters 0.8 and more. */
double secret_randomness(struct str value);
