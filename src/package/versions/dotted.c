/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemes that are lists of numbers, or plain bytes.
 *
 * CRAN and Hackage: all numbers count, so 1.0 < 1.0.0. intdot: absent numbers are 0, and reading
 * stops at the first byte that is neither a digit nor a dot. lexicographic: bytes.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

static struct str pull_list_number(struct str *s)
{
	struct str number = pull_digits(s);

	if (s->n)
		*s = str_skip(*s, 1);
	return number;
}

/* Lists whose separators are one byte each; the longer one is newer. */
static int list_cmp(struct str a, struct str b)
{
	int order = 0;

	while (order == 0 && a.n && b.n)
		order = digits_cmp(pull_list_number(&a), pull_list_number(&b));
	return order ? order : (a.n > 0) - (b.n > 0);
}

static int check_list(struct str v, const char *separators, struct err *err)
{
	struct str rest = v;

	if (v.n == 0)
		return version_refuse(v, "empty", err);
	for (;;) {
		if (pull_digits(&rest).n == 0)
			return version_refuse(v, "expected a number", err);
		if (rest.n == 0)
			return 0;
		if (!char_is_one_of(rest.p[0], separators))
			return version_refuse(v, "not numbers with dots between them", err);
		rest = str_skip(rest, 1);
	}
}

static int accept_cran(struct str v, struct err *err)
{
	return check_list(v, ".-", err);
}

/* R wants two numbers of a package. */
static int check_cran(struct str v, struct err *err)
{
	int r = accept_cran(v, err);

	return r == 0 && is_number(v) ? version_refuse(v, "only one number", err) : r;
}

const struct version_rules version_cran = {
	.check = check_cran,
	.accept = accept_cran,
	.compare = list_cmp,
};

static int check_hackage(struct str v, struct err *err)
{
	return check_list(v, ".", err);
}

/* 1.2 -> 1.3, the first version behind the series. */
static int add_next(struct range_builder *rb, struct str series, struct err *err)
{
	struct str front, last;
	uint64_t n;

	if (!str_rcut(series, '.', &front, &last)) {
		front = STR_NULL;
		last = series;
	}
	if (last.n > 18 || !str_parse_u64(last, &n))
		return version_refuse(series, "no number to be raised", err);
	return range_add_made(rb, VERSION_LT,
			      arena_strf(rb->arena, "%.*s%s%llu", STR_FMT(front),
					 front.n ? "." : "", (unsigned long long)n + 1),
			      err);
}

/* The first two numbers: what the package versioning policy calls the major version. */
static struct str major_of(struct str v)
{
	struct str rest = v;

	(void)pull_digits(&rest);
	if (!str_pull_prefix(&rest, STR(".")))
		return v;
	(void)pull_digits(&rest);
	return str_sub(v, 0, v.n - rest.n);
}

static int add_caret(struct range_builder *rb, struct str v, struct err *err)
{
	struct str major = major_of(v);
	int r = range_add(rb, VERSION_GE, v, err);

	if (r == 0 && is_number(major))
		major = arena_strf(rb->arena, "%.*s.0", STR_FMT(major));
	if (r == 0 && !major.p)
		return err_nomem(err);
	return r < 0 ? r : add_next(rb, major, err);
}

static int read_hackage_part(struct range_builder *rb, struct str part, struct err *err)
{
	struct str version = part;
	enum version_op op = VERSION_EQ;
	int r;

	if (str_is(part, "-any"))
		return range_add(rb, VERSION_ANY, STR_NULL, err);
	if (str_is(part, "-none"))
		return range_add(rb, VERSION_NONE, STR_NULL, err);
	if (str_pull_prefix(&version, STR("^>=")))
		return add_caret(rb, str_trim(version), err);
	(void)range_pull_op(&version, &op); /* none: equal */
	version = str_trim(version);
	if (op != VERSION_EQ || version.n < 3 || !str_has_suffix(version, STR(".*")))
		return range_read_comparison(rb, part, err);
	version.n -= 2;
	r = range_add(rb, VERSION_GE, version, err);
	return r < 0 ? r : add_next(rb, version, err);
}

/* All of them hold: joined by "&&", as well as by commas. */
static int read_hackage_group(struct range_builder *rb, struct str group, struct err *err)
{
	struct str side, part;
	int r = 0;

	while (r == 0 && group.n) {
		size_t at = str_find(group, STR("&&"));

		side = str_sub(group, 0, at);
		group = str_skip(group, at + 2);
		while (r == 0 && range_pull_comparison(&side, &part))
			r = read_hackage_part(rb, part, err);
	}
	return r < 0 ? r : range_close(rb, err);
}

static int read_hackage(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group))
		r = read_hackage_group(rb, group, err);
	return r;
}

const struct version_rules version_hackage = {
	.check = check_hackage,
	.accept = check_hackage,
	.compare = list_cmp,
	.read_range = read_hackage,
};

static struct str intdot_part(struct str v)
{
	size_t n = 0;

	while (n < v.n && (char_is_digit(v.p[n]) || v.p[n] == '.'))
		n++;
	return str_sub(v, 0, n);
}

static int accept_intdot(struct str v, struct err *err)
{
	return char_is_digit(char_at(v, 0)) ? 0
					    : version_refuse(v, "does not start with a digit", err);
}

static int compare_intdot(struct str a, struct str b)
{
	return dotted_cmp(intdot_part(a), intdot_part(b));
}

const struct version_rules version_intdot = {
	.check = check_hackage,
	.accept = accept_intdot,
	.compare = compare_intdot,
};

static int check_bytes(struct str v, struct err *err)
{
	return str_is_utf8(v) ? 0 : version_refuse(v, "not UTF-8", err);
}

static int compare_bytes(struct str a, struct str b)
{
	return sign_of(str_cmp(a, b));
}

const struct version_rules version_lexicographic = {
	.check = check_bytes,
	.compare = compare_bytes,
};
