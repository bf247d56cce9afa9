/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [epoch:]upstream[-revision], deb-version(7): the epoch is up to the first colon, the revision
 * behind the last hyphen. "~" sorts before the end, letters before everything else.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct parts {
	struct str epoch, upstream, revision;
};

static struct parts split(struct str v)
{
	struct parts p = {0};

	v = str_trim(v);
	if (!str_cut(v, ':', &p.epoch, &p.upstream))
		p.upstream = v;
	(void)str_rcut(p.upstream, '-', &p.upstream, &p.revision); /* none: untouched */
	return p;
}

static int rank(char c)
{
	if (c == '\0' || char_is_digit(c))
		return 0;
	if (char_is_alpha(c))
		return c;
	return c == '~' ? -1 : (unsigned char)c + 256;
}

/* Up to the next digits. A NUL ranks like the end, so the length decides when to stop. */
static int text_cmp(struct str *a, struct str *b)
{
	while ((a->n && !char_is_digit(a->p[0])) || (b->n && !char_is_digit(b->p[0]))) {
		int x = rank(char_at(*a, 0)), y = rank(char_at(*b, 0));

		if (x != y)
			return x < y ? -1 : 1;
		*a = str_skip(*a, 1);
		*b = str_skip(*b, 1);
	}
	return 0;
}

static int part_cmp(struct str a, struct str b)
{
	int order = 0;

	while (order == 0 && (a.n || b.n)) {
		order = text_cmp(&a, &b);
		if (order == 0)
			order = digits_cmp(pull_digits(&a), pull_digits(&b));
	}
	return order;
}

static int compare(struct str a, struct str b)
{
	struct parts x = split(a), y = split(b);
	int order = digits_cmp(x.epoch, y.epoch);

	if (order == 0)
		order = part_cmp(x.upstream, y.upstream);
	return order ? order : part_cmp(x.revision, y.revision);
}

static int check_epoch(struct str v, struct err *err)
{
	struct str epoch, rest;
	uint64_t n;

	if (!str_cut(v, ':', &epoch, &rest))
		return 0;
	if (!is_number(epoch))
		return version_refuse(v, "the epoch is no number", err);
	if (!str_parse_u64(skip_zeros(epoch), &n) && !is_zero(epoch))
		n = UINT64_MAX;
	else if (is_zero(epoch))
		n = 0;
	return n > INT32_MAX ? version_refuse(v, "the epoch is too large", err) : 0;
}

static int accept(struct str v, struct err *err)
{
	v = str_trim(v);
	if (v.n == 0)
		return version_refuse(v, "empty", err);
	if (memchr(v.p, '\0', v.n))
		return version_refuse(v, "a NUL byte", err);
	return check_epoch(v, err);
}

static int check(struct str v, struct err *err)
{
	struct parts p = split(v);
	int r = accept(v, err);

	if (r < 0)
		return r;
	if (p.upstream.n == 0)
		return version_refuse(v, "nothing between epoch and revision", err);
	if (p.revision.n == 0 && str_has_suffix(str_trim(v), STR("-")))
		return version_refuse(v, "the revision is empty", err);
	if (!char_is_digit(p.upstream.p[0]))
		return version_refuse(v, "does not start with a digit", err);
	if (!only_alnum_and(p.upstream, ".-+~:"))
		return version_refuse(v, "only letters, digits and .-+~: are allowed", err);
	if (!only_alnum_and(p.revision, ".+~"))
		return version_refuse(v, "only letters, digits and .+~ are allowed in a revision",
				      err);
	return 0;
}

const struct version_rules version_dpkg = {
	.check = check,
	.accept = accept,
	.compare = compare,
};
