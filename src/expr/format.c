/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/format.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/number.h"
#include "expr/text.h"
#include "expr/time.h"

#define DEFAULT_PRECISION 6
#define NUMBER_TEXT	  2048 /* of a double with DOUBLE_DIGITS_MAX digits behind its point */

/* ---- one value ---- */

typedef void (*print_double_fn)(double d, unsigned precision, struct strbuf *out);

static void print_shortest(double d, unsigned precision, struct strbuf *out)
{
	double_print(d, DOUBLE_PLAIN, out);
}

static void add_double(struct builder *b, double d, print_double_fn print, unsigned precision)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(NUMBER_TEXT);

	if (!call_spend(b->call, DOUBLE_UNITS)) {
		b->failed = true;
		return;
	}
	print(d, precision, &sb);
	b->failed = b->failed || sb.error;
	builder_add(b, strbuf_str(&sb));
}

/* base: 2, 8, 10 or 16; letters are its digits. */
static void add_number(struct builder *b, bool negative, uint64_t u, unsigned base,
		       const char *letters)
{
	char text[64];
	size_t at = sizeof text;

	do
		text[--at] = letters[u % base];
	while (u /= base);
	if (negative)
		builder_addc(b, '-');
	builder_add(b, str_make(text + at, sizeof text - at));
}

static void add_int(struct builder *b, int64_t i, unsigned base, const char *letters)
{
	add_number(b, i < 0, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, base, letters);
}

/* A run of bytes that are no text becomes one U+FFFD. */
static void add_bytes(struct builder *b, struct str bytes)
{
	while (bytes.n && !b->failed) {
		size_t n = text_valid_prefix(bytes);

		builder_add(b, str_sub(bytes, 0, n));
		bytes = str_skip(bytes, n);
		if (bytes.n)
			builder_add(b, STR("\xef\xbf\xbd"));
		bytes = str_skip(bytes, text_invalid_prefix(bytes));
	}
}

static void add_type(struct builder *b, const struct type *t)
{
	/* type([1]) is list, whatever it is a list of. */
	builder_add(b, t->name);
}

static bool add_value(struct builder *b, struct value v, int depth, struct value *ret_error);

static bool add_list(struct builder *b, struct value list, int depth, struct value *ret_error)
{
	builder_addc(b, '[');
	for (uint32_t i = 0; i < list.n && !b->failed; i++) {
		if (i)
			builder_add(b, STR(", "));
		if (!add_value(b, value_at(b->call, list, i), depth, ret_error))
			return false;
	}
	builder_addc(b, ']');
	return true;
}

struct entry_text {
	struct str key, value;
	uint32_t at; /* keeps entries of equal text in order */
};

