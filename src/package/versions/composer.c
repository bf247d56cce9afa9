/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composer: 1.2[.3[.4]][-(alpha|beta|RC|patch)[N]][-dev], padded to four numbers, or a date; then
 * ordered by PHP's version_compare(). What Composer does not take (branches, five numbers, other
 * words) is ordered by version_compare() too, its numbers in front padded alike.
 *
 * version_compare() cuts at "-", "_", "+", "." and between digits and other characters. A number
 * against a word, and the end against either, go by this rank:
 *     other words < dev < alpha, a < beta, b < RC, rc < the end, "#" < numbers < pl, p
 */
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "package/versions/number.h"
#include "package/versions/rules.h"

#define NUMBERS 4

struct composer {
	bool normal;		     /* of the form above; else numbers and text */
	struct str numbers[NUMBERS]; /* absent: 0 */
	struct str date;	     /* instead of numbers: digits with separators */
	struct str word;	     /* alpha, beta, RC, patch; empty: none */
	struct str suffix;	     /* what follows the word: "2", "2.1" */
	bool dev;
	struct str text; /* not normal: what follows the numbers */
};

enum rank {
	RANK_OTHER,
	RANK_DEV,
	RANK_ALPHA,
	RANK_BETA,
	RANK_RC,
	RANK_END,
	RANK_NUMBER,
	RANK_PATCH
};

static bool pull_nocase(struct str *s, const char *word)
{
	struct str w = str_of(word);

	if (!str_eq_nocase(str_sub(*s, 0, w.n), w))
		return false;
	*s = str_skip(*s, w.n);
	return true;
}

static struct str skip_v(struct str s)
{
	return s.n && (s.p[0] == 'v' || s.p[0] == 'V') ? str_skip(s, 1) : s;
}

/* "-beta.2", "RC1", "-stable": the word is kept in the spelling that orders. */
static bool pull_stability(struct str *s, struct composer *v)
{
	static const struct {
		const char *word, *meaning;
	} words[] = {{"stable", ""},	 {"beta", "beta"},   {"b", "beta"},
		     {"rc", "RC"},	 {"alpha", "alpha"}, {"a", "alpha"},
		     {"patch", "patch"}, {"pl", "patch"},    {"p", "patch"}};
	struct str rest = *s;
	size_t n = 0;

	if (rest.n && char_is_one_of(rest.p[0], "._-"))
		rest = str_skip(rest, 1);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!pull_nocase(&rest, words[i].word))
			continue;
		v->word = str_of(words[i].meaning);
		while (n < rest.n &&
		       (char_is_digit(rest.p[n]) || ((rest.p[n] == '.' || rest.p[n] == '-') &&
						     char_is_digit(char_at(rest, n + 1)))))
			n++;
		v->suffix = v->word.n ? str_sub(rest, 0, n) : STR_NULL;
		*s = str_skip(rest, n);
		return true;
	}
	return false;
}

/* Reads stability and "-dev"; whether that is all. */
static bool take_modifiers(struct str rest, struct composer *v)
{
	if (!pull_stability(&rest, v) && rest.n && char_is_one_of(rest.p[0], "._-"))
		rest = str_skip(rest, 1);
	if (rest.n == 0)
		return true;
	if (rest.p[0] == '-' || rest.p[0] == '.')
		rest = str_skip(rest, 1);
	v->dev = pull_nocase(&rest, "dev");
	return v->dev && rest.n == 0;
}

static bool take_numbers(struct str rest, struct composer *v)
{
	for (size_t i = 0; i < NUMBERS; i++) {
		struct str behind = rest;

		if (i && !str_pull_prefix(&behind, STR(".")))
			break;
		v->numbers[i] = pull_digits(&behind);
		if (v->numbers[i].n == 0)
			break;
		rest = behind;
	}
	return v->numbers[0].n > 0 && v->numbers[0].n <= 5 && take_modifiers(rest, v);
}

/* 20100102, 2010-01-02, 2010.01.02.203040: four digits, pairs, then up to two short numbers. */
static bool take_date(struct str text, struct composer *v)
{
	struct str rest = text;
	size_t digits = 0;

	v->word = v->suffix = STR_NULL;
	while (rest.n &&
	       (char_is_digit(rest.p[0]) || (digits >= 4 && char_is_one_of(rest.p[0], ".:-") &&
					     char_is_digit(char_at(rest, 1))))) {
		digits += char_is_digit(rest.p[0]);
		rest = str_skip(rest, 1);
	}
	v->date = str_sub(text, 0, text.n - rest.n);
	return digits >= 6 && digits <= 22 && char_is_digit(char_at(text, 3)) &&
	       take_modifiers(rest, v);
}

