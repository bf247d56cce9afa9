/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of an unknown kind. Where both look like semantic versions they are ordered as such;
 * else piece by piece between punctuation, each padded with zeros to the same number of digits and
 * compared as text, and the longer version is newer. This is a guess, and says so in reports.
 */
#include "package/versions/semver.h"

static bool is_punctuation(char c)
{
	return c > ' ' && c <= '~' && !char_is_alnum(c);
}

static struct str skip_v(struct str v)
{
	return v.n && (v.p[0] == 'v' || v.p[0] == 'V') ? str_skip(v, 1) : v;
}

/* One to three numbers without leading zeros, then "-", "alpha", "beta" or "rc" and more, "+". */
static bool looks_semantic(struct str v)
{
	struct semver s = semver_cut(v);
	struct str rest = s.core, number;
	size_t n = 0;

	if (!char_is_digit(char_at(skip_v(v), 0)))
		return false;
	for (; pull_dotted(&rest, &number); n++)
		if (number.n > 1 && number.p[0] == '0')
			return false;
	if (n == 0 || n > 3 || !only_alnum_and(s.pre, ".-") || !only_alnum_and(s.build, ".-"))
		return false;
	return s.pre.n == 0 || !s.glued || str_has_prefix(s.pre, STR("alpha")) ||
	       str_has_prefix(s.pre, STR("beta")) || str_has_prefix(s.pre, STR("rc"));
}

struct piece {
	struct str text;
	size_t padding; /* zeros in front */
};

static struct str pull_piece(struct str *s)
{
	struct str piece = *s;
	size_t n = 0;

	while (n < s->n && !is_punctuation(s->p[n]))
		n++;
	piece.n = n;
	*s = str_skip(*s, n + 1);
	return piece;
}

static size_t count_digits(struct str s)
{
	return pull_digits(&s).n;
}

static char piece_at(const struct piece *p, size_t i)
{
	return i < p->padding ? '0' : char_at(p->text, i - p->padding);
}

/* Where a number begins behind a letter, 0 when nowhere. */
static size_t find_patch(const struct piece *p)
{
	for (size_t i = 0; i + 1 < p->text.n; i++)
		if (char_is_alpha(p->text.p[i]) && char_is_digit(p->text.p[i + 1]))
			return p->padding + i + 1;
	return 0;
}

static int bytes_cmp(const struct piece *a, size_t n, const struct piece *b, size_t m)
{
	for (size_t i = 0; i < n && i < m; i++) {
		unsigned char x = (unsigned char)piece_at(a, i), y = (unsigned char)piece_at(b, i);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (n > m) - (n < m);
}

/* "4p12" behind "4p9": the number behind the letters counts as one. */
static int piece_cmp(const struct piece *a, const struct piece *b)
{
	size_t n = a->padding + a->text.n, m = b->padding + b->text.n;
	size_t x = find_patch(a), y = find_patch(b);
	struct str i, j;
	int order;

	if (x == 0 || y == 0)
		return bytes_cmp(a, n, b, m);
	order = bytes_cmp(a, x, b, y);
	i = str_skip(a->text, x - a->padding);
	j = str_skip(b->text, y - b->padding);
	if (order == 0 && is_number(i) && is_number(j))
		order = digits_cmp(i, j);
	return order ? order : bytes_cmp(a, n, b, m);
}

static int pieces_cmp(struct str a, struct str b)
{
	size_t n = a.n, m = b.n;

	while (a.n && b.n) {
		struct piece x = {.text = pull_piece(&a)}, y = {.text = pull_piece(&b)};
		size_t i = count_digits(x.text), j = count_digits(y.text);
		int order;

		x.padding = i < j ? j - i : 0;
		y.padding = j < i ? i - j : 0;
		order = piece_cmp(&x, &y);
		if (order)
			return order;
	}
	return (n > m) - (n < m);
}

static int compare(struct str a, struct str b)
{
	a = str_trim(a);
	b = str_trim(b);
	if (looks_semantic(a) && looks_semantic(b))
		return semver_compare(a, b);
	return pieces_cmp(skip_v(a), skip_v(b));
}

static int check(struct str v, struct err *err)
{
	return str_trim(v).n ? 0 : version_refuse(v, "empty", err);
}

const struct version_rules version_fuzzy = {
	.check = check,
	.compare = compare,
};
