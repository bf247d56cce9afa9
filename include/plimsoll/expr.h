/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plimsoll's expression engine, as a library on its own: the Common Expression Language (CEL).
 *
 *     struct plimsoll_env *env = NULL;
 *     struct plimsoll_program *program = NULL;
 *     struct plimsoll_evaluation *e = NULL;
 *     char why[256];
 *     unsigned slot;
 *
 *     if (plimsoll_env_new(&env, why, sizeof why) ||
 *         plimsoll_env_variable(env, "path", "string", &slot, why, sizeof why) ||
 *         plimsoll_compile(env, source, strlen(source), &program, why, sizeof why) ||
 *         plimsoll_evaluation_new(&e, why, sizeof why))
 *             fprintf(stderr, "%s\n", why);
 *     facts[slot] = plimsoll_string("/usr/bin/sh", 11);
 *     struct plimsoll_value v = plimsoll_evaluate(program, e, facts, n_facts);
 *     if (v.kind == PLIMSOLL_BOOL && v.b) ...
 *     plimsoll_evaluation_free(e); plimsoll_program_free(program); plimsoll_env_free(env);
 *
 * An env says what may be named. A program is one expression, checked against an env and compiled.
 * An evaluation is the memory that evaluating needs; it is kept from one to the next.
 *
 * Facts are given by value (numbers, strings, lists of values) or by classes: functions that answer
 * for an object, a list or a map of yours, so that nothing is copied for an expression.
 *
 * Ownership: _new and _compile give what their _free takes. Programs borrow their env, the env
 * borrows classes; facts are borrowed while they are evaluated; a result lives until the next
 * plimsoll_evaluate with the same evaluation. Strings are UTF-8; who gives others gets nonsense.
 * Threads: an env that is no longer changed and programs may be shared; an evaluation is one
 * thread's. Bounds: evaluating always ends: plimsoll_limits. No I/O, no locale, no globals.
 * Errors: functions that return int give 0, or a number and a line of text in `why`.
 * Language: https://github.com/google/cel-spec/blob/master/doc/langdef.md and the libraries that
 * Kubernetes has. Stability: this header may change until version 1.0 of Plimsoll.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct plimsoll_env;
struct plimsoll_program;
struct plimsoll_evaluation;
struct plimsoll_class;
struct plimsoll_call;

enum plimsoll_kind {
	PLIMSOLL_ABSENT, /* not known: asking for it is an error that || and && may absorb */
	PLIMSOLL_ERROR,	 /* plimsoll_error_text */
	PLIMSOLL_NULL,
	PLIMSOLL_BOOL,	 /* .b */
	PLIMSOLL_INT,	 /* .i */
	PLIMSOLL_UINT,	 /* .u */
	PLIMSOLL_DOUBLE, /* .d */
	PLIMSOLL_STRING, /* .p, .n bytes, no NUL behind them */
	PLIMSOLL_BYTES,	 /* .p, .n bytes */
	PLIMSOLL_LIST,	 /* .n elements: plimsoll_list_at */
	PLIMSOLL_MAP,	 /* .n entries: plimsoll_map_key, plimsoll_map_get */
	PLIMSOLL_TYPE,
	PLIMSOLL_TIMESTAMP, /* .i seconds since 1970, .n nanoseconds, counted upwards */
	PLIMSOLL_DURATION,  /* .i seconds, .n nanoseconds, counted upwards: -0.5s is -1 and 5e8 */
	PLIMSOLL_OPTIONAL,
	PLIMSOLL_OBJECT, /* .object */
};

/* Made with the functions below; `form` and `spare` are the engine's. */
struct plimsoll_value {
	uint8_t kind; /* enum plimsoll_kind */
	uint8_t form;
	uint16_t spare;
	uint32_t n;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		const char *p;
		const struct plimsoll_value *items;
		const struct plimsoll_object *object;
		const void *other;
	};
};

static inline struct plimsoll_value plimsoll_null(void)
{
	struct plimsoll_value v = {PLIMSOLL_NULL, 0, 0, 0, {0}};
	return v;
}
static inline struct plimsoll_value plimsoll_bool(bool b)
{
	struct plimsoll_value v = {PLIMSOLL_BOOL, 0, 0, 0, {0}};
	v.b = b;
	return v;
}
static inline struct plimsoll_value plimsoll_int(int64_t i)
{
	struct plimsoll_value v = {PLIMSOLL_INT, 0, 0, 0, {0}};
	v.i = i;
	return v;
}
static inline struct plimsoll_value plimsoll_uint(uint64_t u)
{
	struct plimsoll_value v = {PLIMSOLL_UINT, 0, 0, 0, {0}};
	v.u = u;
	return v;
}
static inline struct plimsoll_value plimsoll_double(double d)
{
	struct plimsoll_value v = {PLIMSOLL_DOUBLE, 0, 0, 0, {0}};
	v.d = d;
	return v;
}
static inline struct plimsoll_value plimsoll_string(const char *p, uint32_t n)
{
	struct plimsoll_value v = {PLIMSOLL_STRING, 0, 0, n, {0}};
	v.p = p;
	return v;
}
static inline struct plimsoll_value plimsoll_list(const struct plimsoll_value *items, uint32_t n)
{
	struct plimsoll_value v = {PLIMSOLL_LIST, 0, 0, n, {0}};
	v.items = items;
	return v;
}

