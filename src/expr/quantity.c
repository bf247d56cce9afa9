/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/quantity.h"

#include "base/cleanup.h"
#include "base/limits.h"

#define NANO_DIGITS 9
#define NANOS	    1000000000

static const struct unit {
	struct str name;
	enum quantity_form form;
	int exponent; /* of 10 or, for a binary unit, of 1024 */
} units[] = {
	{{"", 0}, QUANTITY_DECIMAL, 0},	  {{"n", 1}, QUANTITY_DECIMAL, -9},
	{{"u", 1}, QUANTITY_DECIMAL, -6}, {{"m", 1}, QUANTITY_DECIMAL, -3},
	{{"k", 1}, QUANTITY_DECIMAL, 3},  {{"M", 1}, QUANTITY_DECIMAL, 6},
	{{"G", 1}, QUANTITY_DECIMAL, 9},  {{"T", 1}, QUANTITY_DECIMAL, 12},
	{{"P", 1}, QUANTITY_DECIMAL, 15}, {{"E", 1}, QUANTITY_DECIMAL, 18},
	{{"Ki", 2}, QUANTITY_BINARY, 1},  {{"Mi", 2}, QUANTITY_BINARY, 2},
	{{"Gi", 2}, QUANTITY_BINARY, 3},  {{"Ti", 2}, QUANTITY_BINARY, 4},
	{{"Pi", 2}, QUANTITY_BINARY, 5},  {{"Ei", 2}, QUANTITY_BINARY, 6},
};

/* ---- reading ---- */

/* "e3", "E-6": far exponents are cut to what is too large or too small for any digits. */
static bool parse_exponent(struct str s, int *ret)
{
	bool negative;
	uint64_t u = 0;

	if (s.n < 2 || (s.p[0] != 'e' && s.p[0] != 'E'))
		return false;
	s = str_skip(s, 1);
	negative = s.p[0] == '-';
	if (s.p[0] == '-' || s.p[0] == '+')
		s = str_skip(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]))
			return false;
		if (u < 1000)
			u = u * 10 + (uint64_t)(s.p[i] - '0');
	}
	*ret = negative ? -(int)u : (int)u;
	return s.n > 0;
}

static bool parse_unit(struct str s, struct unit *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq(s, units[i].name)) {
			*ret = units[i];
			return true;
		}
	}
	ret->form = QUANTITY_EXPONENT;
	return parse_exponent(s, &ret->exponent);
}

/* Digits with a point among them; *ret_behind: how many stand behind it. False: no digit. */
static bool pull_digits(struct str *s, struct big *n, int *ret_behind)
{
	size_t i = 0, point = SIZE_MAX, n_digits = 0;

	for (; i < s->n; i++) {
		if (s->p[i] == '.' && point == SIZE_MAX) {
			point = i;
			continue;
		}
		if (!char_is_digit(s->p[i]))
			break;
		n_digits++;
		/* Cannot fail: quantity_bytes digits fit. */
		(void)big_mul_add(n, 10, (uint32_t)(s->p[i] - '0'));
	}
	*ret_behind = point == SIZE_MAX ? 0 : (int)(i - point - 1);
	*s = str_skip(*s, i);
	return n_digits > 0;
}
_Static_assert(LIMIT_QUANTITY_BYTES < 150, "so many digits, 1024^6 and 10^9 fit struct big");

/* Times 10^by; what falls below 1 counts as 1. False: too large. */
static bool shift_decimal(struct big *n, int by)
{
	bool rounded = false;

	if (big_is_zero(n))
		return true;
	for (; by > 0; by--) {
		if (!big_mul_add(n, 10, 0))
			return false;
	}
	for (; by < 0 && !big_is_zero(n); by++)
		rounded = big_div(n, 10) != 0 || rounded;
	return !rounded || big_mul_add(n, 1, 1);
}

static bool apply_unit(struct quantity *q, struct unit unit, int behind)
{
	int exponent = unit.form == QUANTITY_BINARY ? 0 : unit.exponent;
	struct big most = big_of(INT64_MAX);

	q->form = unit.form;
	for (int i = 0; unit.form == QUANTITY_BINARY && i < unit.exponent; i++) {
		if (!big_mul_add(&q->nanos, 1024, 0))
			return false;
	}
	if (!shift_decimal(&q->nanos, exponent - behind + NANO_DIGITS))
		return false;
	(void)big_mul_add(&most, NANOS, 0); /* 2^93 fits */
	if (unit.form == QUANTITY_BINARY && big_cmp(&q->nanos, &most) > 0)
		q->nanos = most;
	return true;
}

static int refuse(struct str s, const char *why, struct err *err)
{
	return err_set(err, ERR_FORMAT, "quantity \"%.*s\": %s", STR_FMT(str_sub(s, 0, 64)), why);
}

