/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int(), uint(), double(), string(), bytes(), bool(), dyn() and type(); those of time are in
 * lib_time.c. Nothing is rounded or cut without being asked: a value that does not fit is an error,
 * only the fraction of a double goes.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/number.h"

#define TWO_63 9223372036854775808.0
#define TWO_64 18446744073709551616.0

static struct value same(struct call *c, const struct value *args)
{
	return args[0];
}

static struct value range_error(struct call *c, const char *kind)
{
	return call_error(c, "range error: the value does not fit %s", kind);
}

static struct value syntax_error(struct call *c, struct value text, const char *kind)
{
	return call_error(c, "\"%.*s\" is not %s", STR_FMT(str_sub(value_str(text), 0, 80)), kind);
}

static struct value int_of_uint(struct call *c, const struct value *args)
{
	return args[0].u > INT64_MAX ? range_error(c, "int") : value_int((int64_t)args[0].u);
}

/* The bounds themselves are out: their neighbours would be, too, had they not been rounded. */
static struct value int_of_double(struct call *c, const struct value *args)
{
	if (!(args[0].d > -TWO_63 && args[0].d < TWO_63))
		return range_error(c, "int");
	return value_int((int64_t)args[0].d);
}

/* Decimal digits with a sign; *ret_negative is left alone when no sign is allowed. */
static bool parse_digits(struct str s, bool *ret_negative, uint64_t *ret)
{
	if (ret_negative && s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		*ret_negative = s.p[0] == '-';
		s = str_skip(s, 1);
	}
	return str_parse_u64(s, ret);
}

static struct value int_of_string(struct call *c, const struct value *args)
{
	bool negative = false;
	uint64_t u;

	if (!parse_digits(value_str(args[0]), &negative, &u) ||
	    u > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return syntax_error(c, args[0], "an int");
	return value_int((int64_t)(negative ? 0 - u : u));
}

static struct value uint_of_int(struct call *c, const struct value *args)
{
	return args[0].i < 0 ? range_error(c, "uint") : value_uint((uint64_t)args[0].i);
}

static struct value uint_of_double(struct call *c, const struct value *args)
{
	if (!(args[0].d >= 0 && args[0].d < TWO_64))
		return range_error(c, "uint");
	return value_uint((uint64_t)args[0].d);
}

static struct value uint_of_string(struct call *c, const struct value *args)
{
	uint64_t u;

	if (!parse_digits(value_str(args[0]), NULL, &u))
		return syntax_error(c, args[0], "a uint");
	return value_uint(u);
}

static struct value double_of_int(struct call *c, const struct value *args)
{
	return value_double((double)args[0].i);
}

static struct value double_of_uint(struct call *c, const struct value *args)
{
	return value_double((double)args[0].u);
}

static struct value double_of_string(struct call *c, const struct value *args)
{
	double d;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (!double_parse(value_str(args[0]), &d))
		return syntax_error(c, args[0], "a double");
	return value_double(d);
}

static struct value string_of_bool(struct call *c, const struct value *args)
{
	return value_string(args[0].b ? STR("true") : STR("false"));
}

#define NUMBER_TEXT 32

static struct value string_of_int(struct call *c, const struct value *args)
{
	char text[NUMBER_TEXT];
	int n = snprintf(text, sizeof(text), "%" PRId64, args[0].i);

	return call_string(c, str_make(text, (size_t)n));
}

static struct value string_of_uint(struct call *c, const struct value *args)
{
	char text[NUMBER_TEXT];
	int n = snprintf(text, sizeof(text), "%" PRIu64, args[0].u);

	return call_string(c, str_make(text, (size_t)n));
}

static struct value string_of_double(struct call *c, const struct value *args)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(NUMBER_TEXT * 2);

	if (!call_spend(c, DOUBLE_UNITS))
		return call_exhausted(c);
	double_print(args[0].d, DOUBLE_SHORT, &sb);
	return sb.error ? call_error(c, "out of memory") : call_string(c, strbuf_str(&sb));
}

static struct value string_of_bytes(struct call *c, const struct value *args)
{
	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (!str_is_utf8(value_str(args[0])))
		return call_error(c, "the bytes are not UTF-8, so they are no string");
	return value_string(value_str(args[0]));
}

static struct value bytes_of_string(struct call *c, const struct value *args)
{
	return value_bytes(value_str(args[0]));
}

static struct value bool_of_string(struct call *c, const struct value *args)
{
	static const char *const yes[] = {"true", "TRUE", "True", "t", "T", "1"};
	static const char *const no[] = {"false", "FALSE", "False", "f", "F", "0"};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (str_is(value_str(args[0]), yes[i]))
			return value_bool(true);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (str_is(value_str(args[0]), no[i]))
			return value_bool(false);
	return syntax_error(c, args[0], "a bool: true, t, 1, false, f or 0");
}

static struct value type_of(struct call *c, const struct value *args)
{
	return value_type(value_type_of(args[0]));
}

static const struct function_row rows[] = {
	{.name = "bool", .signature = "(bool) -> bool", .fn = same},
	{.name = "bool", .signature = "(string) -> bool", .fn = bool_of_string},
	{.name = "bytes", .signature = "(bytes) -> bytes", .fn = same},
	{.name = "bytes", .signature = "(string) -> bytes", .fn = bytes_of_string},
	{.name = "double", .signature = "(double) -> double", .fn = same},
	{.name = "double", .signature = "(int) -> double", .fn = double_of_int},
	{.name = "double", .signature = "(uint) -> double", .fn = double_of_uint},
	{.name = "double", .signature = "(string) -> double", .fn = double_of_string},
	{.name = "dyn", .signature = "(A) -> dyn", .fn = same},
	{.name = "int", .signature = "(int) -> int", .fn = same},
	{.name = "int", .signature = "(uint) -> int", .fn = int_of_uint},
	{.name = "int", .signature = "(double) -> int", .fn = int_of_double},
	{.name = "int", .signature = "(string) -> int", .fn = int_of_string},
	{.name = "string", .signature = "(string) -> string", .fn = same},
	{.name = "string", .signature = "(bool) -> string", .fn = string_of_bool},
	{.name = "string", .signature = "(int) -> string", .fn = string_of_int},
	{.name = "string", .signature = "(uint) -> string", .fn = string_of_uint},
	{.name = "string", .signature = "(double) -> string", .fn = string_of_double},
	{.name = "string", .signature = "(bytes) -> string", .fn = string_of_bytes},
	{.name = "type", .signature = "(A) -> type(A)", .fn = type_of},
	{.name = "uint", .signature = "(uint) -> uint", .fn = same},
	{.name = "uint", .signature = "(int) -> uint", .fn = uint_of_int},
	{.name = "uint", .signature = "(double) -> uint", .fn = uint_of_double},
	{.name = "uint", .signature = "(string) -> uint", .fn = uint_of_string},
};

const struct library library_convert = {.name = "convert", .rows = rows, .n_rows = ARRAY_LEN(rows)};
