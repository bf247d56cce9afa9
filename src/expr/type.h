/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of CEL: what the checker deduces, what declarations say, what type() answers.
 *
 *     const struct type *t;
 *     r = type_parse(STR("map(string, list(int))"), &arena, &t, err);
 *     type_print(t, &sb);                                      "map(string, list(int))"
 *
 * Written form: int, uint, double, bool, string, bytes, null_type, dyn, type, list(T), map(K, V),
 * optional_type(T), wrapper(int), timestamp and duration (also under their google.protobuf names),
 * a single capital letter is a type parameter, any other dotted name an abstract type, which may
 * have parameters: tuple(T, U). `type` may have one too: type(int); `list` alone is list(dyn).
 *
 * Ownership: simple types are static (type_int, ...); others live in the arena they were made in
 * and borrow their parameters. Types are immutable. Threads: read-only sharing is fine.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"

enum type_kind {
	TYPE_ERROR, /* of a node that has been complained about: agrees with everything */
	TYPE_DYN,
	TYPE_NULL,
	TYPE_BOOL,
	TYPE_INT,
	TYPE_UINT,
	TYPE_DOUBLE,
	TYPE_STRING,
	TYPE_BYTES,
	TYPE_LIST, /* params[0]: of the elements */
	TYPE_MAP,  /* params[0]: of the keys, [1]: of the values */
	TYPE_TYPE, /* params[0]: what the type is of, if known */
	TYPE_TIMESTAMP,
	TYPE_DURATION,
	TYPE_OPTIONAL, /* params[0] */
	TYPE_WRAPPER,  /* params[0]: a value of it, or null */
	TYPE_PARAM,    /* name: one capital letter, or what the checker makes up */
	TYPE_ABSTRACT, /* name, params: net.IP, an object of declared facts, tuple(T, U) */
};

#define TYPE_PARAMS_MAX 8

struct type {
	enum type_kind kind;
	unsigned n_params;
	struct str name; /* of TYPE_PARAM and TYPE_ABSTRACT; of the others as written, without
			    params */
	const struct type *const *params;
};

extern const struct type type_error, type_dyn, type_null, type_bool, type_int, type_uint,
	type_double, type_string, type_bytes, type_timestamp, type_duration, type_type;
extern const struct type type_list_dyn, type_map_dyn, type_optional_dyn; /* of dyn */

/* NULL when the arena is full. */
const struct type *type_list(struct arena *a, const struct type *element);
const struct type *type_map(struct arena *a, const struct type *key, const struct type *value);
const struct type *type_optional(struct arena *a, const struct type *of);
const struct type *type_of_type(struct arena *a, const struct type *of);
const struct type *type_make(struct arena *a, enum type_kind kind, struct str name,
			     const struct type *const *params, unsigned n_params);

/* ERR_FORMAT with the offset; ERR_LIMIT for too many parameters or too deep (expr_depth). */
int type_parse(struct str text, struct arena *a, const struct type **ret, struct err *err);

/* Parses a type and cuts it off the front of *text, for signatures. */
int type_pull(struct str *text, struct arena *a, const struct type **ret, struct err *err);

/* Same structure and names; dyn equals only dyn. */
bool type_eq(const struct type *a, const struct type *b);

/* Into the arena, names and parameters too; NULL when it is full. */
const struct type *type_copy(struct arena *a, const struct type *t);

void type_print(const struct type *t, struct strbuf *out);
