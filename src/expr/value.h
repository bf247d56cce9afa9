/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CEL value: 16 bytes, passed by value, in two registers.
 *
 *     struct value v = value_int(1);
 *     if (v.kind == VALUE_STRING) use(value_str(v));
 *     for (uint32_t i = 0; i < list.n; i++)
 *             struct value e = value_at(c, list, i);      of our lists and of foreign ones
 *
 * Ownership: a value borrows its bytes, items and entries. Constants live as long as their program,
 * facts as long as their owner says, results of functions in the scratch memory of the evaluation
 * (call.h) until it is reset. Values are immutable. Threads: read-only sharing is fine.
 *
 * Strings are valid UTF-8 of less than 4 GiB; who makes one from outside bytes checks that.
 * Timestamps and durations are seconds and nanoseconds, the nanoseconds always 0 to 999999999 and
 * counted upwards: -0.5s is {-1, 500000000}. So both compare by seconds, then nanoseconds.
 *
 * VALUE_ABSENT is no CEL value: it is an unset variable or field, or a key that is not there.
 * VALUE_ERROR travels like a value until an operator absorbs it (||, &&, ?:) or it is the result.
 */
#pragma once

#include "base/str.h"
#include "expr/type.h"

enum value_kind {
	VALUE_ABSENT,
	VALUE_ERROR, /* .error */
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_UINT,
	VALUE_DOUBLE,
	VALUE_STRING,	 /* .p, .n bytes */
	VALUE_BYTES,	 /* .p, .n bytes */
	VALUE_LIST,	 /* .items or .object, .n elements */
	VALUE_MAP,	 /* .map or .object, .n entries */
	VALUE_TYPE,	 /* .type */
	VALUE_TIMESTAMP, /* .i seconds since 1970, .n nanoseconds */
	VALUE_DURATION,	 /* .i seconds, .n nanoseconds */
	VALUE_OPTIONAL,	 /* .optional; NULL is optional.none() */
	VALUE_OBJECT,	 /* .object: declared facts, net.IP, ... */
};
#define VALUE_KINDS 16

/* Where the elements of a list or a map are. */
enum value_form {
	VALUE_PLAIN,   /* .items: n values; .map */
	VALUE_FOREIGN, /* .object: asked through its class */
};

struct value {
	uint8_t kind; /* enum value_kind */
	uint8_t form; /* enum value_form, of lists and maps */
	uint16_t spare;
	uint32_t n;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		const char *p;
		const struct value *items;
		const struct map_value *map;
		const struct type *type;
		const struct value *optional;
		const struct object *object;
		const struct eval_error *error;
	};
};
_Static_assert(sizeof(struct value) == 16, "a value travels in two registers");

struct map_entry {
	struct value key, value;
};

/* A map of our own. Made by map_build (map_value.h); entries are in order of insertion. */
struct map_value {
	const struct map_entry *entries;
	const uint32_t *index; /* hash table of positions + 1, 0 is free; NULL: few entries, walk */
	uint32_t index_mask;
};

/* Made by call_error (call.h). */
struct eval_error {
	struct str message;
	uint32_t pos; /* byte in the source where it happened */
};

struct call;
struct object;

/* A field of declared facts. */
struct object_field {
	const char *name;
	const char *type; /* as type_parse reads it */
	/* VALUE_ABSENT when unset: has() is false then, and reading it an error. */
	struct value (*get)(struct call *c, const struct object *o);
};

/*
 * How to ask something that is not made of values: an object with fields, a list, a map, or an
 * opaque thing of a library. A member that does not apply is NULL. Nothing here may block, do I/O
 * or keep what it is given; memory comes from the call.
 */
struct object_class {
	const char *name;	 /* "net.IP", "Finding"; of foreign lists and maps for people */
	const struct type *type; /* what type() answers: TYPE_ABSTRACT of that name */
	const struct object_field *fields;
	size_t n_fields;
	struct value (*at)(struct call *c, const struct object *o, uint32_t i); /* list, i < n */
	/* Map: the value, VALUE_ABSENT when there is none; its i-th key, in a fixed order. */
	struct value (*get)(struct call *c, const struct object *o, struct value key);
	struct value (*key)(struct call *c, const struct object *o, uint32_t i);
	/* Of two of the same class. NULL: equal when they are the same object; not ordered. */
	bool (*equal)(const struct object *a, const struct object *b);
	int (*compare)(const struct object *a, const struct object *b);
	/* Its text, for results as JSON and messages; NULL: fields are written, else the name. */
	struct str (*print)(struct call *c, const struct object *o);
};