static int entry_cmp(const void *x, const void *y)
{
	const struct entry_text *a = x, *b = y;
	int order = str_cmp(a->key, b->key);

	return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

static bool format_entry(struct call *c, struct value map, uint32_t i, int depth,
			 struct entry_text *ret, struct value *ret_error)
{
	struct builder key = {.call = c}, value = {.call = c};
	struct value k = value_key_at(c, map, i);

	if (!add_value(&key, k, depth, ret_error) ||
	    !add_value(&value, value_get(c, map, k), depth, ret_error))
		return false;
	if (key.failed || value.failed) {
		*ret_error = call_exhausted(c);
		return false;
	}
	*ret = (struct entry_text){builder_str(&key), builder_str(&value), i};
	return true;
}

static bool add_map(struct builder *b, struct value map, int depth, struct value *ret_error)
{
	struct entry_text *entries = call_alloc(b->call, map.n * sizeof *entries);

	if (!entries || !call_spend(b->call, map.n)) {
		b->failed = true;
		return true;
	}
	for (uint32_t i = 0; i < map.n; i++) {
		if (!format_entry(b->call, map, i, depth, &entries[i], ret_error))
			return false;
	}
	qsort(entries, map.n, sizeof *entries, entry_cmp);
	builder_addc(b, '{');
	for (uint32_t i = 0; i < map.n; i++) {
		builder_add(b, i ? STR(", ") : STR_NULL);
		builder_add(b, entries[i].key);
		builder_add(b, STR(": "));
		builder_add(b, entries[i].value);
	}
	builder_addc(b, '}');
	return true;
}

static void add_time(struct builder *b, struct value v)
{
	struct nanotime t = {v.i, v.n};
	char text[TIME_TEXT_MAX];
	bool is_point = v.kind == VALUE_TIMESTAMP;
	size_t n = is_point ? timestamp_print(t, text) : duration_print(t, text);

	builder_add(b, str_make(text, n));
}

static const char decimal[] = "0123456789", lower[] = "0123456789abcdef",
		  upper[] = "0123456789ABCDEF";

static bool no_text(struct builder *b, struct value v, struct value *ret_error)
{
	if (value_is_error(v))
		*ret_error = v;
	else
		*ret_error = call_error(
			b->call,
			"error during formatting: string clause can only be used on strings, "
			"bools, bytes, numbers, lists, maps, types, durations, timestamps and "
			"null, was given %s",
			value_kind_name((enum value_kind)v.kind));
	return false;
}

static bool add_object(struct builder *b, struct value v, struct value *ret_error)
{
	if (!v.object->class->print)
		return no_text(b, v, ret_error);
	builder_add(b, v.object->class->print(b->call, v.object));
	return true;
}

static bool add_container(struct builder *b, struct value v, int depth, struct value *ret_error)
{
	if (depth >= FORMAT_DEPTH) {
		*ret_error = call_error(b->call,
					"error during formatting: lists and maps are nested more "
					"than %d deep",
					FORMAT_DEPTH);
		return false;
	}
	if (v.kind == VALUE_LIST)
		return add_list(b, v, depth + 1, ret_error);
	return add_map(b, v, depth + 1, ret_error);
}

static bool add_value(struct builder *b, struct value v, int depth, struct value *ret_error)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_NULL:
		builder_add(b, STR("null"));
		return true;
	case VALUE_BOOL:
		builder_add(b, v.b ? STR("true") : STR("false"));
		return true;
	case VALUE_INT:
		add_int(b, v.i, 10, decimal);
		return true;
	case VALUE_UINT:
		add_number(b, false, v.u, 10, decimal);
		return true;
	case VALUE_DOUBLE:
		add_double(b, v.d, print_shortest, 0);
		return true;
	case VALUE_STRING:
		builder_add(b, value_str(v));
		return true;
	case VALUE_BYTES:
		add_bytes(b, value_str(v));
		return true;
	case VALUE_TYPE:
		add_type(b, v.type);
		return true;
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		add_time(b, v);
		return true;
	case VALUE_LIST:
	case VALUE_MAP:
		return add_container(b, v, depth, ret_error);
	case VALUE_OBJECT:
		return add_object(b, v, ret_error);
	case VALUE_OPTIONAL:
	case VALUE_ABSENT:
	case VALUE_ERROR:
		break;
	}
	return no_text(b, v, ret_error);
}

/* ---- clauses ---- */

struct clause {
	char letter;
	unsigned precision;
};

static bool wrong_kind(struct builder *b, const char *what, struct value v, struct value *ret_error)
{
	*ret_error = value_is_error(v)
			     ? v
			     : call_error(b->call, "error during formatting: %s, was given %s",
					  what, value_kind_name((enum value_kind)v.kind));
	return false;
}

static bool format_decimal(struct builder *b, struct value v, struct value *ret_error)
{
	if (v.kind != VALUE_INT && v.kind != VALUE_UINT && v.kind != VALUE_DOUBLE)
		return wrong_kind(b, "decimal clause can only be used on ints, uints and doubles",
				  v, ret_error);
	return add_value(b, v, 0, ret_error);
}

static bool format_double(struct builder *b, struct clause clause, struct value v,
			  struct value *ret_error)
{
	print_double_fn print = clause.letter == 'f' ? double_print_fixed : double_print_exponent;

	if (v.kind == VALUE_INT)
		v = value_double((double)v.i);
	if (v.kind == VALUE_UINT)
		v = value_double((double)v.u);
	if (v.kind != VALUE_DOUBLE)
		return wrong_kind(b,
				  clause.letter == 'f' ? "fixed-point clause can only be used on "
							 "ints, uints and doubles"
						       : "scientific clause can only be used on "
							 "ints, uints and doubles",
				  v, ret_error);
	add_double(b, v.d, print, clause.precision);
	return true;
}

/* %b and %o; only %b takes bools. */
static bool format_bits(struct builder *b, struct clause clause, struct value v,
			struct value *ret_error)
{
	unsigned base = clause.letter == 'b' ? 2 : 8;

	if (v.kind == VALUE_BOOL && base == 2)
		builder_addc(b, v.b ? '1' : '0');
	else if (v.kind == VALUE_INT)
		add_int(b, v.i, base, decimal);
	else if (v.kind == VALUE_UINT)
		add_number(b, false, v.u, base, decimal);
	else
		return wrong_kind(b,
				  base == 2 ? "only ints, uints and bools can be formatted as "
					      "binary"
					    : "octal clause can only be used on ints and uints",
				  v, ret_error);
	return true;
}