/* "1.2.x-dev", the branch 1.2: what it has no number for is 9999999. */
static bool take_branch(struct str rest, struct composer *v)
{
	size_t n = 0;

	v->date = v->word = v->suffix = STR_NULL;
	for (; n < NUMBERS; n++) {
		struct str behind = rest;

		if (n && !str_pull_prefix(&behind, STR(".")))
			break;
		v->numbers[n] = pull_digits(&behind);
		if (v->numbers[n].n == 0 && n && behind.n && char_is_one_of(behind.p[0], "xX*")) {
			v->numbers[n] = STR("9999999");
			behind = str_skip(behind, 1);
		}
		if (v->numbers[n].n == 0)
			break;
		rest = behind;
	}
	if (n == 0)
		return false;
	for (; n < NUMBERS; n++)
		v->numbers[n] = STR("9999999");
	if (rest.n && (rest.p[0] == '-' || rest.p[0] == '.'))
		rest = str_skip(rest, 1);
	v->dev = pull_nocase(&rest, "dev");
	return v->dev && rest.n == 0;
}

/* What Composer refuses. */
static struct composer take_text(struct str text)
{
	struct composer v = {.text = text};

	for (size_t i = 0; i < NUMBERS; i++) {
		struct str behind = v.text;

		if (i && !str_pull_prefix(&behind, STR(".")))
			break;
		v.numbers[i] = pull_digits(&behind);
		if (v.numbers[i].n == 0)
			break;
		v.text = behind;
	}
	return v;
}

static struct composer parse(struct str text)
{
	struct composer v = {0};
	struct str s = skip_v(str_trim(text)), meta;

	v.text = s;
	(void)str_cut(s, '+', &s, &meta); /* none: untouched */
	v.normal = take_numbers(s, &v);
	if (v.normal)
		return v;
	v.normal = take_date(s, &v) || take_branch(s, &v);
	return v.normal ? v : take_text(v.text);
}

/* Gives out the parts that version_compare() sees, one after the other. */
struct parts {
	const struct composer *v;
	unsigned stage;
	struct str rest;
};

static bool is_cut(char c)
{
	return c == '-' || c == '_' || c == '+' || c == '.' || c == ':';
}

static bool pull_text_part(struct str *s, struct str *ret)
{
	size_t n = 0;
	bool digit;

	while (s->n && is_cut(s->p[0]))
		*s = str_skip(*s, 1);
	if (s->n == 0)
		return false;
	digit = char_is_digit(s->p[0]);
	while (n < s->n && !is_cut(s->p[n]) && char_is_digit(s->p[n]) == digit)
		n++;
	*ret = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return true;
}

static struct str stage_text(const struct composer *v, unsigned stage)
{
	if (v->numbers[0].n == 0 && !v->date.n)
		return stage == 0 ? v->text : STR_NULL;
	if (v->date.n && stage < NUMBERS)
		return stage == 0 ? v->date : STR_NULL;
	if (stage < NUMBERS)
		return v->numbers[stage].n ? v->numbers[stage] : STR("0");
	if (!v->normal)
		return stage == NUMBERS ? v->text : STR_NULL;
	switch (stage) {
	case NUMBERS:
		return v->word;
	case NUMBERS + 1:
		return v->suffix;
	default:
		return v->dev ? STR("dev") : STR_NULL;
	}
}

static bool pull_part(struct parts *p, struct str *ret)
{
	while (!pull_text_part(&p->rest, ret)) {
		if (p->stage > NUMBERS + 2)
			return false;
		p->rest = stage_text(p->v, p->stage++);
	}
	return true;
}

static enum rank rank_of(struct str part)
{
	static const struct {
		const char *prefix;
		enum rank rank;
	} ranks[] = {{"dev", RANK_DEV}, {"a", RANK_ALPHA}, {"b", RANK_BETA}, {"RC", RANK_RC},
		     {"rc", RANK_RC},	{"#", RANK_END},   {"p", RANK_PATCH}};

	if (is_number(part))
		return RANK_NUMBER;
	for (size_t i = 0; i < ARRAY_LEN(ranks); i++)
		if (str_has_prefix(part, str_of(ranks[i].prefix)))
			return ranks[i].rank;
	return RANK_OTHER;
}

static int part_cmp(struct str a, struct str b)
{
	enum rank x = rank_of(a), y = rank_of(b);

	if (x != y)
		return x < y ? -1 : 1;
	return x == RANK_NUMBER ? digits_cmp(a, b) : 0;
}