int quantity_parse(struct str s, struct quantity *ret, struct err *err)
{
	struct quantity q = {.negative = s.n && s.p[0] == '-'};
	struct str rest = str_skip(s, s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0);
	struct unit unit;
	int behind;

	if (s.n > LIMIT_QUANTITY_BYTES)
		return err_set(err, ERR_LIMIT,
			       "quantity of %zu bytes is over the limit quantity_bytes (%d)", s.n,
			       LIMIT_QUANTITY_BYTES);
	if (!pull_digits(&rest, &q.nanos, &behind))
		return refuse(s, "expected a number, as 1.5Gi, 200m or 2e3", err);
	if (!parse_unit(rest, &unit))
		return refuse(s,
			      "unknown unit: expected n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, "
			      "Pi, Ei or an exponent",
			      err);
	if (!apply_unit(&q, unit, behind))
		return err_set(err, ERR_LIMIT, "quantity \"%.*s\" is too large",
			       STR_FMT(str_sub(s, 0, 64)));
	if (big_is_zero(&q.nanos))
		q.negative = false;
	*ret = q;
	return 0;
}

struct quantity quantity_of_int(int64_t i)
{
	struct quantity q = {.negative = i < 0, .form = QUANTITY_EXPONENT};

	q.nanos = big_of(i < 0 ? 0 - (uint64_t)i : (uint64_t)i);
	(void)big_mul_add(&q.nanos, NANOS, 0); /* 2^94 fits */
	return q;
}

/* ---- asking ---- */

int quantity_sign(const struct quantity *q)
{
	return q->negative ? -1 : !big_is_zero(&q->nanos);
}

int quantity_cmp(const struct quantity *a, const struct quantity *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? big_cmp(&b->nanos, &a->nanos) : big_cmp(&a->nanos, &b->nanos);
}

bool quantity_add(const struct quantity *a, const struct quantity *b, struct quantity *ret)
{
	struct quantity sum = *a;

	if (quantity_sign(a) == 0)
		sum.form = b->form;
	if (a->negative == b->negative) {
		if (!big_add(&sum.nanos, &b->nanos))
			return false;
	} else if (big_cmp(&a->nanos, &b->nanos) >= 0) {
		big_sub(&sum.nanos, &b->nanos);
	} else {
		sum.nanos = b->nanos;
		big_sub(&sum.nanos, &a->nanos);
		sum.negative = b->negative;
	}
	if (big_is_zero(&sum.nanos))
		sum.negative = false;
	*ret = sum;
	return true;
}

bool quantity_sub(const struct quantity *a, const struct quantity *b, struct quantity *ret)
{
	struct quantity minus = *b;

	minus.negative = !b->negative && quantity_sign(b) != 0;
	return quantity_add(a, &minus, ret);
}

bool quantity_to_int(const struct quantity *q, int64_t *ret)
{
	struct big whole = q->nanos;
	uint64_t u;

	if (big_div(&whole, NANOS) != 0 || !big_to_u64(&whole, &u) ||
	    u > (uint64_t)INT64_MAX + q->negative)
		return false;
	*ret = (int64_t)(q->negative ? 0 - u : u);
	return true;
}

double quantity_to_double(const struct quantity *q)
{
	char digits[BIG_TEXT_MAX], text[BIG_TEXT_MAX + 8];
	struct str s = big_print(&q->nanos, digits);
	int n = snprintf(text, sizeof text, "%s%.*se-%d", q->negative ? "-" : "", STR_FMT(s),
			 NANO_DIGITS);

	return strtod(n > 0 ? text : "0", NULL);
}

/* ---- writing ---- */

static bool is_multiple(const struct big *n, uint32_t divisor)
{
	struct big copy = *n;

	return big_div(&copy, divisor) == 0;
}

/* Takes out factors, at most `max`; how many. */
static int take_out(struct big *n, uint32_t factor, int max)
{
	int taken = 0;

	while (taken < max && is_multiple(n, factor)) {
		(void)big_div(n, factor); /* there is no remainder */
		taken++;
	}
	return taken;
}

/* Only whole numbers from 1024 on have a binary form. */
static bool print_binary(struct big *n, const char **ret_unit)
{
	static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	struct big whole = *n, least = big_of(1024);

	if (big_div(&whole, NANOS) != 0 || big_cmp(&whole, &least) < 0)
		return false;
	*ret_unit = names[take_out(&whole, 1024, 6)];
	*n = whole;
	return true;
}

struct str quantity_print(const struct quantity *q, char ret[QUANTITY_TEXT_MAX])
{
	static const char *const names[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
	char digits[BIG_TEXT_MAX], exponent[16] = "";
	struct big n = q->nanos;
	const char *unit = "";
	int thousands, length;

	if (big_is_zero(&n))
		return STR("0");
	if (q->form != QUANTITY_BINARY || !print_binary(&n, &unit)) {
		thousands = take_out(&n, 1000, (int)ARRAY_LEN(names) - 1);
		unit = names[thousands];
		if (q->form == QUANTITY_EXPONENT) {
			if (thousands != 3)
				(void)snprintf(exponent, sizeof exponent, "e%d",
					       3 * thousands - NANO_DIGITS);
			unit = exponent;
		}
	}
	length = snprintf(ret, QUANTITY_TEXT_MAX, "%s%.*s%s", q->negative ? "-" : "",
			  STR_FMT(big_print(&n, digits)), unit);
	return str_make(ret, length > 0 ? (size_t)length : 0);
}
