/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a JSON document has the form that its specification gives it, by tables of rows.
 *
 *     struct form_check c = {.form = &cyclonedx_form, .version = 6, ...};
 *     r = form_check(&c, "component", value, err);      "hashes: entry 2: alg: no such value: .."
 *
 * A row is a key of an object and says in which versions there is one (first to last), whether it
 * must be there, and its type:
 *
 *     text name          a string; one that is not empty
 *     bool number integer positive fraction      fraction: 0 to 1; positive: from 1
 *     map any            an object; anything
 *     time date uuid hash media-type mail locale country cre uri      strings of that form
 *     spdx-id            an identifier of the SPDX licence list
 *     @object #enum      by the rows of that name
 *     [type] [type]+     a list; one that is not empty
 *     type|type          any of them
 *
 * A choice says which of its keys exclude each other (ONE: exactly one is there) or of which one
 * must be there (ANY); keys joined by '+' belong together. Keys that no row names are passed over:
 * tools add their own. A key that may be left out may be null, which some programs write for it.
 *
 * A `bom-ref` names one thing of a document: with `refs` set, one that comes again in the objects
 * of form.named is an error.
 *
 * Rows are sorted by object, then key. Depth: that of the JSON, so json_depth.
 * Errors: ERR_FORMAT with the path of the key; ERR_NOMEM, ERR_LIMIT (those of refs).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

struct json;

enum form_rule { FORM_ONE, FORM_ANY };

struct form_key {
	const char *object, *key;
	unsigned first, last;
	bool required;
	const char *type;
};

struct form_choice {
	const char *object;
	unsigned first, last;
	enum form_rule rule;
	const char *keys; /* separated by spaces */
};

struct form_enum {
	const char *name;
	unsigned first, last;
	const char *values; /* separated by '|' */
};

struct form {
	const struct form_key *keys;
	size_t n_keys;
	const struct form_choice *choices;
	size_t n_choices;
	const struct form_enum *enums;
	size_t n_enums;
	const char *const *named; /* NULL-ended; NULL: none */
	/* What rows cannot say of an object; NULL: nothing. */
	int (*check)(const char *object, unsigned version, const struct json *v, struct err *err);
};

struct form_check {
	const struct form *form;
	unsigned version;
	struct map *refs;    /* NULL: not looked at */
	struct arena *arena; /* keeps the refs */
};

int form_check(struct form_check *c, const char *object, const struct json *v, struct err *err);

/* The row of a key; NULL: none in this version. */
const struct form_key *form_find(const struct form_check *c, const char *object, struct str key);

/* One value by its type, as rows write it. */
int form_check_type(struct form_check *c, struct str type, const struct json *v, struct err *err);

/* The rows of an object in this version, one after the other: NULL first, NULL at the end. */
const struct form_key *form_next(const struct form_check *c, const char *object,
				 const struct form_key *last);