static int parsed_cmp(const struct composer *a, const struct composer *b)
{
	struct parts x = {.v = a}, y = {.v = b};
	int order = 0;

	while (order == 0) {
		struct str i, j;
		bool more_a = pull_part(&x, &i), more_b = pull_part(&y, &j);

		if (!more_a && !more_b)
			return 0;
		order = part_cmp(more_a ? i : STR("#"), more_b ? j : STR("#"));
	}
	return order;
}

static int compare(struct str a, struct str b)
{
	struct composer x = parse(a), y = parse(b);

	return parsed_cmp(&x, &y);
}

static bool is_branch(struct str v)
{
	return str_eq_nocase(str_sub(v, 0, 4), STR("dev-")) || str_is(v, "master") ||
	       str_is(v, "trunk") || str_is(v, "default");
}

static struct str branch_name(struct str v)
{
	return str_eq_nocase(str_sub(v, 0, 4), STR("dev-")) ? str_skip(v, 4) : v;
}

/* A branch is equal to itself and not comparable with anything else. */
static bool meets(const struct version_bound *bound, struct str v)
{
	bool x = is_branch(v), y = is_branch(bound->version);
	bool same = x && y && str_eq(branch_name(v), branch_name(bound->version));

	if (!x && !y)
		return version_op_holds(bound->op, compare(v, bound->version));
	return (bound->op == VERSION_EQ && same) || (bound->op == VERSION_NE && !same);
}

static int accept(struct str v, struct err *err)
{
	return str_trim(v).n ? 0 : version_refuse(v, "empty", err);
}

static int check(struct str v, struct err *err)
{
	struct str s = str_trim(v);

	if (parse(s).normal || is_branch(s))
		return 0;
	return version_refuse(v, s.n ? "no version Composer takes" : "empty", err);
}

/* Constraints. */

struct reader {
	struct range_builder *rb;
	struct err *err;
};

/* The numbers before the first wildcard; *ret_wild: there is one. */
static size_t count_numbers(struct str s, struct str *numbers, bool *ret_wild)
{
	size_t n = 0;

	*ret_wild = false;
	while (s.n) {
		struct str part = pull_digits(&s);

		if (part.n == 0) {
			*ret_wild = char_at(s, 0) == '*' || char_at(s, 0) == 'x' ||
				    char_at(s, 0) == 'X';
			break;
		}
		if (n < NUMBERS)
			numbers[n++] = part;
		if (!str_pull_prefix(&s, STR(".")))
			break;
	}
	return n;
}

/* "1.3.0.0-dev" of 1.2.x with the number at `place` raised by `add`. */
static int add_series(const struct reader *rd, enum version_op op, const struct str *numbers,
		      size_t place, unsigned add)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)2 * LIMIT_VERSION_BYTES);
	uint64_t n = 0;

	for (size_t i = 0; i < NUMBERS; i++) {
		if (i > place) {
			strbuf_adds(&sb, ".0");
			continue;
		}
		if (i)
			strbuf_addc(&sb, '.');
		if (i < place || add == 0) {
			strbuf_add(&sb, numbers[i]);
			continue;
		}
		if (numbers[i].n > 18 || (!str_parse_u64(numbers[i], &n)))
			return version_refuse(numbers[i], "a number too large to be raised",
					      rd->err);
		strbuf_addf(&sb, "%llu", (unsigned long long)n + add);
	}
	strbuf_adds(&sb, "-dev");
	if (strbuf_check(&sb, rd->err) < 0)
		return -(int)sb.error;
	return range_add_made(rd->rb, op, arena_str(rd->rb->arena, strbuf_str(&sb)), rd->err);
}

static bool has_modifier(struct str version)
{
	struct composer v = parse(version);

	return !v.normal || v.word.n || v.dev;
}

/* "<" and ">=" without a stability mean the development versions of the bound too. */
static int add_comparison(const struct reader *rd, enum version_op op, struct str version)
{
	struct str made;

	if ((op != VERSION_LT && op != VERSION_GE) || has_modifier(version))
		return range_add(rd->rb, op, version, rd->err);
	(void)str_cut(version, '+', &version, &made); /* none: untouched */
	made = arena_strf(rd->rb->arena, "%.*s-dev", STR_FMT(version));
	return range_add_made(rd->rb, op, made, rd->err);
}

static int add_wildcard(const struct reader *rd, const struct str *numbers, size_t n)
{
	int r;

	if (n == 0)
		return range_add(rd->rb, VERSION_ANY, STR_NULL, rd->err);
	r = add_series(rd, VERSION_GE, numbers, n - 1, 0);
	return r < 0 ? r : add_series(rd, VERSION_LT, numbers, n - 1, 1);
}

