/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/literal.h"

#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "expr/number.h"

/* Escapes of one letter. */
static const struct {
	char letter, means;
} letters[] = {
	{'a', '\a'}, {'b', '\b'}, {'f', '\f'},	{'n', '\n'}, {'r', '\r'},  {'t', '\t'},
	{'v', '\v'}, {'?', '?'},  {'\\', '\\'}, {'"', '"'},  {'\'', '\''}, {'`', '`'},
};

/* Escapes of digits. In bytes, \x and octal ones are a byte. */
struct digits_escape {
	const char *name;
	size_t digits;
	unsigned base;
	bool in_bytes;
};

static const struct digits_escape hex2 = {"\\x", 2, 16, true}, hex4 = {"\\u", 4, 16, false},
				  hex8 = {"\\U", 8, 16, false}, octal = {"\\", 3, 8, true};

struct decoder {
	struct str in; /* between the quotes */
	size_t at;
	size_t start; /* where `in` is in the source */
	bool bytes;
	char *out;
	size_t n;
	struct problem_sink *sink;
};

static void put_char(struct decoder *d, uint32_t c)
{
	if (c < 0x80) {
		d->out[d->n++] = (char)c;
		return;
	}
	if (c < 0x800) {
		d->out[d->n++] = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			d->out[d->n++] = (char)(0xe0 | c >> 12);
		} else {
			d->out[d->n++] = (char)(0xf0 | c >> 18);
			d->out[d->n++] = (char)(0x80 | (c >> 12 & 0x3f));
		}
		d->out[d->n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	d->out[d->n++] = (char)(0x80 | (c & 0x3f));
}

static int digit_of(char c, unsigned base)
{
	int v = char_hex(c);

	return v < (int)base ? v : -1;
}

/* The bytes of the source from the backslash on, for a message and its place. */
static bool complain(struct decoder *d, size_t n, const char *what)
{
	struct str escape = problem_quote(str_sub(d->in, d->at, n));
	size_t at = d->start + d->at;

	problem_add(d->sink, at, at + escape.n, "%.*s %s", STR_FMT(escape), what);
	return false;
}

/* The backslash is at d->at; its digits begin `skip` bytes behind it. */
static bool decode_digits(struct decoder *d, const struct digits_escape *form, size_t skip)
{
	uint32_t c = 0;
	size_t i;

	if (d->bytes && !form->in_bytes)
		return complain(d, skip,
				"is an escape of strings; bytes take \\x and octal digits");
	for (i = 0; i < form->digits && d->at + skip + i < d->in.n; i++) {
		int v = digit_of(d->in.p[d->at + skip + i], form->base);

		if (v < 0)
			break;
		c = c * form->base + (uint32_t)v;
	}
	if (i < form->digits)
		return complain(d, skip + i,
				form == &octal	? "is no octal escape: three digits, up to \\377"
				: form == &hex2 ? "needs two hexadecimal digits"
				: form == &hex4 ? "needs four hexadecimal digits"
						: "needs eight hexadecimal digits");
	if (d->bytes)
		d->out[d->n++] = (char)c;
	else if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return complain(d, skip + i, "is no character of Unicode");
	else
		put_char(d, c);
	d->at += skip + i;
	return true;
}

static bool decode_escape(struct decoder *d)
{
	char c = d->at + 1 < d->in.n ? d->in.p[d->at + 1] : '\0';

	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i].letter != c)
			continue;
		d->out[d->n++] = letters[i].means;
		d->at += 2;
		return true;
	}
	if (c >= '0' && c <= '3')
		return decode_digits(d, &octal, 1);
	if (c == 'x' || c == 'X')
		return decode_digits(d, &hex2, 2);
	if (c == 'u' || c == 'U')
		return decode_digits(d, c == 'u' ? &hex4 : &hex8, 2);
	return complain(d, 2, "is no escape; a backslash itself is written \\\\");
}

/* After a bad escape the rest is looked at too, so that all of them are told at once. */
static bool decode(struct decoder *d, bool raw)
{
	bool ok = true;

	while (d->at < d->in.n) {
		char c = d->in.p[d->at];

		if (c == '\\' && !raw) {
			if (decode_escape(d))
				continue;
			ok = false;
			d->at += 2;
			continue;
		}
		d->at++;
		if (c == '\r') {
			d->at += d->at < d->in.n && d->in.p[d->at] == '\n';
			c = '\n';
		}
		d->out[d->n++] = c;
	}
	return ok;
}

static struct value text_value(const struct token *token, struct problem_sink *sink)
{
	struct decoder d = {.bytes = token->kind == TOKEN_BYTES, .sink = sink};
	struct str text = token->text;
	size_t prefix = 0, quotes;
	bool raw;

