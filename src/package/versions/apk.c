/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number{.number}[letter]{_suffix[number]}[~hash][-rnumber], as apk-tools 3 cuts it.
 *
 * _alpha, _beta, _pre and _rc sort before the bare version, _cvs, _svn, _git, _hg and _p behind it.
 * From the second number on, one with a leading zero is compared as text (1.01 < 1.1).
 * What apk calls invalid sorts before the end. There apk stops and calls two such versions equal;
 * outside the revision, where both go on with bytes no rule covers, we compare these bytes, so that
 * an order can be told. "1-r" is "1-r0", and a "v" in front is passed over, as scanners write it.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

enum kind {
	KIND_FIRST_NUMBER,
	KIND_NUMBER,
	KIND_LETTER,
	KIND_SUFFIX,
	KIND_SUFFIX_NUMBER,
	KIND_HASH,
	KIND_REVISION,
	KIND_END,
	KIND_INVALID,
};

enum suffix { SUFFIX_ALPHA, SUFFIX_BETA, SUFFIX_PRE, SUFFIX_RC, SUFFIX_NONE };

static const char *const suffixes[] = {"alpha", "beta", "pre", "rc", "",
				       "cvs",	"svn",	"git", "hg", "p"};

struct token {
	enum kind kind;
	size_t suffix;
	struct str value;
	struct str rest;
};

static void refuse(struct token *t, struct str at)
{
	t->kind = KIND_INVALID;
	t->rest = at;
}

/* "-r" alone is revision 0 where it ends the version. */
static void take_number(struct token *t, enum kind kind, struct str at)
{
	t->kind = kind;
	t->value = pull_digits(&t->rest);
	if (t->value.n == 0 && !(kind == KIND_REVISION && t->rest.n == 0))
		refuse(t, at);
}

static struct token first_token(struct str v)
{
	struct token t = {.rest = v};

	if ((char_at(v, 0) == 'v' || char_at(v, 0) == 'V') && char_is_digit(char_at(v, 1)))
		t.rest = str_skip(v, 1);
	take_number(&t, KIND_FIRST_NUMBER, t.rest);
	return t;
}

