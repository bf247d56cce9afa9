/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gem::Version: runs of digits and of letters, whatever stands between them; "-" means ".pre.".
 * A word is older than any number, so 1.0.a < 1.0. Zeros at the end of the numbers in front of the
 * first word, and at the very end, do not count: 1.0 = 1, 1.0.a = 1.a.
 * A platform behind the version ("1.2.0-x86_64-linux", as in Gemfile.lock) is passed over.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct segments {
	struct str rest;
	size_t zeros;  /* to be given out before the rest */
	bool in_words; /* a word has been given out */
	bool pre;      /* a "pre" is due, for a hyphen */
};

static struct str drop_platform(struct str v)
{
	static const char *const platforms[] = {"x86",	 "universal", "arm", "aarch64",
						"java",	 "dalvik",    "x64", "powerpc",
						"sparc", "mswin"};
	struct str s = v;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] != '-')
			continue;
		s = str_skip(v, i + 1);
		for (size_t k = 0; k < sizeof platforms / sizeof platforms[0]; k++)
			if (str_has_prefix(s, str_of(platforms[k])))
				return str_sub(v, 0, i);
	}
	return v;
}

static struct str clean(struct str v)
{
	return drop_platform(str_trim(v));
}

/* The next run of the text as it stands. */
static bool pull_run(struct segments *s, struct str *ret)
{
	while (s->rest.n && !s->pre) {
		*ret = char_is_digit(s->rest.p[0]) ? pull_digits(&s->rest) : pull_letters(&s->rest);
		if (ret->n)
			return true;
		s->pre = s->rest.p[0] == '-';
		s->rest = str_skip(s->rest, 1);
	}
	*ret = STR("pre");
	if (!s->pre)
		return false;
	s->pre = false;
	return true;
}

/* The next segment that counts; false at the end, where all further ones are 0. */
static bool pull_segment(struct segments *s, struct str *ret)
{
	while (s->zeros == 0) {
		struct segments before = *s;
		size_t zeros = 0;

		if (!pull_run(s, ret))
			return false;
		if (s->in_words || !is_number(*ret) || !is_zero(*ret)) {
			s->in_words |= !is_number(*ret);
			return true;
		}
		/* Zeros stay only when a number that is none comes behind them. */
		do {
			zeros++;
			before = *s;
			if (!pull_run(s, ret))
				return false;
		} while (is_number(*ret) && is_zero(*ret));
		*s = before;
		s->zeros = is_number(*ret) ? zeros : 0;
	}
	s->zeros--;
	*ret = STR("0");
	return true;
}

static int segment_cmp(struct str a, struct str b)
{
	bool x = is_number(a), y = is_number(b);

	if (x && y)
		return digits_cmp(a, b);
	if (x || y)
		return x ? 1 : -1;
	return sign_of(str_cmp(a, b));
}

static int compare(struct str a, struct str b)
{
	struct segments x = {.rest = clean(a)}, y = {.rest = clean(b)};
	int order = 0;

	while (order == 0) {
		struct str i = STR("0"), j = STR("0");
		bool more_a = pull_segment(&x, &i), more_b = pull_segment(&y, &j);

		if (!more_a && !more_b)
			return 0;
		order = segment_cmp(more_a ? i : STR("0"), more_b ? j : STR("0"));
	}
	return order;
}

/* Without the words and what is behind them: 1.2.b3 is released as 1.2. */
static struct str release_of(struct str v)
{
	size_t n = 0;

	v = clean(v);
	while (n < v.n && (char_is_digit(v.p[n]) || v.p[n] == '.'))
		n++;
	return str_sub(v, 0, n);
}

static bool meets(const struct version_bound *bound, struct str v)
{
	if (bound->op == VERSION_BEFORE_BUMP)
		return compare(release_of(v), bound->version) < 0;
	return version_op_holds(bound->op, compare(v, bound->version));
}

/* "~> 1.2.3" is ">= 1.2.3" and, released, below 1.3: the last number goes, the one before rises. */
static int add_twiddle(struct range_builder *rb, struct str version, struct err *err)
{
	struct str release = release_of(version), series, last;
	int r = range_add(rb, VERSION_GE, version, err);
	uint64_t n;

	if (r < 0)
		return r;
	while (release.n && release.p[release.n - 1] == '.')
		release.n--;
	if (!str_rcut(release, '.', &series, &last))
		series = release;
	if (!str_rcut(series, '.', &release, &last)) {
		release = STR_NULL;
		last = series;
	}
	if (!str_parse_u64(skip_zeros(last), &n))
		n = 0;
	if (n == UINT64_MAX || (n == 0 && !is_zero(last)))
		return version_refuse(version, "a number too large for \"~>\"", err);
	return range_add_made(rb, VERSION_BEFORE_BUMP,
			      arena_strf(rb->arena, "%.*s%s%llu", STR_FMT(release),
					 release.n ? "." : "", (unsigned long long)n + 1),
			      err);
}

static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group, part;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		while (r == 0 && range_pull_comparison(&group, &part)) {
			if (str_pull_prefix(&part, STR("~>")))
				r = add_twiddle(rb, str_trim(part), err);
			else
				r = range_read_comparison(rb, part, err);
		}
		if (r == 0)
			r = range_close(rb, err);
	}
	return r;
}

/* Letters and digits with single dots between them. */
static bool is_dotted(struct str s, const char *others)
{
	struct str part;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	while (str_pull_until(&s, '.', &part))
		if (part.n == 0 || !only_alnum_and(part, others))
			return false;
	return true;
}

/* Gem::Version takes the empty string, as 0. */
static int check(struct str v, struct err *err)
{
	struct str numbers = str_trim(v), pre = STR_NULL, first;
	bool hyphen = str_cut(numbers, '-', &numbers, &pre);

	if (numbers.n == 0 && !hyphen)
		return 0;
	first = numbers;
	if (pull_digits(&first).n == 0 || (first.n && first.p[0] != '.'))
		return version_refuse(v, "does not start with a number", err);
	if (!is_dotted(numbers, "") || (hyphen && !is_dotted(pre, "-")))
		return version_refuse(v, "not letters and digits with dots between them", err);
	return 0;
}

const struct version_rules version_rubygems = {
	.check = check,
	.compare = compare,
	.read_range = read_range,
	.meets = meets,
};
