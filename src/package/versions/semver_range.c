/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of npm, Cargo, Pub, Hex and plain semver: comparisons joined by white space or commas,
 * alternatives by "||". "^1.2.3", "~1.2", "1.2.x" and "1 - 2" become pairs of bounds; the upper one
 * gets "-0", so that pre-releases of it stay outside.
 */
#include "base/cleanup.h"
#include "package/versions/semver.h"

/* "1.2.x": how many numbers there are, and what follows them. */
struct partial {
	struct str number[3];
	size_t n; /* numbers before the end or the first wildcard */
	struct str pre;
	struct str text; /* all of it, without "v" and "=" */
};

struct reader {
	struct range_builder *rb;
	unsigned dialect; /* enum semver_dialect */
	struct err *err;
};

enum prefix { PREFIX_NONE, PREFIX_OP, PREFIX_CARET, PREFIX_TILDE, PREFIX_TWIDDLE };

static bool is_wild(struct str s)
{
	return s.n == 1 && (s.p[0] == 'x' || s.p[0] == 'X' || s.p[0] == '*');
}

/* One of the dotted parts of the core, up to "." or what may follow the last one. */
static struct str pull_part(struct str *s)
{
	struct str part = *s;

	part.n = 0;
	while (part.n < s->n && (char_is_digit(s->p[part.n]) || is_wild(str_sub(*s, part.n, 1))))
		part.n++;
	*s = str_skip(*s, part.n);
	return part;
}

static int parse_partial(const struct reader *rd, struct str text, struct partial *ret)
{
	struct partial p = {0};
	struct str rest;
	bool wild = false;

	while (text.n && (text.p[0] == 'v' || text.p[0] == 'V' || text.p[0] == '='))
		text = str_skip(text, 1);
	p.text = rest = text;
	for (size_t i = 0; i < 3; i++) {
		struct str part = pull_part(&rest);

		if (!is_wild(part) && !is_number(part))
			return err_set(rd->err, ERR_FORMAT, "\"%.*s\": no version",
				       STR_FMT(str_sub(text, 0, 80)));
		wild |= is_wild(part);
		if (!wild)
			p.number[p.n++] = part;
		if (char_at(rest, 0) != '.' || i == 2)
			break;
		rest = str_skip(rest, 1);
	}
	(void)str_cut(rest, '+', &rest, &(struct str){0}); /* none: untouched */
	if (p.n == 3 && rest.n)
		p.pre = str_skip(rest, rest.p[0] == '-' || rest.p[0] == '.');
	*ret = p;
	return 0;
}

/* A number one higher, as text. */
static struct str next_number(struct arena *a, struct str digits)
{
	struct str made = arena_strf(a, "0%.*s", STR_FMT(digits));
	char *p = (char *)made.p; /* ours until it is handed out */
	size_t i = made.n;

	if (!p)
		return made;
	while (i > 0 && p[i - 1] == '9')
		p[--i] = '0';
	p[i - 1]++; /* the "0" in front ends every carry */
	return skip_zeros(made);
}

static struct str number_or_zero(const struct partial *p, size_t i)
{
	return i < p->n ? p->number[i] : STR("0");
}

/* The version with its absent numbers as 0, and the pre-release. */
static int add_full(const struct reader *rd, enum version_op op, const struct partial *p,
		    const char *suffix)
{
	struct str made =
		arena_strf(rd->rb->arena, "%.*s.%.*s.%.*s%s%.*s%s", STR_FMT(number_or_zero(p, 0)),
			   STR_FMT(number_or_zero(p, 1)), STR_FMT(number_or_zero(p, 2)),
			   p->pre.n ? "-" : "", STR_FMT(p->pre), suffix);

	return range_add_made(rd->rb, op, made, rd->err);
}

/* The first version whose number at `place` is one higher. */
static int add_next(const struct reader *rd, enum version_op op, const struct partial *p,
		    size_t place, const char *suffix)
{
	struct partial up = {.n = place + 1};

	for (size_t i = 0; i < place; i++)
		up.number[i] = number_or_zero(p, i);
	up.number[place] = next_number(rd->rb->arena, number_or_zero(p, place));
	if (!up.number[place].p)
		return err_nomem(rd->err);
	return add_full(rd, op, &up, suffix);
}

/* From p to below the next one at `place`. */
static int add_span(const struct reader *rd, const struct partial *p, size_t place)
{
	int r = add_full(rd, VERSION_GE, p, "");

	return r < 0 ? r : add_next(rd, VERSION_LT, p, place, "-0");
}

