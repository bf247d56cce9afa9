/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/strict_version.h"

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

static bool parse_number(struct str s, uint64_t *ret)
{
	return is_digits(s) && (s.n == 1 || s.p[0] != '0') && str_parse_u64(s, ret);
}

/* Letters, digits and '-' between the dots; numbers without leading zeros when they are compared.
 */
static bool are_identifiers(struct str s, bool compared)
{
	struct str part;
	bool more = true;

	while (more) {
		part = s;
		more = str_cut(s, '.', &part, &s);
		if (!part.n || (compared && part.n > 1 && part.p[0] == '0' && is_digits(part)))
			return false;
		for (size_t i = 0; i < part.n; i++) {
			if (!char_is_alnum(part.p[i]) && part.p[i] != '-')
				return false;
		}
	}
	return true;
}

static bool parse(struct str s, struct strict_version *v)
{
	struct str major, minor;

	v->pre = v->build = STR_NULL;
	if (str_cut(s, '+', &s, &v->build) && !are_identifiers(v->build, false))
		return false;
	if (str_cut(s, '-', &s, &v->pre) && !are_identifiers(v->pre, true))
		return false;
	return str_cut(s, '.', &major, &s) && str_cut(s, '.', &minor, &s) &&
	       parse_number(major, &v->major) && parse_number(minor, &v->minor) &&
	       parse_number(s, &v->patch);
}

static int refuse(struct str s, struct err *err)
{
	return err_set(err, ERR_FORMAT,
		       "\"%.*s\" is no semantic version: expected MAJOR.MINOR.PATCH, as 1.2.3 or "
		       "1.2.3-rc.1",
		       STR_FMT(str_sub(s, 0, 64)));
}

int strict_version_parse(struct str s, struct strict_version *ret, struct err *err)
{
	struct strict_version v;

	if (!parse(s, &v))
		return refuse(s, err);
	*ret = v;
	return 0;
}

/* Copies without zeros in front of a number; returns the new length. */
static size_t put_part(char *room, size_t n, struct str part)
{
	while (part.n > 1 && part.p[0] == '0' && char_is_digit(part.p[1]))
		part = str_skip(part, 1);
	if (part.n)
		memcpy(room + n, part.p, part.n);
	return n + part.n;
}

int strict_version_parse_loose(struct str s, char *room, struct strict_version *ret,
			       struct err *err)
{
	struct str rest = s, part;
	size_t n = 0;
	bool more = true;

	(void)str_pull_prefix(&rest, STR("v")); /* may be missing */
	for (int i = 0; i < 3; i++) {
		if (i)
			room[n++] = '.';
		if (!more) {
			room[n++] = '0';
			continue;
		}
		part = rest;
		more = i < 2 && str_cut(rest, '.', &part, &rest);
		/* What is missing cannot be added behind "-rc" or "+build". */
		if (i < 2 && !more &&
		    (str_find_char(part, '-') < part.n || str_find_char(part, '+') < part.n))
			return refuse(s, err);
		n = put_part(room, n, part);
	}
	return parse(str_make(room, n), ret) ? 0 : refuse(s, err);
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int sign(int i)
{
	return (i > 0) - (i < 0);
}

/* Numbers, of any length, come before words. */
static int identifier_cmp(struct str a, struct str b)
{
	bool x = is_digits(a), y = is_digits(b);

	if (x != y)
		return x ? -1 : 1;
	if (x && a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return sign(str_cmp(a, b));
}

/* A version with a pre-release comes before the one without. */
static int pre_cmp(struct str a, struct str b)
{
	bool more_a = true, more_b = true;
	struct str x, y;
	int r = 0;

	if (!a.n || !b.n)
		return (a.n == 0) - (b.n == 0);
	while (r == 0 && more_a && more_b) {
		x = a;
		y = b;
		more_a = str_cut(a, '.', &x, &a);
		more_b = str_cut(b, '.', &y, &b);
		r = identifier_cmp(x, y);
	}
	return r ? r : (int)more_a - (int)more_b;
}

int strict_version_cmp(const struct strict_version *a, const struct strict_version *b)
{
	int r = order(a->major, b->major);

	if (r == 0)
		r = order(a->minor, b->minor);
	if (r == 0)
		r = order(a->patch, b->patch);
	return r ? r : pre_cmp(a->pre, b->pre);
}
