/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `strings`: positions count characters, results borrow where they can.
 *
 * Specification: cel-go's ext/README.md, "Strings"; what an index beyond the end does is as the
 * conformance tests of cel-spec have it: an error. format is in format.c.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/builder.h"
#include "expr/format.h"
#include "expr/function.h"
#include "expr/text.h"

static struct value index_error(struct call *c, int64_t index)
{
	return call_error(c, "index out of range: %" PRId64, index);
}

/* The byte where a character begins; false when there is none. */
static bool offset_of(struct str s, int64_t index, size_t *ret)
{
	return index >= 0 && text_offset(s, (size_t)index, ret);
}

static struct value char_at(struct call *c, const struct value *args)
{
	struct str s = value_str(args[0]);
	size_t at;

	if (!call_spend_bytes(c, s.n))
		return call_exhausted(c);
	if (!offset_of(s, args[1].i, &at))
		return index_error(c, args[1].i);
	return value_string(text_first(str_skip(s, at)));
}

/* ---- searching ---- */

/* Of a byte position, SIZE_MAX is -1. */
static struct value position(struct str s, size_t at)
{
	return value_int(at == SIZE_MAX ? -1 : (int64_t)text_length(str_sub(s, 0, at)));
}

static struct value index_from(struct call *c, const struct value *args, int64_t from)
{
	struct str s = value_str(args[0]), needle = value_str(args[1]);
	size_t at;

	if (!call_spend_bytes(c, s.n + needle.n))
		return call_exhausted(c);
	if (!offset_of(s, from, &at))
		return index_error(c, from);
	return position(s, text_find(s, needle, at));
}

static struct value index_of(struct call *c, const struct value *args)
{
	return index_from(c, args, 0);
}

static struct value index_of_from(struct call *c, const struct value *args)
{
	return index_from(c, args, args[2].i);
}

static struct value last_index_before(struct call *c, const struct value *args, size_t from)
{
	struct str s = value_str(args[0]), needle = value_str(args[1]);
	uint32_t *table;

	if (!call_spend_bytes(c, s.n + needle.n))
		return call_exhausted(c);
	table = call_alloc(c, needle.n * sizeof *table);
	if (!table)
		return call_exhausted(c);
	return position(s, text_rfind(s, needle, from, table));
}

static struct value last_index_of(struct call *c, const struct value *args)
{
	return last_index_before(c, args, args[0].n);
}

static struct value last_index_of_from(struct call *c, const struct value *args)
{
	size_t from;

	if (!offset_of(value_str(args[0]), args[2].i, &from))
		return index_error(c, args[2].i);
	return last_index_before(c, args, from);
}

/* ---- cutting ---- */

static struct value substring(struct call *c, const struct value *args, int64_t start, int64_t end)
{
	struct str s = value_str(args[0]);
	size_t from, to;

	if (!call_spend_bytes(c, s.n))
		return call_exhausted(c);
	if (!offset_of(s, start, &from))
		return index_error(c, start);
	if (end < 0)
		return value_string(str_skip(s, from));
	if (!offset_of(s, end, &to))
		return index_error(c, end);
	return value_string(str_sub(s, from, to - from));
}

static struct value substring_from(struct call *c, const struct value *args)
{
	return substring(c, args, args[1].i, -1);
}

static struct value substring_range(struct call *c, const struct value *args)
{
	if (args[2].i < 0)
		return index_error(c, args[2].i);
	if (args[1].i > args[2].i)
		return call_error(
			c, "invalid substring range: start %" PRId64 " is behind the end %" PRId64,
			args[1].i, args[2].i);
	return substring(c, args, args[1].i, args[2].i);
}

static struct value trim(struct call *c, const struct value *args)
{
	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	return value_string(text_trim(value_str(args[0])));
}

/*
 * Where the next separator lies at or behind `from`; s.n for none. An empty one lies behind each
 * character but the last.
 */
static size_t next_separator(struct str s, struct str separator, size_t from)
{
	size_t at;

	if (!separator.n)
		return from + text_first(str_skip(s, from)).n;
	at = text_find(s, separator, from);
	return at == SIZE_MAX ? s.n : at;
}

/* The pieces into `items`, or only their number when that is NULL. */
static uint32_t cut_up(struct str s, struct str separator, int64_t limit, struct value *items)
{
	uint32_t n = 0;
	size_t from = 0, at;

	if (limit == 0 || (!separator.n && !s.n))
		return 0;
	while (limit < 0 || n + 1 < limit) {
		at = next_separator(s, separator, from);
		if (at + separator.n > s.n || (at == s.n && !separator.n))
			break;
		if (items)
			items[n] = value_string(str_sub(s, from, at - from));
		n++;
		from = at + separator.n;
	}
	if (items)
		items[n] = value_string(str_skip(s, from));
	return n + 1;
}

static struct value split_limit(struct call *c, const struct value *args, int64_t limit)
{
	struct str s = value_str(args[0]), separator = value_str(args[1]);
	struct value *items;
	uint32_t n;

	if (!call_spend_bytes(c, s.n * 2 + separator.n))
		return call_exhausted(c);
	n = cut_up(s, separator, limit, NULL);
	items = call_values(c, n);
	if (!items)
		return call_exhausted(c);
	(void)cut_up(s, separator, limit, items); /* n, again */
	return value_list(items, n);
}

static struct value split(struct call *c, const struct value *args)
{
	return split_limit(c, args, -1);
}

static struct value split_n(struct call *c, const struct value *args)
{
	return split_limit(c, args, args[2].i);
}