/* "^1.2.3": up to the next of the leftmost number that is not 0; "~1.2.3": of the last but one. */
static int add_upto(const struct reader *rd, struct str version, bool caret)
{
	struct str numbers[NUMBERS];
	size_t n, place = 0;
	bool wild;
	int r;

	n = count_numbers(skip_v(version), numbers, &wild);
	if (n == 0)
		return version_refuse(version, "expected a version behind \"^\" or \"~\"", rd->err);
	if (caret)
		while (place + 1 < n && place < 2 && is_zero(numbers[place]))
			place++;
	else
		place = n > 1 ? n - 2 : 0;
	if (wild)
		r = add_series(rd, VERSION_GE, numbers, n - 1, 0);
	else
		r = add_comparison(rd, VERSION_GE, version);
	return r < 0 ? r : add_series(rd, VERSION_LT, numbers, place, 1);
}

static int read_one(const struct reader *rd, struct str text)
{
	struct str numbers[NUMBERS], version, plain;
	enum version_op op = VERSION_EQ;
	bool wild, bare;
	size_t n;

	(void)str_cut(text, '@', &text, &plain); /* a stability flag: untouched when none */
	version = text.n ? text : STR("*");
	if (str_pull_prefix(&version, STR("^")))
		return add_upto(rd, str_trim(version), true);
	if (str_pull_prefix(&version, STR("~")))
		return add_upto(rd, str_trim(version), false);
	bare = !range_pull_op(&version, &op);
	version = str_trim(version);
	plain = skip_v(version);
	n = count_numbers(plain, numbers, &wild);
	if (wild && (bare || op == VERSION_EQ) && !str_has_suffix(plain, STR("dev")))
		return add_wildcard(rd, numbers, n);
	if (version.n && (version.p[0] == '\'' || version.p[0] == '"'))
		return range_read_comparison(rd->rb, text, rd->err);
	return add_comparison(rd, op, version);
}

/* "1.0 - 2.0" holds all of 2.0.x; "1.0 - 2.0.0" ends at 2.0.0. */
static int read_hyphen(const struct reader *rd, struct str from, struct str to)
{
	struct str numbers[NUMBERS];
	bool wild;
	size_t n = count_numbers(skip_v(to), numbers, &wild);
	int r = add_comparison(rd, VERSION_GE, str_trim(from));

	if (r < 0)
		return r;
	if (n == 0 || n > 2 || has_modifier(to))
		return add_comparison(rd, VERSION_LE, to);
	return add_series(rd, VERSION_LT, numbers, n - 1, 1);
}

/* Up to a comma, or to white space that does not follow an operator. */
static struct str pull_term(struct str *s)
{
	struct str term;
	size_t n = 0;

	while (n < s->n && char_is_one_of(s->p[n], "<>=!^~"))
		n++;
	while (n < s->n && char_is_space(s->p[n]))
		n++;
	while (n < s->n && !char_is_space(s->p[n]) && s->p[n] != ',')
		n++;
	term = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return term;
}

static void skip_joints(struct str *s)
{
	while (s->n && (char_is_space(s->p[0]) || s->p[0] == ','))
		*s = str_skip(*s, 1);
}

static int read_group(const struct reader *rd, struct str group)
{
	int r = 0;

	if (group.n == 0)
		return err_set(rd->err, ERR_FORMAT, "nothing on one side of \"|\"");
	for (skip_joints(&group); r == 0 && group.n; skip_joints(&group)) {
		struct str term = pull_term(&group), rest = group;

		skip_joints(&rest);
		if (rest.n > 1 && rest.p[0] == '-' && char_is_space(rest.p[1])) {
			group = str_trim(str_skip(rest, 1));
			r = read_hyphen(rd, term, pull_term(&group));
		} else if (str_has_prefix(rest, STR("as ")) && term.n) {
			group = STR_NULL; /* "dev-main as 1.0.x-dev": an alias is of the user */
			r = read_one(rd, term);
		} else {
			r = read_one(rd, term);
		}
	}
	return r < 0 ? r : range_close(rd->rb, rd->err);
}

static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	struct reader rd = {rb, err};
	int r = 0;

	while (r == 0 && text.p) {
		size_t at = str_find_char(text, '|');
		struct str group = str_trim(str_sub(text, 0, at));

		if (at < text.n)
			at += char_at(text, at + 1) == '|' ? 2 : 1;
		text = at < text.n || str_find_char(text, '|') < text.n ? str_skip(text, at)
									: STR_NULL;
		r = read_group(&rd, group);
	}
	return r;
}

const struct version_rules version_composer = {
	.check = check,
	.accept = accept,
	.compare = compare,
	.read_range = read_range,
	.meets = meets,
};