/* Something of yours: data is what the functions of its class understand. */
struct plimsoll_object {
	const struct plimsoll_class *class_; /* from plimsoll_env_class */
	const void *data;
};
static inline struct plimsoll_value plimsoll_object(const struct plimsoll_object *o)
{
	struct plimsoll_value v = {PLIMSOLL_OBJECT, 0, 0, 0, {0}};
	v.object = o;
	return v;
}
/* A list or a map of n that its class answers for. */
static inline struct plimsoll_value plimsoll_list_of(const struct plimsoll_object *o, uint32_t n)
{
	struct plimsoll_value v = {PLIMSOLL_LIST, 1, 0, n, {0}};
	v.object = o;
	return v;
}
static inline struct plimsoll_value plimsoll_map_of(const struct plimsoll_object *o, uint32_t n)
{
	struct plimsoll_value v = {PLIMSOLL_MAP, 1, 0, n, {0}};
	v.object = o;
	return v;
}

struct plimsoll_field {
	const char *name;
	const char *type; /* "string", "list(int)", the name of a class, "dyn", ... */
	/* PLIMSOLL_ABSENT: not set, so that has() is false. */
	struct plimsoll_value (*get)(struct plimsoll_call *c, const struct plimsoll_object *o);
};

/* What cannot be asked is NULL. A function must neither block nor keep what it is given. */
struct plimsoll_class_functions {
	const char *name; /* of the type */
	const struct plimsoll_field *fields;
	size_t n_fields;
	/* Of a list: its i-th element. */
	struct plimsoll_value (*at)(struct plimsoll_call *c, const struct plimsoll_object *o,
				    uint32_t i);
	/* Of a map: the value, PLIMSOLL_ABSENT if there is none; the i-th key. */
	struct plimsoll_value (*get)(struct plimsoll_call *c, const struct plimsoll_object *o,
				     struct plimsoll_value key);
	struct plimsoll_value (*key)(struct plimsoll_call *c, const struct plimsoll_object *o,
				     uint32_t i);
};

/* Memory for the functions of a class, until the evaluation is over; NULL when there is no more. */
void *plimsoll_call_alloc(struct plimsoll_call *c, size_t n);

int plimsoll_env_new(struct plimsoll_env **ret, char *why, size_t why_size);
void plimsoll_env_free(struct plimsoll_env *env);

/* ret_slot: where in the array of facts the variable stands; slots count from 0. */
int plimsoll_env_variable(struct plimsoll_env *env, const char *name, const char *type,
			  unsigned *ret_slot, char *why, size_t why_size);

/* The class becomes a type. `functions` and what they name must outlive the env. */
int plimsoll_env_class(struct plimsoll_env *env, const struct plimsoll_class_functions *functions,
		       const struct plimsoll_class **ret, char *why, size_t why_size);

/* `why` gets all problems, each with its line of the source and a caret below, as far as it fits.
 */
int plimsoll_compile(const struct plimsoll_env *env, const char *source, size_t n,
		     struct plimsoll_program **ret, char *why, size_t why_size);
void plimsoll_program_free(struct plimsoll_program *program);

int plimsoll_evaluation_new(struct plimsoll_evaluation **ret, char *why, size_t why_size);
void plimsoll_evaluation_free(struct plimsoll_evaluation *e);

/* Units of work (an operation is one) and bytes one evaluation may take; 0 leaves one as it is. */
void plimsoll_limits(struct plimsoll_evaluation *e, uint64_t units, size_t bytes);

/* A value or PLIMSOLL_ERROR, never PLIMSOLL_ABSENT. */
struct plimsoll_value plimsoll_evaluate(const struct plimsoll_program *program,
					struct plimsoll_evaluation *e,
					const struct plimsoll_value *facts, size_t n_facts);

/* Of a result. i is below v.n; the text is not NUL-terminated. */
struct plimsoll_value plimsoll_list_at(struct plimsoll_evaluation *e, struct plimsoll_value list,
				       uint32_t i);
struct plimsoll_value plimsoll_map_key(struct plimsoll_evaluation *e, struct plimsoll_value map,
				       uint32_t i);
struct plimsoll_value plimsoll_map_get(struct plimsoll_evaluation *e, struct plimsoll_value map,
				       struct plimsoll_value key);
const char *plimsoll_error_text(struct plimsoll_value error, size_t *ret_n, size_t *ret_offset);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