	while (char_is_alpha(text.p[prefix]))
		prefix++;
	raw = prefix > 0 && char_lower(text.p[prefix - 1]) == 'r';
	text = str_skip(text, prefix);
	quotes = text.n >= 6 && text.p[1] == text.p[0] && text.p[2] == text.p[0] ? 3 : 1;
	d.in = str_sub(text, quotes, text.n - 2 * quotes);
	d.start = token->at + prefix + quotes;
	if ((raw || str_find_char(d.in, '\\') == d.in.n) && str_find_char(d.in, '\r') == d.in.n)
		return d.bytes ? value_bytes(d.in) : value_string(d.in);

	d.out = arena_alloc(sink->arena, d.in.n + 1); /* no escape is shorter than what it means */
	if (!d.out) {
		(void)problem_no_memory(sink);
		return value_absent();
	}
	if (!decode(&d, raw))
		return value_absent();
	text = str_make(d.out, d.n);
	return d.bytes ? value_bytes(text) : value_string(text);
}

static bool parse_magnitude(struct str text, uint64_t *ret)
{
	if (text.n > 2 && text.p[1] == 'x')
		return str_parse_hex_u64(str_skip(text, 2), ret);
	return str_parse_u64(text, ret);
}

static struct value int_value(const struct token *token, bool negative, struct problem_sink *sink)
{
	uint64_t magnitude, most = (uint64_t)INT64_MAX + negative;

	if (!parse_magnitude(token->text, &magnitude) || magnitude > most) {
		problem_add(sink, token->at, token->at + token->text.n,
			    "the number is outside of what an int holds, -2^63 to 2^63 - 1");
		return value_absent();
	}
	return value_int(negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude);
}

static struct value uint_value(const struct token *token, struct problem_sink *sink)
{
	uint64_t u;

	if (!parse_magnitude(str_sub(token->text, 0, token->text.n - 1), &u)) {
		problem_add(sink, token->at, token->at + token->text.n,
			    "the number is more than a uint holds, 2^64 - 1");
		return value_absent();
	}
	return value_uint(u);
}

static struct value double_value(const struct token *token, bool negative,
				 struct problem_sink *sink)
{
	double d;

	if (!double_parse(token->text, &d) || isinf(d)) {
		problem_add(sink, token->at, token->at + token->text.n,
			    "the number is more than a double holds, about 1.8e308");
		return value_absent();
	}
	return value_double(negative ? -d : d);
}

struct value literal_value(const struct token *token, bool negative, struct problem_sink *sink)
{
	if (token->kind == TOKEN_INT)
		return int_value(token, negative, sink);
	if (token->kind == TOKEN_UINT)
		return uint_value(token, sink);
	if (token->kind == TOKEN_DOUBLE)
		return double_value(token, negative, sink);
	if (token->kind == TOKEN_STRING || token->kind == TOKEN_BYTES)
		return text_value(token, sink);
	return token->kind == TOKEN_NULL ? value_null() : value_bool(token->kind == TOKEN_TRUE);
}

/* Escapes of one letter are printed for these; other control characters as \\x01. */
static char letter_for(char c)
{
	return c == '\n'	       ? 'n'
	       : c == '\r'	       ? 'r'
	       : c == '\t'	       ? 't'
	       : c == '"' || c == '\\' ? c
				       : '\0';
}

static void print_text(struct str s, bool bytes, struct strbuf *out)
{
	strbuf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char letter = letter_for(s.p[i]);

		if (letter)
			strbuf_addf(out, "\\%c", letter);
		else if (c < 0x20 || c == 0x7f || (bytes && c >= 0x80))
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addc(out, s.p[i]);
	}
	strbuf_addc(out, '"');
}

void literal_print(struct value v, struct strbuf *out)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_NULL:
		strbuf_adds(out, "null");
		break;
	case VALUE_BOOL:
		strbuf_adds(out, v.b ? "true" : "false");
		break;
	case VALUE_INT:
		strbuf_addf(out, "%" PRId64, v.i);
		break;
	case VALUE_UINT:
		strbuf_addf(out, "%" PRIu64 "u", v.u);
		break;
	case VALUE_DOUBLE:
		double_print(v.d, DOUBLE_KEPT, out);
		break;
	case VALUE_BYTES:
		strbuf_addc(out, 'b');
		print_text(value_str(v), true, out);
		break;
	case VALUE_STRING:
		print_text(value_str(v), false, out);
		break;
	default:
		strbuf_adds(out, "?"); /* no literal has another kind */
	}
}
