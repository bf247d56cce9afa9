/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks registries which digest an image has now: each image once, several at a time.
 *
 *     struct pin_lookup *lookup;
 *     r = pin_lookup_new(&(struct pin_lookup_options){.registry = ...}, &lookup, err);
 *     r = pin_lookup_want(lookup, STR("alpine:3.20"), err);                for each
 *     r = pin_lookup_run(lookup, err);
 *     const struct pin_answer *answer = pin_lookup_find(lookup, STR("alpine:3.20"));
 *     pin_lookup_free(lookup);
 *
 * The digest is that of what the tag names: of the index, where there is one, so that it holds for
 * every platform. Names are looked for as image_locate does in registries, never in local engines;
 * answers are kept, failures too, and a later run asks only what is new.
 *
 * Ownership: texts are copied. Threads: one at a time; its own do the asking.
 * Errors: ERR_LIMIT (pin_images), ERR_NOMEM; an image that cannot be had is an answer.
 */
#pragma once

#include "crypto/digest.h"
#include "net/registry.h"

struct pin_lookup;

struct pin_lookup_options {
	struct registry_options registry;
	/* In place of registries, for tests; from several threads. NULL: registries. */
	int (*ask)(void *context, struct str image, char ret_digest[DIGEST_TEXT_MAX],
		   struct err *err);
	void *context;
};

struct pin_answer {
	struct str image;
	char digest[DIGEST_TEXT_MAX]; /* empty: why says it */
	struct err why;
};

int pin_lookup_new(const struct pin_lookup_options *options, struct pin_lookup **ret,
		   struct err *err);
void pin_lookup_free(struct pin_lookup *lookup);
void pin_lookup_freep(struct pin_lookup **lookup);

int pin_lookup_want(struct pin_lookup *lookup, struct str image, struct err *err);
int pin_lookup_run(struct pin_lookup *lookup, struct err *err);

/* NULL: it was not wanted, or not asked yet. */
const struct pin_answer *pin_lookup_find(const struct pin_lookup *lookup, struct str image);
