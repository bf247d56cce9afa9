/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language itself: the operators that the evaluator does (their rows are for the checker),
 * size() and the three questions to strings that need no library.
 */
#include "expr/lib_core.h"

#include "base/cleanup.h"
#include "expr/function.h"

static struct value size_of_string(struct call *c, const struct value *args)
{
	int64_t n = 0;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < args[0].n; i++)
		n += (args[0].p[i] & 0xc0) != 0x80; /* not a continuation byte */
	return value_int(n);
}

/* Of bytes, a list or a map. */
static struct value size_of(struct call *c, const struct value *args)
{
	return value_int(args[0].n);
}

struct value string_starts_with(struct call *c, const struct value *args)
{
	if (!call_spend_compared(c, args[1].n))
		return call_exhausted(c);
	return value_bool(args[0].n >= args[1].n &&
			  (args[1].n == 0 || memcmp(args[0].p, args[1].p, args[1].n) == 0));
}

struct value string_ends_with(struct call *c, const struct value *args)
{
	if (!call_spend_compared(c, args[1].n))
		return call_exhausted(c);
	return value_bool(str_has_suffix(value_str(args[0]), value_str(args[1])));
}

struct value string_contains(struct call *c, const struct value *args)
{
	if (!call_spend_bytes(c, (size_t)args[0].n + args[1].n))
		return call_exhausted(c);
	return value_bool(args[1].n == 0 ||
			  memmem(args[0].p, args[0].n, args[1].p, args[1].n) != NULL);
}

#define ORDERED(type)                                                                              \
	{.name = "_<_", .signature = "(" type ") -> bool"},                                        \
		{.name = "_<=_", .signature = "(" type ") -> bool"},                               \
		{.name = "_>_", .signature = "(" type ") -> bool"},                                \
	{                                                                                          \
		.name = "_>=_", .signature = "(" type ") -> bool"                                  \
	}

static const struct function_row rows[] = {
	{.name = "_?_:_", .signature = "(bool, A, A) -> A"},
	{.name = "_||_", .signature = "(bool, bool) -> bool"},
	{.name = "_&&_", .signature = "(bool, bool) -> bool"},
	{.name = "_==_", .signature = "(A, A) -> bool"},
	{.name = "_!=_", .signature = "(A, A) -> bool"},
	ORDERED("bool, bool"),
	ORDERED("int, int"),
	ORDERED("int, uint"),
	ORDERED("int, double"),
	ORDERED("uint, uint"),
	ORDERED("uint, int"),
	ORDERED("uint, double"),
	ORDERED("double, double"),
	ORDERED("double, int"),
	ORDERED("double, uint"),
	ORDERED("string, string"),
	ORDERED("bytes, bytes"),
	ORDERED("timestamp, timestamp"),
	ORDERED("duration, duration"),
	{.name = "@in", .signature = "(A, list(A)) -> bool"},
	{.name = "@in", .signature = "(A, map(A, B)) -> bool"},
	{.name = "_[_]", .signature = "(list(A), int) -> A"},
	{.name = "_[_]", .signature = "(map(A, B), A) -> B"},
	{.name = "_[_]", .signature = "(optional_type(list(A)), int) -> optional_type(A)"},
	{.name = "_[_]", .signature = "(optional_type(map(A, B)), A) -> optional_type(B)"},
	{.name = "_[?_]", .signature = "(list(A), int) -> optional_type(A)"},
	{.name = "_[?_]", .signature = "(map(A, B), A) -> optional_type(B)"},
	{.name = "_[?_]", .signature = "(optional_type(list(A)), int) -> optional_type(A)"},
	{.name = "_[?_]", .signature = "(optional_type(map(A, B)), A) -> optional_type(B)"},
	{.name = "size", .signature = "(string) -> int", .fn = size_of_string},
	{.name = "size", .signature = "(bytes) -> int", .fn = size_of},
	{.name = "size", .signature = "(list(A)) -> int", .fn = size_of},
	{.name = "size", .signature = "(map(A, B)) -> int", .fn = size_of},
	{.name = "size", .signature = "string.() -> int", .fn = size_of_string},
	{.name = "size", .signature = "bytes.() -> int", .fn = size_of},
	{.name = "size", .signature = "list(A).() -> int", .fn = size_of},
	{.name = "size", .signature = "map(A, B).() -> int", .fn = size_of},
	{.name = "contains", .signature = "string.(string) -> bool", .fn = string_contains},
	{.name = "endsWith", .signature = "string.(string) -> bool", .fn = string_ends_with},
	{.name = "startsWith", .signature = "string.(string) -> bool", .fn = string_starts_with},
};

const struct library library_core = {.name = "core", .rows = rows, .n_rows = ARRAY_LEN(rows)};