/* ---- making ---- */

static struct value replace_limit(struct call *c, const struct value *args, int64_t limit)
{
	struct str s = value_str(args[0]), old = value_str(args[1]);
	struct builder b = {.call = c};
	size_t from = 0, at;

	if (!call_spend_bytes(c, s.n + old.n))
		return call_exhausted(c);
	/* Nothing is in front of each character and at the end. */
	for (int64_t i = 0; (limit < 0 || i < limit) && !b.failed; i++) {
		at = text_find(s, old, from);
		if (!old.n && i > 0)
			at = from < s.n ? from + text_first(str_skip(s, from)).n : SIZE_MAX;
		if (at == SIZE_MAX)
			break;
		builder_add(&b, str_sub(s, from, at - from));
		builder_add(&b, value_str(args[2]));
		from = at + old.n;
	}
	if (from == 0 && !b.n)
		return b.failed ? call_exhausted(c) : args[0];
	builder_add(&b, str_skip(s, from));
	return builder_value(&b);
}

static struct value replace(struct call *c, const struct value *args)
{
	return replace_limit(c, args, -1);
}

static struct value replace_n(struct call *c, const struct value *args)
{
	return replace_limit(c, args, args[3].i);
}

static struct value join_with(struct call *c, struct value list, struct str separator)
{
	struct builder b = {.call = c};

	if (!call_spend(c, list.n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < list.n && !b.failed; i++) {
		struct value item = value_at(c, list, i);

		if (value_is_error(item))
			return item;
		if (item.kind != VALUE_STRING)
			return call_error(c, "join: element %" PRIu32 " is no string but %s", i,
					  value_kind_name((enum value_kind)item.kind));
		if (i)
			builder_add(&b, separator);
		builder_add(&b, value_str(item));
	}
	return builder_value(&b);
}

static struct value join(struct call *c, const struct value *args)
{
	return join_with(c, args[0], STR_NULL);
}

static struct value join_separator(struct call *c, const struct value *args)
{
	return join_with(c, args[0], value_str(args[1]));
}

/* Moves the letters from `first` to `first` + 25 by `by`. */
static struct value move_case(struct call *c, struct value s, char first, int by)
{
	char *p = call_bytes(c, s.n);

	if (!p)
		return call_exhausted(c);
	for (uint32_t i = 0; i < s.n; i++) {
		bool moves = s.p[i] >= first && s.p[i] <= first + 25;

		p[i] = (char)(s.p[i] + (moves ? by : 0));
	}
	return value_string(str_make(p, s.n));
}

static struct value lower_ascii(struct call *c, const struct value *args)
{
	return move_case(c, args[0], 'A', 'a' - 'A');
}

static struct value upper_ascii(struct call *c, const struct value *args)
{
	return move_case(c, args[0], 'a', 'A' - 'a');
}

static struct value reverse(struct call *c, const struct value *args)
{
	char *p = call_bytes(c, args[0].n);

	if (!p)
		return call_exhausted(c);
	text_reverse(value_str(args[0]), p);
	return value_string(str_make(p, args[0].n));
}

static struct value quote(struct call *c, const struct value *args)
{
	static const char escaped[] = "\a\b\f\n\r\t\v\\\"", letters[] = "abfnrtv\\\"";
	struct builder b = {.call = c};

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	builder_addc(&b, '"');
	for (uint32_t i = 0; i < args[0].n && !b.failed; i++) {
		char byte = args[0].p[i];
		const char *at = byte ? strchr(escaped, byte) : NULL;

		if (at)
			builder_addc(&b, '\\');
		builder_addc(&b, at ? letters[at - escaped] : byte);
	}
	builder_addc(&b, '"');
	return builder_value(&b);
}

static const struct function_row rows[] = {
	{.name = "charAt", .signature = "string.(int) -> string", .fn = char_at},
	{.name = "format", .signature = "string.(list(dyn)) -> string", .fn = format_string},
	{.name = "indexOf", .signature = "string.(string) -> int", .fn = index_of},
	{.name = "indexOf", .signature = "string.(string, int) -> int", .fn = index_of_from},
	{.name = "join", .signature = "list(string).() -> string", .fn = join},
	{.name = "join", .signature = "list(string).(string) -> string", .fn = join_separator},
	{.name = "lastIndexOf", .signature = "string.(string) -> int", .fn = last_index_of},
	{.name = "lastIndexOf",
	 .signature = "string.(string, int) -> int",
	 .fn = last_index_of_from},
	{.name = "lowerAscii", .signature = "string.() -> string", .fn = lower_ascii},
	{.name = "replace", .signature = "string.(string, string) -> string", .fn = replace},
	{.name = "replace", .signature = "string.(string, string, int) -> string", .fn = replace_n},
	{.name = "reverse", .signature = "string.() -> string", .fn = reverse},
	{.name = "split", .signature = "string.(string) -> list(string)", .fn = split},
	{.name = "split", .signature = "string.(string, int) -> list(string)", .fn = split_n},
	{.name = "strings.quote", .signature = "(string) -> string", .fn = quote},
	{.name = "substring", .signature = "string.(int) -> string", .fn = substring_from},
	{.name = "substring", .signature = "string.(int, int) -> string", .fn = substring_range},
	{.name = "trim", .signature = "string.() -> string", .fn = trim},
	{.name = "upperAscii", .signature = "string.() -> string", .fn = upper_ascii},
};

const struct library library_strings = {"strings", rows, ARRAY_LEN(rows), NULL, 0};
