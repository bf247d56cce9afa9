/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads TOML 1.0: registries.conf, lock files, project files.
 *
 *     const struct toml *root;
 *     r = toml_parse(bytes, &arena, &root, err);
 *     struct str name = toml_get_str(root, "name");            empty when absent or no string
 *     for (const struct toml *p = toml_first(toml_get(root, "package")); p; p = toml_next(p)) ...
 *
 * Ownership: the tree lives in the arena; plain strings borrow from the bytes. Threads: read-only
 * sharing is fine. Errors: ERR_FORMAT with the line, ERR_LIMIT (toml_bytes, toml_depth), ERR_NOMEM.
 * Format: https://toml.io/en/v1.0.0. Numbers and dates that are no 64-bit integer keep their text
 * only: nothing here needs them computed.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum toml_kind {
	TOML_KIND_TABLE,
	TOML_KIND_ARRAY,
	TOML_KIND_STRING,
	TOML_KIND_INTEGER,
	TOML_KIND_FLOAT,
	TOML_KIND_BOOL,
	TOML_KIND_TIME,
};

struct toml {
	enum toml_kind kind;
	struct str key;	 /* in its table; empty in an array */
	struct str text; /* of a string; of the others as written */
	int64_t integer;
	bool truth;
	size_t line;			  /* where it begins, from 1 */
	struct toml *first, *last, *next; /* members of a table or array; the next beside this */
	/* internal: how it came to be, which decides what may still be added to it */
	enum { TOML_OPEN, TOML_DEFINED, TOML_DOTTED, TOML_INLINE, TOML_LIST } state;
};

int toml_parse(struct str bytes, struct arena *a, const struct toml **ret, struct err *err);

/* All of these take NULL (absent) and the wrong kind in their stride. */
const struct toml *toml_get(const struct toml *table, const char *key);
struct str toml_str(const struct toml *v);
struct str toml_get_str(const struct toml *table, const char *key);
bool toml_get_bool(const struct toml *table, const char *key, bool *ret); /* false: no boolean */
bool toml_get_int(const struct toml *table, const char *key, int64_t *ret);

/* Members of a table or array, in order. */
static inline const struct toml *toml_first(const struct toml *v)
{
	return v ? v->first : NULL;
}
static inline const struct toml *toml_next(const struct toml *v)
{
	return v->next;
}