/* Stands at the front of what a library keeps, or alone with a pointer to the facts. */
struct object {
	const struct object_class *class;
	const void *data;
};

static inline struct value value_absent(void)
{
	return (struct value){.kind = VALUE_ABSENT};
}
static inline struct value value_null(void)
{
	return (struct value){.kind = VALUE_NULL};
}
static inline struct value value_bool(bool b)
{
	return (struct value){.kind = VALUE_BOOL, .b = b};
}
static inline struct value value_int(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .i = i};
}
static inline struct value value_uint(uint64_t u)
{
	return (struct value){.kind = VALUE_UINT, .u = u};
}
static inline struct value value_double(double d)
{
	return (struct value){.kind = VALUE_DOUBLE, .d = d};
}
/* s.n is below 4 GiB and the bytes are UTF-8: see above. */
static inline struct value value_string(struct str s)
{
	return (struct value){.kind = VALUE_STRING, .n = (uint32_t)s.n, .p = s.p};
}
static inline struct value value_bytes(struct str s)
{
	return (struct value){.kind = VALUE_BYTES, .n = (uint32_t)s.n, .p = s.p};
}
static inline struct value value_list(const struct value *items, uint32_t n)
{
	return (struct value){.kind = VALUE_LIST, .n = n, .items = items};
}
static inline struct value value_type(const struct type *t)
{
	return (struct value){.kind = VALUE_TYPE, .type = t};
}
/* nanos: 0 to 999999999. */
static inline struct value value_timestamp(int64_t seconds, uint32_t nanos)
{
	return (struct value){.kind = VALUE_TIMESTAMP, .n = nanos, .i = seconds};
}
static inline struct value value_duration(int64_t seconds, uint32_t nanos)
{
	return (struct value){.kind = VALUE_DURATION, .n = nanos, .i = seconds};
}
/* of: NULL is optional.none(); otherwise it must live as long as the value. */
static inline struct value value_optional(const struct value *of)
{
	return (struct value){.kind = VALUE_OPTIONAL, .optional = of};
}
static inline struct value value_object(const struct object *o)
{
	return (struct value){.kind = VALUE_OBJECT, .object = o};
}
static inline struct value value_foreign_list(const struct object *o, uint32_t n)
{
	return (struct value){.kind = VALUE_LIST, .form = VALUE_FOREIGN, .n = n, .object = o};
}
static inline struct value value_foreign_map(const struct object *o, uint32_t n)
{
	return (struct value){.kind = VALUE_MAP, .form = VALUE_FOREIGN, .n = n, .object = o};
}

/* The bytes of a string or of bytes. */
static inline struct str value_str(struct value v)
{
	return (struct str){v.p, v.n};
}
static inline bool value_is_error(struct value v)
{
	return v.kind == VALUE_ERROR;
}
static inline bool value_is_true(struct value v)
{
	return v.kind == VALUE_BOOL && v.b;
}

/* An element of a list; the i-th key of a map. i < v.n. */
struct value value_at(struct call *c, struct value list, uint32_t i);
struct value value_key_at(struct call *c, struct value map, uint32_t i);

/* The value at the key (1, 1u and 1.0 are the same key), or VALUE_ABSENT. */
struct value value_get(struct call *c, struct value map, struct value key);

/*
 * CEL's ==: numbers by what they are worth whatever their kind, NaN unlike everything, lists and
 * maps by content, values of different kinds unequal. ret_order of value_compare: <0, 0, >0; false
 * when the two have no order (also a NaN). Both spend cost for long lists and texts; without budget
 * any answer may come, and c->out_of says so.
 */
bool value_eq(struct call *c, struct value a, struct value b);
bool value_compare(struct call *c, struct value a, struct value b, int *ret_order);

/* The type, as type() answers it: list(dyn), map(dyn, dyn) and optional_type(dyn) inside. */
const struct type *value_type_of(struct value v);

/* optional.ofNonZeroValue's question: null, 0, "", [], {}, false, ... */
bool value_is_zero(struct value v);