static int add_caret(const struct reader *rd, const struct partial *p)
{
	size_t place = 0;

	if (p->n == 0)
		return range_add(rd->rb, VERSION_ANY, STR_NULL, rd->err);
	/* The leftmost number that is not 0, of those there are. */
	while (place + 1 < p->n && is_zero(p->number[place]))
		place++;
	return add_span(rd, p, place);
}

static int add_tilde(const struct reader *rd, const struct partial *p, bool twiddle)
{
	size_t place = p->n > 1 ? 1 : 0;

	if (p->n == 0)
		return range_add(rd->rb, VERSION_ANY, STR_NULL, rd->err);
	/* "~> 1.2" keeps all but the last number that is written. */
	if (twiddle && (rd->dialect & SEMVER_TWIDDLE_GEM))
		place = p->n > 2 ? 1 : 0;
	return add_span(rd, p, place);
}

/* A comparison with a version that has wildcards, or too few numbers. */
static int add_partial(const struct reader *rd, enum version_op op, const struct partial *p)
{
	bool none = op == VERSION_LT || op == VERSION_GT || op == VERSION_NE;

	if (p->n == 0)
		return range_add(rd->rb, none ? VERSION_LT : VERSION_ANY,
				 none ? STR("0.0.0-0") : STR_NULL, rd->err);
	switch ((int)op) {
	case VERSION_EQ:
		return add_span(rd, p, p->n - 1);
	case VERSION_GT:
		return add_next(rd, VERSION_GE, p, p->n - 1, "");
	case VERSION_LE:
		return add_next(rd, VERSION_LT, p, p->n - 1, "-0");
	case VERSION_LT:
		return add_full(rd, op, p, "-0");
	case VERSION_GE:
		return add_full(rd, op, p, "");
	default:
		return err_set(rd->err, ERR_FORMAT, "\"!=\" needs a whole version");
	}
}

static bool has_wildcard(struct str text)
{
	struct str core = text;

	(void)str_cut(core, '-', &core, &(struct str){0}); /* none: untouched */
	(void)str_cut(core, '+', &core, &(struct str){0});
	for (size_t i = 0; i < core.n; i++)
		if (is_wild(str_sub(core, i, 1)) && (i == 0 || core.p[i - 1] == '.'))
			return true;
	return false;
}

static int add_comparison(const struct reader *rd, enum version_op op, struct str text)
{
	struct partial p;
	int r;

	if (!(rd->dialect & SEMVER_PARTIAL) && !has_wildcard(text))
		return range_add(rd->rb, op, text, rd->err);
	r = parse_partial(rd, text, &p);
	if (r < 0)
		return r;
	if (p.n < 3)
		return add_partial(rd, op, &p);
	return range_add(rd->rb, op, p.text, rd->err);
}

static enum prefix pull_prefix(struct str *s, enum version_op *ret_op)
{
	if (range_pull_op(s, ret_op))
		return PREFIX_OP;
	if (str_pull_prefix(s, STR("^")))
		return PREFIX_CARET;
	if (str_pull_prefix(s, STR("~>")))
		return PREFIX_TWIDDLE;
	return str_pull_prefix(s, STR("~")) ? PREFIX_TILDE : PREFIX_NONE;
}

static bool is_joint(char c)
{
	return char_is_space(c) || c == ',';
}

static void skip_joints(struct str *s)
{
	while (s->n && is_joint(s->p[0]))
		*s = str_skip(*s, 1);
}

/* Up to white space, a comma, or an operator that follows without one; quotes are taken off. */
static struct str pull_version(struct str *s)
{
	struct str word;
	size_t n = 0;

	skip_joints(s);
	while (n < s->n && !is_joint(s->p[n]) && !char_is_one_of(s->p[n], "<>!^~|"))
		n++;
	word = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	if (word.n >= 2 && (word.p[0] == '\'' || word.p[0] == '"') &&
	    word.p[word.n - 1] == word.p[0])
		word = str_sub(word, 1, word.n - 2);
	return word;
}

/* "- 2.0.0" behind a version. */
static bool pull_hyphen(struct str *s)
{
	struct str rest = *s;

	while (rest.n && char_is_space(rest.p[0]))
		rest = str_skip(rest, 1);
	if (rest.n == s->n || char_at(rest, 0) != '-' || !char_is_space(char_at(rest, 1)))
		return false;
	*s = str_skip(rest, 2);
	return true;
}

