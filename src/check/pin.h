/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pins the images that a file names to digests: alpine:3.20 becomes alpine:3.20@sha256:...
 *
 *     struct pins pins;
 *     r = pins_plan(&source, &(struct pin_options){0}, lookup, &arena, &pins, err);   each file
 *     r = pin_lookup_run(lookup, err);                                                once
 *     r = pins_settle(&pins, lookup, &arena, err);
 *     r = pins_apply(&pins, &out, &n, err);
 *
 * The tag stays for people, and for the next refresh; without one it is :latest, which is what it
 * meant. Only digests, and that tag, are written: all other bytes stay. The result is read again,
 * and must name the same images, pinned; else nothing is changed.
 *
 * Ownership: pins live in the arena and borrow the source. Threads: one at a time.
 * Errors: those of image_uses_find and pin_lookup_want; of pins_apply ERR_FORMAT when the result
 * would not be what was meant. What cannot be pinned is no error: it says why.
 */
#pragma once

#include "check/edit.h"
#include "check/image_use.h"
#include "check/language.h"
#include "check/pin_lookup.h"

enum pin_state {
	PIN_STAYS,   /* it has a digest: the one to have, or none was asked for */
	PIN_MISSING, /* it has none, or (update) may have another; not settled yet */
	PIN_SET,     /* it gets one */
	PIN_RENEWED, /* it gets another one */
	PIN_BLOCKED, /* it should get one, and its bytes cannot be changed */
	PIN_UNKNOWN, /* only a build knows which image it is */
	PIN_FAILED,  /* the registry did not say */
};

struct pin {
	const struct image_use *use;
	enum pin_state state;
	bool has_digest;   /* as the file is */
	struct str image;  /* without the digest: what is asked for */
	struct str pinned; /* PIN_SET, PIN_RENEWED: as it will be */
	struct str why;	   /* PIN_BLOCKED, PIN_UNKNOWN, PIN_FAILED */
};

struct pins {
	const struct source_file *source;
	struct pin *p; /* in the order of the file */
	size_t n;
};

struct pin_options {
	bool update;	   /* ask again for those that have a digest */
	bool frontends;	   /* # syntax= too */
	bool only_refresh; /* do not ask for those that have none: they stay PIN_MISSING */
};

/* lookup: learns what is wanted; NULL: nothing will be asked. */
int pins_plan(const struct source_file *f, const struct pin_options *options,
	      struct pin_lookup *lookup, struct arena *a, struct pins *ret, struct err *err);
int pins_settle(struct pins *pins, const struct pin_lookup *lookup, struct arena *a,
		struct err *err);

/* Of the images that are used within the bytes [from, to); *ret_n: how many. */
int pins_edit(const struct pins *pins, size_t from, size_t to, struct edits *edits, size_t *ret_n,
	      struct err *err);

/* out is the text in any case; *ret_n: how many images were pinned. */
int pins_apply(const struct pins *pins, struct strbuf *out, size_t *ret_n, struct err *err);
