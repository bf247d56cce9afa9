/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NuGet: up to four numbers (absent ones are 0), pre-release identifiers as in semver but without
 * regard to case, build metadata not compared. Also the intervals that NuGet and Maven share.
 */
#include "package/versions/semver.h"

static int pre_cmp(struct str a, struct str b)
{
	struct str x, y;
	int order = 0;

	if (a.n == 0 || b.n == 0)
		return (b.n > 0) - (a.n > 0);
	while (order == 0) {
		bool more_a = str_pull_until(&a, '.', &x), more_b = str_pull_until(&b, '.', &y);

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		if (is_number(x) && is_number(y))
			order = digits_cmp(x, y);
		else if (is_number(x) || is_number(y))
			order = is_number(x) ? -1 : 1;
		else
			order = nocase_cmp(x, y);
	}
	return order;
}

static int compare(struct str a, struct str b)
{
	struct semver x = semver_cut(a), y = semver_cut(b);
	int order = dotted_cmp(x.core, y.core);

	return order ? order : pre_cmp(x.pre, y.pre);
}

static bool identifiers_are_valid(struct str s)
{
	struct str id;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	while (str_pull_until(&s, '.', &id))
		if (id.n == 0 || !only_alnum_and(id, "-"))
			return false;
	return true;
}

static int check(struct str v, struct err *err)
{
	struct str rest = str_trim(v), build, pre, number;
	size_t n = 0;

	if (str_cut(rest, '+', &rest, &build) && !identifiers_are_valid(build))
		return version_refuse(v, "bad build metadata", err);
	if (str_cut(rest, '-', &rest, &pre) && !identifiers_are_valid(pre))
		return version_refuse(v, "bad pre-release", err);
	if (rest.n == 0 || rest.p[rest.n - 1] == '.')
		return version_refuse(v, "not one to four numbers", err);
	for (; str_pull_until(&rest, '.', &number); n++)
		if (!is_number(number))
			return version_refuse(v, "not one to four numbers", err);
	return n <= 4 ? 0 : version_refuse(v, "not one to four numbers", err);
}

/* "[1,2)", "(,1]", "[1]": *text starts with the bracket. */
int range_read_interval(struct range_builder *rb, struct str *text, struct err *err)
{
	struct str rest = str_skip(*text, 1), inside, low, high;
	bool low_closed = text->p[0] == '[', high_closed;
	size_t end = 0;
	int r = 0;

	while (end < rest.n && rest.p[end] != ']' && rest.p[end] != ')')
		end++;
	if (end == rest.n)
		return err_set(err, ERR_FORMAT, "\"%.*s\": an interval without its end",
			       STR_FMT(str_sub(*text, 0, 80)));
	high_closed = rest.p[end] == ']';
	inside = str_sub(rest, 0, end);
	*text = str_trim(str_skip(rest, end + 1));
	if (!str_cut(inside, ',', &low, &high)) {
		if (!low_closed || !high_closed)
			return err_set(err, ERR_FORMAT, "\"(%.*s)\": one version needs [ and ]",
				       STR_FMT(str_sub(inside, 0, 80)));
		r = range_add(rb, VERSION_EQ, str_trim(inside), err);
		return r < 0 ? r : range_close(rb, err);
	}
	low = str_trim(low);
	high = str_trim(high);
	if (low.n)
		r = range_add(rb, low_closed ? VERSION_GE : VERSION_GT, low, err);
	if (r == 0 && high.n)
		r = range_add(rb, high_closed ? VERSION_LE : VERSION_LT, high, err);
	return r < 0 ? r : range_close(rb, err);
}

/* "6.*": from 6.0 up to 7, releases only. */
static int add_floating(struct range_builder *rb, struct str series, struct err *err)
{
	struct str last = series, front = STR_NULL;
	uint64_t n;
	int r;

	if (series.n == 0)
		return range_add(rb, VERSION_ANY, STR_NULL, err);
	if (!str_rcut(series, '.', &front, &last))
		front = STR_NULL;
	if (last.n > 18 || !str_parse_u64(last, &n))
		return version_refuse(series, "no number before \".*\"", err);
	r = range_add(rb, VERSION_GE, series, err);
	if (r < 0)
		return r;
	return range_add_made(rb, VERSION_LT,
			      arena_strf(rb->arena, "%.*s%s%llu-0", STR_FMT(front),
					 front.n ? "." : "", (unsigned long long)n + 1),
			      err);
}

/* A bare "1.0" is the lowest version that is allowed. */
static int read_bare(struct range_builder *rb, struct str text, struct err *err)
{
	int r;

	if (str_has_suffix(text, STR("*")))
		r = add_floating(rb, str_sub(text, 0, text.n > 1 ? text.n - 2 : 0), err);
	else
		r = range_add(rb, VERSION_GE, text, err);
	return r < 0 ? r : range_close(rb, err);
}

static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	int r = 0;

	if (char_is_digit(text.p[0]) || text.p[0] == '*') {
		for (size_t i = 0; i < text.n; i++)
			if (char_is_space(text.p[i]) || text.p[i] == ',' || text.p[i] == '|')
				return range_read_plain(rb, text, err);
		return read_bare(rb, text, err);
	}
	if (text.p[0] != '[' && text.p[0] != '(')
		return range_read_plain(rb, text, err);
	while (r == 0 && text.n) {
		if (text.p[0] != '[' && text.p[0] != '(')
			return err_set(err, ERR_FORMAT, "\"%.*s\": expected [ or (",
				       STR_FMT(str_sub(text, 0, 80)));
		r = range_read_interval(rb, &text, err);
		while (text.n && (char_is_space(text.p[0]) || text.p[0] == ','))
			text = str_skip(text, 1);
	}
	return r;
}

const struct version_rules version_nuget = {
	.check = check,
	.accept = semver_accept,
	.compare = compare,
	.read_range = read_range,
};
