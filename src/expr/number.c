/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/number.h"

#include <math.h>

#include "base/cleanup.h"

#define MAX_DIGITS 17 /* as many decide every double */

/* value = 0.DIGITS * 10^point; no zero in front or behind, except the one of zero itself. */
struct decimal {
	char digits[MAX_DIGITS + 1];
	int n;
	int point;
};

/* Not by strtod on "d.ddd": the point is another character in other locales. */
static double decimal_value(const struct decimal *x)
{
	char text[48];

	(void)snprintf(text, sizeof text, "%.*se%d", x->n, x->digits, x->point - x->n);
	return strtod(text, NULL);
}

/* The n digits nearest to d > 0. */
static struct decimal nearest(double d, int n)
{
	struct decimal x = {.n = 0};
	char text[48];
	const char *p = text;

	(void)snprintf(text, sizeof text, "%.*e", n - 1, d);
	for (; *p && *p != 'e'; p++) {
		if (char_is_digit(*p) && x.n < MAX_DIGITS)
			x.digits[x.n++] = *p;
	}
	x.point = *p ? (int)strtoll(p + 1, NULL, 10) + 1 : 1;
	return x;
}

/* One more in the last place. */
static struct decimal next_above(struct decimal x)
{
	int i = x.n - 1;

	while (i >= 0 && x.digits[i] == '9')
		x.digits[i--] = '0';
	if (i >= 0) {
		x.digits[i]++;
		return x;
	}
	x.digits[0] = '1';
	x.point++;
	return x;
}

/*
 * Below a power of two doubles lie half as far apart as above it. The nearest digits can then lie
 * below and read as another double, while those one place above still read as d.
 */
static bool reads_back(double d, int n, struct decimal *ret)
{
	struct decimal x = nearest(d, n);

	if (decimal_value(&x) != d)
		x = next_above(x);
	if (decimal_value(&x) != d)
		return false;
	*ret = x;
	return true;
}

static struct decimal shortest(double d)
{
	struct decimal x = nearest(d, MAX_DIGITS);
	int low = 1, high = MAX_DIGITS;

	/* What reads back with n digits does with more. */
	while (low < high) {
		int middle = (low + high) / 2;

		if (reads_back(d, middle, &x))
			high = middle;
		else
			low = middle + 1;
	}
	(void)reads_back(d, low, &x);
	while (x.n > 1 && x.digits[x.n - 1] == '0')
		x.n--;
	return x;
}

static void add_zeros(struct strbuf *out, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_addc(out, '0');
}

static void print_plain(const struct decimal *x, bool keep_point, struct strbuf *out)
{
	int whole = x->point < 0 ? 0 : x->point < x->n ? x->point : x->n;

	strbuf_add_bytes(out, x->digits, (size_t)whole);
	add_zeros(out, x->point - x->n);
	if (x->point <= 0)
		strbuf_addc(out, '0');
	if (whole < x->n) {
		strbuf_addc(out, '.');
		add_zeros(out, -x->point);
		strbuf_add_bytes(out, x->digits + whole, (size_t)(x->n - whole));
	} else if (keep_point) {
		strbuf_adds(out, ".0");
	}
}

static void print_exponent(const struct decimal *x, struct strbuf *out)
{
	int e = x->point - 1;

	strbuf_addc(out, x->digits[0]);
	if (x->n > 1)
		strbuf_addc(out, '.');
	strbuf_add_bytes(out, x->digits + 1, (size_t)(x->n - 1));
	strbuf_addf(out, "e%c%02d", e < 0 ? '-' : '+', e < 0 ? -e : e);
}

/* NaN and the infinities; true when d was one. */
static bool print_special(double d, struct strbuf *out)
{
	if (isnan(d))
		strbuf_adds(out, "NaN");
	else if (isinf(d))
		strbuf_adds(out, d < 0 ? "-Infinity" : "Infinity");
	return !isfinite(d);
}

void double_print(double d, enum double_form form, struct strbuf *out)
{
	struct decimal x = {.digits = "0", .n = 1, .point = 1};

	if (print_special(d, out))
		return;
	if (signbit(d))
		strbuf_addc(out, '-');
	if (d != 0)
		x = shortest(fabs(d));
	if (form != DOUBLE_PLAIN && (x.point < -3 || x.point > 21))
		print_exponent(&x, out);
	else
		print_plain(&x, form == DOUBLE_KEPT, out);
}

/* The digits of printf are exact at any precision; only its point depends on the locale. */
static void print_c(double d, const char *format, unsigned digits, struct strbuf *out)
{
	char text[DOUBLE_DIGITS_MAX + 330];
	bool pointed = false;

	if (print_special(d, out))
		return;
	if (digits > DOUBLE_DIGITS_MAX)
		digits = DOUBLE_DIGITS_MAX;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, sizeof text, format, (int)digits, d);
#pragma GCC diagnostic pop
	for (const char *p = text; *p; p++) {
		if (char_is_alnum(*p) || *p == '-' || *p == '+') {
			strbuf_addc(out, *p);
		} else if (!pointed) {
			strbuf_addc(out, '.');
			pointed = true;
		}
	}
}

void double_print_fixed(double d, unsigned digits, struct strbuf *out)
{
	print_c(d, "%.*f", digits, out);
}

void double_print_exponent(double d, unsigned digits, struct strbuf *out)
{
	print_c(d, "%.*e", digits, out);
}

static struct str pull_digits(struct str *s)
{
	size_t n = 0;
	struct str digits;

	while (n < s->n && char_is_digit(s->p[n]))
		n++;
	digits = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return digits;
}

static bool pull_sign(struct str *s)
{
	bool negative = s->n && s->p[0] == '-';

	if (s->n && (s->p[0] == '-' || s->p[0] == '+'))
		*s = str_skip(*s, 1);
	return negative;
}

static bool parse_special(struct str s, double *ret)
{
	if (str_eq_nocase(s, STR("nan")))
		*ret = NAN;
	else if (str_eq_nocase(s, STR("inf")) || str_eq_nocase(s, STR("infinity")))
		*ret = INFINITY;
	else
		return false;
	return true;
}

/* An exponent beyond this is zero or infinity for any mantissa that fits in memory. */
#define EXPONENT_MAX (INT64_C(1) << 40)

static bool pull_exponent(struct str *s, int64_t *ret)
{
	int64_t e = 0;
	struct str digits;
	bool negative;

	*s = str_skip(*s, 1);
	negative = pull_sign(s);
	digits = pull_digits(s);
	for (size_t i = 0; i < digits.n && e < EXPONENT_MAX; i++)
		e = e * 10 + (digits.p[i] - '0');
	*ret = negative ? -e : e;
	return digits.n > 0;
}

bool double_parse(struct str s, double *ret)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(s.n + 32);
	bool negative = pull_sign(&s);
	struct str whole, fraction = STR_NULL;
	int64_t e = 0;

	if (!parse_special(s, ret)) {
		whole = pull_digits(&s);
		if (str_pull_prefix(&s, STR(".")))
			fraction = pull_digits(&s);
		if (whole.n + fraction.n == 0)
			return false;
		if (s.n && (s.p[0] == 'e' || s.p[0] == 'E') && !pull_exponent(&s, &e))
			return false;
		if (s.n)
			return false;
		strbuf_add(&text, whole);
		strbuf_add(&text, fraction);
		strbuf_addf(&text, "e%lld", (long long)e - (long long)fraction.n);
		if (text.error)
			return false;
		*ret = strtod(strbuf_cstr(&text), NULL);
	}
	if (negative)
		*ret = -*ret;
	return true;
}
