/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number{.number}[letter]{_(alpha|beta|pre|rc|p)[number]}[-rnumber], Package Manager Specification
 * 8, sections 3.2 and 3.3. From the second number on, one with a leading zero makes both be
 * compared as text, without zeros at their end: 1.01 < 1.1, 1.10 > 1.1, 1.010 = 1.01.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct portage {
	struct str numbers;
	struct str letter;   /* empty: none */
	struct str suffixes; /* "_alpha1_p2" */
	struct str revision; /* digits; empty: 0 */
};

static const char *const suffixes[] = {"alpha", "beta", "pre", "rc", "p"};

/* "_p" comes behind the bare version, all others before it. */
enum { SUFFIX_NONE = 4, SUFFIX_POST = 5, SUFFIX_UNKNOWN = -1 };

static int pull_suffix(struct str *s, struct str *ret_number)
{
	struct str rest = *s, word;

	if (!str_pull_prefix(&rest, STR("_")))
		return SUFFIX_NONE;
	word = pull_letters(&rest);
	*ret_number = pull_digits(&rest);
	for (int i = 0; i < 5; i++)
		if (str_is(word, suffixes[i])) {
			*s = rest;
			return i == 4 ? SUFFIX_POST : i;
		}
	return SUFFIX_UNKNOWN;
}

static bool pull_numbers(struct str *s, struct str *ret)
{
	struct str all = *s;

	for (;;) {
		struct str behind;

		if (pull_digits(s).n == 0)
			return false;
		behind = *s;
		if (!str_pull_prefix(&behind, STR(".")))
			break;
		*s = behind;
	}
	*ret = str_sub(all, 0, all.n - s->n);
	return true;
}

static bool parse(struct str text, struct portage *ret)
{
	struct portage v = {0};
	struct str rest = text, number, from;

	if (!pull_numbers(&rest, &v.numbers))
		return false;
	if (rest.n && rest.p[0] >= 'a' && rest.p[0] <= 'z') {
		v.letter = str_sub(rest, 0, 1);
		rest = str_skip(rest, 1);
	}
	from = rest;
	while (rest.n && rest.p[0] == '_')
		if (pull_suffix(&rest, &number) == SUFFIX_UNKNOWN)
			return false;
	v.suffixes = str_sub(from, 0, from.n - rest.n);
	if (str_pull_prefix(&rest, STR("-r"))) {
		v.revision = pull_digits(&rest);
		if (v.revision.n == 0)
			return false;
	}
	*ret = v;
	return rest.n == 0;
}

static struct str drop_end_zeros(struct str s)
{
	while (s.n && s.p[s.n - 1] == '0')
		s.n--;
	return s;
}

static int number_cmp(struct str a, struct str b)
{
	if (a.p[0] != '0' && b.p[0] != '0')
		return digits_cmp(a, b);
	return sign_of(str_cmp(drop_end_zeros(a), drop_end_zeros(b)));
}

static int numbers_cmp(struct str a, struct str b)
{
	struct str x, y;
	int order;

	(void)pull_dotted(&a, &x); /* parse saw one at least */
	(void)pull_dotted(&b, &y);
	order = digits_cmp(x, y);
	while (order == 0) {
		bool more_a = pull_dotted(&a, &x), more_b = pull_dotted(&b, &y);

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		order = number_cmp(x, y);
	}
	return order;
}

static int suffixes_cmp(struct str a, struct str b)
{
	while (a.n || b.n) {
		struct str i = STR_NULL, j = STR_NULL;
		int x = pull_suffix(&a, &i), y = pull_suffix(&b, &j);
		int order = x != y ? sign_of(x - y) : digits_cmp(i, j);

		if (order)
			return order;
	}
	return 0;
}

static int parsed_cmp(const struct portage *a, const struct portage *b, bool revisions)
{
	int order = numbers_cmp(a->numbers, b->numbers);

	if (order == 0)
		order = sign_of(str_cmp(a->letter, b->letter));
	if (order == 0)
		order = suffixes_cmp(a->suffixes, b->suffixes);
	return order || !revisions ? order : digits_cmp(a->revision, b->revision);
}

static int compare(struct str a, struct str b)
{
	struct portage x = {0}, y = {0};

	(void)parse(a, &x); /* accept has seen both */
	(void)parse(b, &y);
	return parsed_cmp(&x, &y, true);
}

/* "=1.2*" goes by whole parts: 1.2 and 1.2.3, not 1.20. */
static bool has_prefix(struct str v, struct str bound)
{
	struct str rest = v;

	if (!str_pull_prefix(&rest, bound))
		return false;
	return rest.n == 0 || !char_is_digit(rest.p[0]) || !char_is_digit(bound.p[bound.n - 1]);
}

static bool meets(const struct version_bound *bound, struct str v)
{
	struct portage x = {0}, y = {0};

	if (bound->op == VERSION_PREFIX)
		return has_prefix(v, bound->version);
	if (bound->op != VERSION_ANY_REVISION)
		return version_op_holds(bound->op, compare(v, bound->version));
	(void)parse(v, &x); /* accept has seen both */
	(void)parse(bound->version, &y);
	return parsed_cmp(&x, &y, false) == 0;
}

static int read_part(struct range_builder *rb, struct str part, struct err *err)
{
	struct str version = part;

	if (str_pull_prefix(&version, STR("~")))
		return range_add(rb, VERSION_ANY_REVISION, str_trim(version), err);
	if (str_pull_prefix(&version, STR("=")) && version.n > 1 &&
	    str_has_suffix(version, STR("*"))) {
		version.n--;
		return range_add(rb, VERSION_PREFIX, str_trim(version), err);
	}
	return range_read_comparison(rb, part, err);
}

static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group, part;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		while (r == 0 && range_pull_comparison(&group, &part))
			r = read_part(rb, part, err);
		if (r == 0)
			r = range_close(rb, err);
	}
	return r;
}

static int check(struct str v, struct err *err)
{
	struct portage parsed;

	return parse(v, &parsed) ? 0 : version_refuse(v, "not of the form 1.2.3a_rc4-r5", err);
}

const struct version_rules version_portage = {
	.check = check,
	.accept = check,
	.compare = compare,
	.read_range = read_range,
	.meets = meets,
};
