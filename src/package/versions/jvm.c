/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JVM versions of both ages on one scale: 1.8.0_131-b11, 8u131 and 8.0.131+11 are the same. The
 * build, "+11" or "-b11", does not order; "-ea" is a pre-release, older than its release.
 */
#include "package/versions/semver.h"

struct jvm {
	struct str numbers; /* "8.0", "11.0.20.1" */
	struct str update;  /* the third number when it stands apart; empty: none */
	struct str pre;
};

/* "_131", "u131", "-update_131": empty when there is none. */
static struct str pull_update(struct str *s)
{
	struct str rest = *s, digits;

	if (rest.n && char_is_one_of(rest.p[0], "_-u"))
		rest = str_skip(rest, 1);
	else
		return STR_NULL;
	(void)str_pull_prefix(&rest, STR("update"));
	(void)str_pull_prefix(&rest, STR("_"));
	digits = pull_digits(&rest);
	if (digits.n)
		*s = rest;
	return digits;
}

static struct str pull_numbers(struct str *s)
{
	struct str all = *s;
	size_t n = 0;

	while (n < all.n && (char_is_digit(all.p[n]) ||
			     (n && all.p[n] == '.' && char_is_digit(char_at(all, n + 1)))))
		n++;
	*s = str_skip(*s, n);
	return str_sub(all, 0, n);
}

/* "-ea-b02": what is neither build nor behind one. */
static struct str pull_pre(struct str s)
{
	size_t n = 0;

	if (!str_pull_prefix(&s, STR("-")) ||
	    (char_at(s, 0) == 'b' && char_is_digit(char_at(s, 1))))
		return STR_NULL;
	while (n < s.n && s.p[n] != '-' && s.p[n] != '+')
		n++;
	return str_sub(s, 0, n);
}

static struct jvm parse(struct str text)
{
	struct str rest = str_trim(text);
	struct jvm v = {0};

	if (str_has_prefix(rest, STR("1.")) && char_is_digit(char_at(rest, 2)))
		rest = str_skip(rest, 2);
	v.numbers = pull_numbers(&rest);
	v.update = pull_update(&rest);
	v.pre = pull_pre(rest);
	return v;
}

/* The n-th number; the update takes the third place when that is free. */
static struct str number_at(const struct jvm *v, size_t n)
{
	struct str rest = v->numbers, number = STR_NULL;

	for (size_t i = 0; i <= n; i++)
		(void)pull_dotted(&rest, &number); /* absent: empty */
	return n == 2 && is_zero(number) ? v->update : number;
}

static int compare(struct str a, struct str b)
{
	struct jvm x = parse(a), y = parse(b);
	struct str i = x.numbers, j = y.numbers, number;
	int order = 0;

	for (size_t n = 0; order == 0 && n < 3; n++) {
		order = digits_cmp(number_at(&x, n), number_at(&y, n));
		(void)pull_dotted(&i, &number); /* absent: nothing left */
		(void)pull_dotted(&j, &number);
	}
	if (order == 0)
		order = dotted_cmp(i, j);
	return order ? order : semver_pre_cmp(x.pre, y.pre);
}

static int accept(struct str v, struct err *err)
{
	return parse(v).numbers.n ? 0 : version_refuse(v, "does not start with a number", err);
}

static int check(struct str v, struct err *err)
{
	struct jvm parsed = parse(v);
	int r = accept(v, err);

	if (r == 0 && !only_alnum_and(parsed.pre, "."))
		return version_refuse(v, "not of the form 1.8.0_131 or 11.0.2-ea+7", err);
	return r == 0 && !only_alnum_and(v, "._+-")
		       ? version_refuse(v, "a character no version has", err)
		       : r;
}

const struct version_rules version_jvm = {
	.check = check,
	.accept = accept,
	.compare = compare,
};
