/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [epoch:]version[-rel], vercmp(8): as in rpm, but letters behind a number make it older
 * (1.0a < 1.0 < 1.0.a), the length of separators counts, and the release is compared only when
 * both have one. "~" and "^" mean nothing.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct parts {
	struct str epoch, version, release;
	bool has_release;
};

static struct parts split(struct str v)
{
	struct parts p = {0};
	struct str rest = v;

	p.version = v;
	p.epoch = pull_digits(&rest);
	if (char_at(rest, 0) == ':')
		p.version = str_skip(rest, 1);
	else
		p.epoch = STR_NULL;
	p.has_release = str_rcut(p.version, '-', &p.version, &p.release);
	return p;
}

static size_t count_separators(struct str s)
{
	size_t n = 0;

	while (n < s.n && !char_is_alnum(s.p[n]))
		n++;
	return n;
}

/* Numbers are newer than letters. */
static int run_cmp(struct str *a, struct str *b)
{
	struct str x, y;

	if (char_is_digit(a->p[0])) {
		x = pull_digits(a);
		y = pull_digits(b);
		return y.n ? digits_cmp(x, y) : 1;
	}
	x = pull_letters(a);
	y = pull_letters(b);
	return y.n ? sign_of(str_cmp(x, y)) : -1;
}

/* When one of them has ended: what remains is newer, unless it is letters. */
static int rest_cmp(struct str a, struct str b)
{
	if (a.n == 0 && b.n == 0)
		return 0;
	if (a.n == 0)
		return char_is_alpha(b.p[0]) ? 1 : -1;
	return char_is_alpha(a.p[0]) ? -1 : 1;
}

static int segments_cmp(struct str a, struct str b)
{
	while (a.n && b.n) {
		size_t x = count_separators(a), y = count_separators(b);
		int order;

		a = str_skip(a, x);
		b = str_skip(b, y);
		if (a.n == 0 || b.n == 0)
			break;
		if (x != y)
			return x < y ? -1 : 1;
		order = run_cmp(&a, &b);
		if (order)
			return order;
	}
	return rest_cmp(a, b);
}

static int compare(struct str a, struct str b)
{
	struct parts x = split(a), y = split(b);
	int order = digits_cmp(x.epoch, y.epoch);

	if (order == 0)
		order = segments_cmp(x.version, y.version);
	if (order || !x.has_release || !y.has_release)
		return order;
	return segments_cmp(x.release, y.release);
}

static int check(struct str v, struct err *err)
{
	struct parts p = split(v);

	if (p.version.n == 0)
		return version_refuse(v, "no version", err);
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] > '~')
			return version_refuse(v, "only printable ASCII is allowed", err);
	if (str_find_char(p.version, '/') < p.version.n ||
	    str_find_char(p.version, ':') < p.version.n ||
	    str_find_char(p.version, '-') < p.version.n)
		return version_refuse(v, "a hyphen, colon or slash in the version", err);
	return 0;
}

const struct version_rules version_pacman = {
	.check = check,
	.compare = compare,
};