static int add_hyphen(const struct reader *rd, struct str from, struct str to)
{
	struct partial low, high = {0};
	int r = parse_partial(rd, from, &low);

	if (r == 0)
		r = parse_partial(rd, to, &high);
	if (r == 0 && low.n)
		r = add_full(rd, VERSION_GE, &low, "");
	if (r == 0 && low.n == 0 && high.n == 0)
		r = range_add(rd->rb, VERSION_ANY, STR_NULL, rd->err);
	if (r < 0 || high.n == 0)
		return r;
	if (high.n < 3)
		return add_next(rd, VERSION_LT, &high, high.n - 1, "-0");
	return add_full(rd, VERSION_LE, &high, "");
}

static int add_with_prefix(const struct reader *rd, enum prefix prefix, enum version_op op,
			   struct str text)
{
	struct partial p;
	int r;

	if (prefix == PREFIX_NONE && (rd->dialect & SEMVER_BARE_CARET) && !has_wildcard(text))
		prefix = PREFIX_CARET;
	if (prefix == PREFIX_NONE || prefix == PREFIX_OP)
		return add_comparison(rd, prefix == PREFIX_OP ? op : VERSION_EQ, text);
	r = parse_partial(rd, text, &p);
	if (r < 0)
		return r;
	return prefix == PREFIX_CARET ? add_caret(rd, &p)
				      : add_tilde(rd, &p, prefix == PREFIX_TWIDDLE);
}

/* The highest of the lower bounds; NULL: none. */
static const struct version_bound *find_lower(const struct version_bound *group, size_t n)
{
	const struct version_bound *lower = NULL;

	for (size_t i = 0; i < n; i++)
		if ((group[i].op == VERSION_GE || group[i].op == VERSION_GT) &&
		    (!lower || semver_compare(group[i].version, lower->version) > 0))
			lower = &group[i];
	return lower;
}

/* Pub: "<2.0.0" does not hold 2.0.0-rc, unless the lower bound is a pre-release of 2.0.0. */
static int open_upper(const struct reader *rd, struct version_bound *upper,
		      const struct version_bound *lower)
{
	struct semver high = semver_cut(upper->version), low = {0};

	if (upper->op != VERSION_LT || high.pre.n || high.build.n)
		return 0;
	if (lower)
		low = semver_cut(lower->version);
	if (low.pre.n && dotted_cmp(low.core, high.core) == 0)
		return 0;
	upper->version = arena_strf(rd->rb->arena, "%.*s-0", STR_FMT(high.core));
	return upper->version.p ? 0 : err_nomem(rd->err);
}

static int close_group(const struct reader *rd)
{
	struct version_bound *group = vec_at(&rd->rb->bounds, rd->rb->group);
	size_t n = rd->rb->bounds.n - rd->rb->group;
	const struct version_bound *lower = find_lower(group, n);
	int r = 0;

	for (size_t i = 0; r == 0 && (rd->dialect & SEMVER_OPEN_UPPER) && i < n; i++)
		r = open_upper(rd, &group[i], lower);
	return r < 0 ? r : range_close(rd->rb, rd->err);
}

static int read_one(const struct reader *rd, struct str *s)
{
	enum version_op op = VERSION_EQ;
	enum prefix prefix = pull_prefix(s, &op);
	struct str text = pull_version(s);

	if (text.n == 0)
		return err_set(rd->err, ERR_FORMAT, "\"%.*s\": expected a version",
			       STR_FMT(str_sub(*s, 0, 40)));
	if (rd->dialect & SEMVER_WORDS && prefix == PREFIX_NONE) {
		if (str_is(text, "and"))
			return 0;
		if (str_is(text, "or"))
			return close_group(rd);
	}
	if (prefix == PREFIX_NONE && pull_hyphen(s))
		return add_hyphen(rd, text, pull_version(s));
	return add_with_prefix(rd, prefix, op, text);
}

int semver_read_range(struct range_builder *rb, struct str text, unsigned dialect, struct err *err)
{
	struct reader rd = {rb, dialect, err};
	struct str group;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		for (skip_joints(&group); r == 0 && group.n; skip_joints(&group))
			r = read_one(&rd, &group);
		if (r == 0)
			r = close_group(&rd);
	}
	return r;
}

bool semver_admits(const struct version_bound *group, size_t n, struct str v)
{
	struct semver s = semver_cut(v);

	if (s.pre.n == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		struct semver bound = semver_cut(group[i].version);

		if (bound.pre.n && dotted_cmp(bound.core, s.core) == 0)
			return true;
	}
	return false;
}
