/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/call.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "expr/scratch.h"

#define MESSAGE_BYTES 512

void *call_alloc(struct call *c, size_t n)
{
	void *p = scratch_alloc(c->scratch, n);

	if (!p) {
		c->out_of = ERR_NOMEM;
		c->budget = 0;
	}
	return p;
}

struct value *call_values(struct call *c, size_t n)
{
	if (n > UINT32_MAX || !call_spend(c, n))
		return NULL;
	return call_alloc(c, n * sizeof(struct value));
}

char *call_bytes(struct call *c, size_t n)
{
	char *p;

	if (n >= UINT32_MAX || !call_spend_bytes(c, n))
		return NULL;
	p = call_alloc(c, n + 1);
	if (p)
		p[n] = '\0';
	return p;
}

/* An error that needs no memory, for when there is none. */
static const struct eval_error no_memory = {
	.message = {"the evaluation needs more memory than expr_scratch allows", 57},
};

struct value call_exhausted(struct call *c)
{
	if (c->out_of == ERR_LIMIT)
		return call_error(c, "the evaluation costs more than expr_cost allows");
	c->out_of = ERR_NOMEM;
	return (struct value){.kind = VALUE_ERROR, .error = &no_memory};
}

struct value call_error(struct call *c, const char *fmt, ...)
{
	char text[MESSAGE_BYTES];
	struct eval_error *e;
	va_list ap;
	char *copy;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	copy = scratch_alloc(c->scratch, (size_t)n);
	e = scratch_alloc(c->scratch, sizeof(*e));
	if (!copy || !e)
		return (struct value){.kind = VALUE_ERROR, .error = &no_memory};
	memcpy(copy, text, (size_t)n);
	*e = (struct eval_error){.message = {copy, (size_t)n}, .pos = c->pos};
	return (struct value){.kind = VALUE_ERROR, .error = e};
}

struct value call_string(struct call *c, struct str s)
{
	char *p = call_bytes(c, s.n);

	if (!p)
		return call_exhausted(c);
	if (s.n)
		memcpy(p, s.p, s.n);
	return value_string(str_make(p, s.n));
}

struct value call_optional(struct call *c, struct value v)
{
	struct value *kept = call_values(c, 1);

	if (!kept)
		return call_exhausted(c);
	*kept = v;
	return value_optional(kept);
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[VALUE_KINDS] = {
		"absent",    "error",	 "null_type",	  "bool",   "int", "uint",
		"double",    "string",	 "bytes",	  "list",   "map", "type",
		"timestamp", "duration", "optional_type", "object",
	};

	return names[kind];
}

/* What the kind is called in a message: an object's class says more than "object". */
static const char *name_of(struct value v)
{
	return v.kind == VALUE_OBJECT ? v.object->class->name
				      : value_kind_name((enum value_kind)v.kind);
}

struct value call_no_overload(struct call *c, const char *name, const struct value *args, size_t n)
{
	char text[MESSAGE_BYTES];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof(text); i++) {
		int w = snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
				 name_of(args[i]));

		used += w > 0 ? (size_t)w : 0;
	}
	return call_error(c, "no such overload: %s(%s)", name, text);
}