static bool find_suffix(struct str word, size_t *ret)
{
	for (size_t i = 0; word.n && i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (str_is(word, suffixes[i])) {
			*ret = i;
			return true;
		}
	return false;
}

static void take_suffix(struct token *t, struct str at)
{
	size_t n = 0;

	t->rest = str_skip(t->rest, 1);
	while (n < t->rest.n && t->rest.p[n] >= 'a' && t->rest.p[n] <= 'z')
		n++;
	t->value = str_sub(t->rest, 0, n);
	t->rest = str_skip(t->rest, n);
	t->kind = KIND_SUFFIX;
	if (!find_suffix(t->value, &t->suffix))
		refuse(t, at);
}

static void take_hash(struct token *t, struct str at)
{
	size_t n = 0;

	t->rest = str_skip(t->rest, 1);
	while (n < t->rest.n &&
	       (char_is_digit(t->rest.p[n]) || (t->rest.p[n] >= 'a' && t->rest.p[n] <= 'f')))
		n++;
	t->value = str_sub(t->rest, 0, n);
	t->rest = str_skip(t->rest, n);
	t->kind = KIND_HASH;
	if (n == 0)
		refuse(t, at);
}

static void next_token(struct token *t)
{
	struct str at = t->rest;
	char c = char_at(at, 0);

	if (at.n == 0) {
		t->kind = KIND_END;
	} else if (c >= 'a' && c <= 'z' && t->kind <= KIND_NUMBER) {
		t->value = str_sub(at, 0, 1);
		t->rest = str_skip(at, 1);
		t->kind = KIND_LETTER;
	} else if (c == '.' && t->kind <= KIND_NUMBER) {
		t->rest = str_skip(at, 1);
		take_number(t, KIND_NUMBER, at);
	} else if (char_is_digit(c) && t->kind == KIND_SUFFIX) {
		take_number(t, KIND_SUFFIX_NUMBER, at);
	} else if (c == '_' && t->kind <= KIND_SUFFIX_NUMBER) {
		take_suffix(t, at);
	} else if (c == '~' && t->kind < KIND_HASH) {
		take_hash(t, at);
	} else if (str_has_prefix(at, STR("-r")) && t->kind < KIND_REVISION) {
		t->rest = str_skip(at, 2);
		take_number(t, KIND_REVISION, at);
	} else {
		refuse(t, at);
	}
}

static int value_cmp(const struct token *a, const struct token *b)
{
	if (a->kind == KIND_SUFFIX)
		return (a->suffix > b->suffix) - (a->suffix < b->suffix);
	if (a->kind == KIND_LETTER || a->kind == KIND_HASH)
		return sign_of(str_cmp(a->value, b->value));
	if (a->kind == KIND_NUMBER && (a->value.p[0] == '0' || b->value.p[0] == '0'))
		return sign_of(str_cmp(a->value, b->value));
	return digits_cmp(a->value, b->value);
}

static int invalid_cmp(struct str a, struct str b)
{
	if (char_at(a, 0) == '-' && char_at(b, 0) == '-')
		return 0;
	return sign_of(str_cmp(a, b));
}

static bool is_before(const struct token *t)
{
	return t->kind == KIND_SUFFIX && t->suffix < SUFFIX_NONE;
}

/* *ret_prefix: b ended first, with all of it in a. */
static int tokens_cmp(struct str a, struct str b, bool *ret_prefix)
{
	struct token x = first_token(a), y = first_token(b);

	while (x.kind == y.kind && x.kind < KIND_END) {
		int order = value_cmp(&x, &y);

		if (order)
			return order;
		next_token(&x);
		next_token(&y);
	}
	*ret_prefix = y.kind == KIND_END;
	if (x.kind == y.kind)
		return x.kind == KIND_INVALID ? invalid_cmp(x.rest, y.rest) : 0;
	if (is_before(&x) || is_before(&y))
		return is_before(&x) ? -1 : 1;
	return x.kind > y.kind ? -1 : 1;
}

static int compare(struct str a, struct str b)
{
	bool prefix = false;

	return tokens_cmp(a, b, &prefix);
}

static bool meets(const struct version_bound *bound, struct str v)
{
	bool prefix = false;
	int order = tokens_cmp(v, bound->version, &prefix);

	switch ((int)bound->op) {
	case VERSION_PREFIX:
		return prefix;
	case VERSION_NOT_PREFIX:
		return !prefix;
	case VERSION_LT_PREFIX:
		return prefix || order < 0;
	case VERSION_GT_PREFIX:
		return prefix || order > 0;
	case VERSION_NOT_LT_PREFIX:
		return !prefix && order > 0;
	case VERSION_NOT_GT_PREFIX:
		return !prefix && order < 0;
	default:
		return version_op_holds(bound->op, order);
	}
}

/* The operators of apk's dependencies: any of "<", ">", "=" and "~" together, "!" in front. */
static bool pull_mask(struct str *text, enum version_op *ret)
{
	static const struct {
		const char *text;
		enum version_op op, negated;
	} ops[] = {
		{"<~", VERSION_LT_PREFIX, VERSION_NOT_LT_PREFIX},
		{"~<", VERSION_LT_PREFIX, VERSION_NOT_LT_PREFIX},
		{">~", VERSION_GT_PREFIX, VERSION_NOT_GT_PREFIX},
		{"~>", VERSION_GT_PREFIX, VERSION_NOT_GT_PREFIX},
		{"=~", VERSION_PREFIX, VERSION_NOT_PREFIX},
		{"~=", VERSION_PREFIX, VERSION_NOT_PREFIX},
		{"~", VERSION_PREFIX, VERSION_NOT_PREFIX},
		{"<=", VERSION_LE, VERSION_GT},
		{">=", VERSION_GE, VERSION_LT},
		{"<", VERSION_LT, VERSION_GE},
		{">", VERSION_GT, VERSION_LE},
		{"=", VERSION_EQ, VERSION_NE},
	};
	struct str rest = *text;
	bool negated = str_pull_prefix(&rest, STR("!"));

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		if (str_pull_prefix(&rest, str_of(ops[i].text))) {
			*ret = negated ? ops[i].negated : ops[i].op;
			*text = rest;
			return true;
		}
	return false;
}

static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group, part;
	enum version_op op;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		while (r == 0 && range_pull_comparison(&group, &part)) {
			struct str version = part;

			if (pull_mask(&version, &op) && (op > VERSION_GT || part.p[0] == '!'))
				r = range_add(rb, op, str_trim(version), err);
			else
				r = range_read_comparison(rb, part, err);
		}
		if (r == 0)
			r = range_close(rb, err);
	}
	return r;
}

static int check(struct str v, struct err *err)
{
	struct token t = {.rest = v};

	take_number(&t, KIND_FIRST_NUMBER, v);
	while (t.kind < KIND_END) {
		if (t.kind == KIND_REVISION && t.value.n == 0)
			return version_refuse(v, "no number behind \"-r\"", err);
		next_token(&t);
	}
	if (t.kind == KIND_END)
		return 0;
	return version_refuse(v, v.n ? "not of the form 1.2.3a_rc4-r5" : "empty", err);
}

const struct version_rules version_apk = {
	.check = check,
	.compare = compare,
	.read_range = read_range,
	.meets = meets,
};