static bool format_hex(struct builder *b, struct clause clause, struct value v,
		       struct value *ret_error)
{
	const char *letters = clause.letter == 'x' ? lower : upper;

	if (v.kind == VALUE_INT) {
		add_int(b, v.i, 16, letters);
	} else if (v.kind == VALUE_UINT) {
		add_number(b, false, v.u, 16, letters);
	} else if (v.kind == VALUE_STRING || v.kind == VALUE_BYTES) {
		for (uint32_t i = 0; i < v.n && !b->failed; i++) {
			builder_addc(b, letters[(unsigned char)v.p[i] >> 4]);
			builder_addc(b, letters[v.p[i] & 15]);
		}
	} else {
		return wrong_kind(b, "only ints, uints, bytes and strings can be formatted as hex",
				  v, ret_error);
	}
	return true;
}

static bool apply(struct builder *b, struct clause clause, struct value v, struct value *ret_error)
{
	switch (clause.letter) {
	case 's':
		return add_value(b, v, 0, ret_error);
	case 'd':
		return format_decimal(b, v, ret_error);
	case 'f':
	case 'e':
		return format_double(b, clause, v, ret_error);
	case 'b':
	case 'o':
		return format_bits(b, clause, v, ret_error);
	default: /* x and X: pull_clause lets no other through */
		return format_hex(b, clause, v, ret_error);
	}
}

/* ---- the format ---- */

static bool bad_clause(struct call *c, struct str rest, struct value *ret_error)
{
	struct str letter = text_first(rest);

	*ret_error = letter.n ? call_error(c,
					   "could not parse formatting clause: unrecognized "
					   "formatting clause \"%.*s\"",
					   STR_FMT(letter))
			      : call_error(c, "could not parse formatting clause: the format ends "
					      "behind %%");
	return false;
}

/* ".3": the digits behind the point. */
static bool pull_precision(struct call *c, struct str *s, unsigned *ret, struct value *ret_error)
{
	size_t n = 0;
	uint64_t u;

	while (n < s->n && char_is_digit(s->p[n]))
		n++;
	if (!str_parse_u64(str_sub(*s, 0, n), &u) || u > DOUBLE_DIGITS_MAX) {
		*ret_error =
			call_error(c,
				   "could not parse formatting clause: precision \".%.*s\" is "
				   "not a number up to %d",
				   STR_FMT(str_sub(*s, 0, n < 40 ? n : 40)), DOUBLE_DIGITS_MAX);
		return false;
	}
	*s = str_skip(*s, n);
	*ret = (unsigned)u;
	return true;
}

/* What follows '%'. */
static bool pull_clause(struct call *c, struct str *s, struct clause *ret, struct value *ret_error)
{
	struct clause clause = {.precision = DEFAULT_PRECISION};

	if (str_pull_prefix(s, STR(".")) && !pull_precision(c, s, &clause.precision, ret_error))
		return false;
	if (!s->n || !s->p[0] || !strchr("sdfebxXo", s->p[0]))
		return bad_clause(c, *s, ret_error);
	clause.letter = s->p[0];
	*s = str_skip(*s, 1);
	*ret = clause;
	return true;
}

static bool put_next(struct builder *b, struct str *format, struct value list, uint32_t i,
		     struct value *ret_error)
{
	struct clause clause;

	if (!pull_clause(b->call, format, &clause, ret_error))
		return false;
	if (i >= list.n) {
		*ret_error = call_error(b->call,
					"index %" PRIu32 " out of range: the format has more "
					"clauses than the list has values (%" PRIu32 ")",
					i, list.n);
		return false;
	}
	return apply(b, clause, value_at(b->call, list, i), ret_error);
}

struct value format_string(struct call *c, const struct value *args)
{
	struct str rest = value_str(args[0]), literal;
	struct builder b = {.call = c};
	struct value error;
	uint32_t i = 0;

	while (rest.n && !b.failed) {
		size_t at = str_find_char(rest, '%');
		bool has_clause = at < rest.n;

		literal = str_sub(rest, 0, at);
		rest = str_skip(rest, at + 1);
		builder_add(&b, literal);
		if (!has_clause)
			break;
		if (str_pull_prefix(&rest, STR("%")))
			builder_addc(&b, '%');
		else if (!put_next(&b, &rest, args[1], i++, &error))
			return error;
	}
	if (i < args[1].n && !b.failed)
		return call_error(c,
				  "too many values to format: %" PRIu32 ", the format has %" PRIu32
				  " clauses",
				  args[1].n, i);
	return builder_value(&b);
}
