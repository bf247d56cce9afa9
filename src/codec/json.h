/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads JSON (RFC 8259) strictly: depth-limited, duplicate keys refused, UTF-8 checked.
 *
 *     CLEANUP(json_freep) struct json *doc = NULL;
 *     r = json_parse(bytes, &doc, err);
 *     struct str name = json_str(json_get(doc, "name"));      empty when absent or no string
 *
 * Ownership: the document owns everything borrowed from it. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT with line and column, ERR_LIMIT (json_depth, json_bytes).
 * Behind it: jansson; no other file knows.
 */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

struct json; /* any value */

int json_parse(struct str bytes, struct json **ret, struct err *err);
void json_free(struct json *doc); /* the value json_parse gave, not a part of it */
void json_freep(struct json **doc);

enum json_kind {
	JSON_KIND_ABSENT,
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INT,
	JSON_KIND_REAL,
	JSON_KIND_TEXT,
	JSON_KIND_LIST,
	JSON_KIND_MAP,
};

/* All of these take NULL (absent) and the wrong type in their stride. */
enum json_kind json_kind_of(const struct json *v);
const struct json *json_get(const struct json *map, const char *key);
struct str json_str(const struct json *v); /* STR_NULL unless a string */
struct str json_get_str(const struct json *map, const char *key);
bool json_int(const struct json *v, int64_t *ret);   /* false unless an integer */
bool json_number(const struct json *v, double *ret); /* an integer too */
bool json_get_int(const struct json *map, const char *key, int64_t *ret);
bool json_truth(const struct json *v);			     /* false unless it is `true` */
bool json_get_true(const struct json *map, const char *key); /* false unless it is `true` */
size_t json_len(const struct json *list);		     /* of a list or map; 0 otherwise */
const struct json *json_at(const struct json *list, size_t i);

/* Walks a map in document order: *iter starts NULL; false at the end. */
bool json_each(const struct json *map, void **iter, struct str *ret_key,
	       const struct json **ret_value);
