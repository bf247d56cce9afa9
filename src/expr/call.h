/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a function of the language gets besides its arguments: memory, a budget, a way to fail.
 *
 *     static struct value string_reverse(struct call *c, const struct value *args)
 *     {
 *             char *p = call_bytes(c, args[0].n);         spends as well
 *
 *             if (!p)
 *                     return call_exhausted(c);
 *             ...
 *             return value_string(str_make(p, n));
 *     }
 *
 * Memory lives until the scratch of the evaluation is reset. Work that grows with the arguments is
 * paid for first: one unit for an element looked at, call_spend_bytes for bytes looked at.
 * Threads: one at a time.
 */
#pragma once

#include "base/err.h"
#include "expr/value.h"

struct regex_cache;
struct scratch;

struct call {
	struct scratch *scratch;
	uint64_t budget;      /* units left */
	const void *prepared; /* what the overload's `prepare` made of its constant arguments, or
				 NULL */
	struct regex_cache **regexes; /* where patterns are kept; NULL: nowhere */
	uint32_t pos;		      /* byte in the source, for errors */
	enum err_code out_of;	      /* ERR_NOMEM or ERR_LIMIT once something was refused */
};

/* Not zeroed, aligned for any type; NULL when the scratch is full, which also ends the budget: what
 * goes on must not go on for long. n == 0 is fine. */
void *call_alloc(struct call *c, size_t n);

/* n values; n + 1 bytes of text, the last one set to 0. They are paid for. */
struct value *call_values(struct call *c, size_t n);
char *call_bytes(struct call *c, size_t n);

/* False when the budget is used up. */
static inline bool call_spend(struct call *c, uint64_t units)
{
	if (units > c->budget) {
		c->budget = 0;
		c->out_of = c->out_of ? c->out_of : ERR_LIMIT;
		return false;
	}
	c->budget -= units;
	return true;
}
static inline bool call_spend_bytes(struct call *c, size_t n)
{
	return call_spend(c, n / 16);
}
/* Of a comparison: short texts, as nearly all are, cost nothing but the operation. */
static inline bool call_spend_compared(struct call *c, size_t n)
{
	return n <= 16 || call_spend_bytes(c, n);
}

/* The error for a NULL of call_alloc or a false of call_spend. */
struct value call_exhausted(struct call *c);

/* An error value: one line, no capital, no full stop, names the thing. */
struct value call_error(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A copy of s as a string; an optional that holds v; both or an error. */
struct value call_string(struct call *c, struct str s);
struct value call_optional(struct call *c, struct value v);

/* "no such overload: name(int, string)", for a function that takes dyn and looks itself. */
struct value call_no_overload(struct call *c, const char *name, const struct value *args, size_t n);

/* "list(int)" for messages: the kind's name; static. */
const char *value_kind_name(enum value_kind kind);
