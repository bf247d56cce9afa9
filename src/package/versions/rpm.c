/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [epoch:]version[-release], rpm-version(7): runs of digits or letters, other bytes only separate.
 * "~" sorts before the end, "^" behind it but before anything else. An absent release sorts before
 * any.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct parts {
	struct str epoch, version, release;
	bool has_epoch, has_release;
};

static struct parts split(struct str v)
{
	struct parts p = {0};
	struct str rest = v;

	p.epoch = pull_digits(&rest);
	p.has_epoch = char_at(rest, 0) == ':';
	p.version = p.has_epoch ? str_skip(rest, 1) : v;
	p.has_release = str_rcut(p.version, '-', &p.version, &p.release);
	if (!p.has_epoch)
		p.epoch = STR_NULL;
	return p;
}

static bool separates(char c)
{
	return !char_is_alnum(c) && c != '~' && c != '^';
}

static struct str skip_separators(struct str s)
{
	size_t n = 0;

	while (n < s.n && separates(s.p[n]))
		n++;
	return str_skip(s, n);
}

/* Of what starts with "~" or "^" on at least one side; 2: both do, it is taken. */
static int mark_cmp(struct str *a, struct str *b)
{
	char x = char_at(*a, 0), y = char_at(*b, 0);

	if (x == y) {
		*a = str_skip(*a, 1);
		*b = str_skip(*b, 1);
		return 2;
	}
	if (x == '~' || y == '~')
		return x == '~' ? -1 : 1;
	if (x == '^')
		return b->n == 0 ? 1 : -1;
	return a->n == 0 ? -1 : 1;
}

static bool is_mark(struct str s)
{
	return s.n && (s.p[0] == '~' || s.p[0] == '^');
}

/* Of one run each; both are not empty. */
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

static int segments_cmp(struct str a, struct str b)
{
	int order;

	for (;;) {
		a = skip_separators(a);
		b = skip_separators(b);
		if (is_mark(a) || is_mark(b)) {
			order = mark_cmp(&a, &b);
			if (order == 2)
				continue;
			return order;
		}
		if (a.n == 0 || b.n == 0)
			return (a.n > 0) - (b.n > 0);
		order = run_cmp(&a, &b);
		if (order)
			return order;
	}
}

static int evr_cmp(const struct parts *a, const struct parts *b)
{
	int order = digits_cmp(a->epoch, b->epoch);

	if (order == 0)
		order = segments_cmp(a->version, b->version);
	if (order || (!a->has_release && !b->has_release))
		return order;
	if (a->has_release && b->has_release)
		return segments_cmp(a->release, b->release);
	return a->has_release ? 1 : -1;
}

static int compare(struct str a, struct str b)
{
	struct parts x = split(a), y = split(b);

	return evr_cmp(&x, &y);
}

/* Advisories often leave the epoch out: then it is not compared. */
static bool meets(const struct version_bound *bound, struct str v)
{
	struct parts x = split(v), y = split(bound->version);

	if (!x.has_epoch || !y.has_epoch)
		x.epoch = y.epoch = STR_NULL;
	return version_op_holds(bound->op, evr_cmp(&x, &y));
}

static int check(struct str v, struct err *err)
{
	struct parts p = split(v);
	uint64_t epoch;

	if (p.version.n == 0)
		return version_refuse(v, "no version", err);
	if (p.has_epoch && (!str_parse_u64(p.epoch, &epoch) || epoch > UINT32_MAX))
		return version_refuse(v, "the epoch is no number of 32 bits", err);
	if (p.has_release && p.release.n == 0)
		return version_refuse(v, "the release is empty", err);
	if (!only_alnum_and(p.version, "._+~^") || !only_alnum_and(p.release, "._+~^"))
		return version_refuse(v, "only letters, digits and ._+~^ are allowed", err);
	return 0;
}

const struct version_rules version_rpm = {
	.check = check,
	.compare = compare,
	.meets = meets,
};
