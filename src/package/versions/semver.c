/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versioning 2.0.0 and the schemes that differ from it in a rule or two. */
#include "package/versions/semver.h"

static bool starts_word(struct str s, const char *word)
{
	return str_has_prefix(s, str_of(word)) && !char_is_alpha(char_at(s, strlen(word)));
}

static struct str skip_front(struct str v)
{
	v = str_trim(v);
	while (v.n && (v.p[0] == 'v' || v.p[0] == 'V' || v.p[0] == '=' || char_is_space(v.p[0])))
		v = str_skip(v, 1);
	return v;
}

struct semver semver_cut(struct str v)
{
	struct semver s = {0};
	size_t n = 0;

	v = skip_front(v);
	while (n < v.n &&
	       (char_is_digit(v.p[n]) || (v.p[n] == '.' && char_is_digit(char_at(v, n + 1)))))
		n++;
	s.core = str_sub(v, 0, n);
	v = str_skip(v, n);
	(void)str_cut(v, '+', &v, &s.build); /* none: untouched */
	/* ".rc1" is written for "-rc1". */
	if (v.n && v.p[0] == '.')
		v = str_skip(v, 1);
	s.glued = !str_pull_prefix(&v, STR("-"));
	s.pre = v;
	return s;
}

static int identifier_cmp(struct str a, struct str b)
{
	bool x = is_number(a), y = is_number(b);

	if (x && y)
		return digits_cmp(a, b);
	if (x || y)
		return x ? -1 : 1;
	return sign_of(str_cmp(a, b));
}

int semver_identifiers_cmp(struct str a, struct str b)
{
	struct str x, y;
	int order = 0;

	while (order == 0) {
		bool more_a = str_pull_until(&a, '.', &x);
		bool more_b = str_pull_until(&b, '.', &y);

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		order = identifier_cmp(x, y);
	}
	return order;
}

int semver_pre_cmp(struct str a, struct str b)
{
	if (a.n == 0 || b.n == 0)
		return (b.n > 0) - (a.n > 0);
	return semver_identifiers_cmp(a, b);
}

int semver_cmp(const struct semver *a, const struct semver *b)
{
	int order = dotted_cmp(a->core, b->core);

	return order ? order : semver_pre_cmp(a->pre, b->pre);
}

int semver_compare(struct str a, struct str b)
{
	struct semver x = semver_cut(a), y = semver_cut(b);

	return semver_cmp(&x, &y);
}

int semver_accept(struct str v, struct err *err)
{
	if (semver_cut(v).core.n == 0)
		return version_refuse(v, v.n ? "does not start with a number" : "empty", err);
	return 0;
}

static bool identifiers_are_valid(struct str s, bool numbers_are_plain)
{
	struct str id;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	while (str_pull_until(&s, '.', &id)) {
		if (id.n == 0 || !only_alnum_and(id, "-"))
			return false;
		if (numbers_are_plain && id.n > 1 && id.p[0] == '0' && is_number(id))
			return false;
	}
	return true;
}

static int check_core(struct str v, bool plain, struct str *rest, struct err *err)
{
	for (int i = 0; i < 3; i++) {
		struct str number;

		if (i && !str_pull_prefix(rest, STR(".")))
			return version_refuse(v, "not three numbers", err);
		number = pull_digits(rest);
		if (number.n == 0)
			return version_refuse(v, "not three numbers", err);
		if (plain && number.n > 1 && number.p[0] == '0')
			return version_refuse(v, "a number with a leading zero", err);
	}
	return 0;
}

/* plain: numbers have no leading zeros. */
static int check_parts(struct str v, bool plain, struct err *err)
{
	struct str rest = v, build = STR_NULL;
	int r = check_core(v, plain, &rest, err);

	if (r < 0)
		return r;
	if (str_cut(rest, '+', &rest, &build) && !identifiers_are_valid(build, false))
		return version_refuse(v, "bad build metadata", err);
	if (rest.n == 0)
		return 0;
	if (!str_pull_prefix(&rest, STR("-")))
		return version_refuse(v, "not three numbers", err);
	return identifiers_are_valid(rest, plain) ? 0 : version_refuse(v, "bad pre-release", err);
}

int semver_check(struct str v, struct err *err)
{
	return check_parts(v, true, err);
}

static int read_plain(struct range_builder *rb, struct str text, struct err *err)
{
	return semver_read_range(rb, text, SEMVER_TWIDDLE_GEM, err);
}

const struct version_rules version_semver = {
	.check = semver_check,
	.accept = semver_accept,
	.compare = semver_compare,
	.read_range = read_plain,
};

/* npm: "v" and "=" in front are allowed, as node-semver's valid() has it. */

static int check_npm(struct str v, struct err *err)
{
	return semver_check(skip_front(v), err);
}

static size_t count_dots(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '.';
	return n;
}

/* What node-semver takes with "loose". */
static bool is_npm(struct str v)
{
	struct semver s = semver_cut(v);

	return count_dots(s.core) == 2 && only_alnum_and(s.pre, ".-") &&
	       only_alnum_and(s.build, ".-");
}

static int read_npm(struct range_builder *rb, struct str text, struct err *err)
{
	return semver_read_range(rb, text, SEMVER_PARTIAL, err);
}

const struct version_rules version_npm = {
	.check = check_npm,
	.accept = semver_accept,
	.compare = semver_compare,
	.read_range = read_npm,
	.admits = semver_admits,
	.is_member = is_npm,
};

static int read_cargo(struct range_builder *rb, struct str text, struct err *err)
{
	return semver_read_range(rb, text, SEMVER_PARTIAL | SEMVER_BARE_CARET, err);
}

const struct version_rules version_cargo = {
	.check = semver_check,
	.accept = semver_accept,
	.compare = semver_compare,
	.read_range = read_cargo,
	.admits = semver_admits,
};

static int read_hex(struct range_builder *rb, struct str text, struct err *err)
{
	return semver_read_range(rb, text, SEMVER_WORDS | SEMVER_TWIDDLE_GEM, err);
}

const struct version_rules version_hex = {
	.check = semver_check,
	.accept = semver_accept,
	.compare = semver_compare,
	.read_range = read_hex,
};

/* Pub: the build orders too, an absent one first. */

static int compare_pub(struct str a, struct str b)
{
	struct semver x = semver_cut(a), y = semver_cut(b);
	int order = semver_cmp(&x, &y);

	return order ? order : semver_identifiers_cmp(x.build, y.build);
}

/* Leading zeros are allowed, unlike in semver. */
static int check_pub(struct str v, struct err *err)
{
	return check_parts(v, false, err);
}

static int read_pub(struct range_builder *rb, struct str text, struct err *err)
{
	if (str_is(str_trim(text), "any"))
		return range_close(rb, err);
	return semver_read_range(rb, text, SEMVER_OPEN_UPPER, err);
}

const struct version_rules version_pub = {
	.check = check_pub,
	.accept = semver_accept,
	.compare = compare_pub,
	.read_range = read_pub,
};

/*
 * Go: of modules v1.2.3, of the toolchain go1.21rc2 (which is 1.21.0-rc.2). "+incompatible" is
 * build metadata, pseudo-versions are pre-releases that sort by their time.
 */

static struct str skip_go(struct str v)
{
	v = str_trim(v);
	if (str_has_prefix(v, STR("go")) && char_is_digit(char_at(v, 2)))
		v = str_skip(v, 2);
	/* "go1.22.1 X:nocoverageredesign" */
	(void)str_cut(v, ' ', &v, &(struct str){0}); /* none: untouched */
	return v;
}

/* The n-th identifier of a pre-release; "rc2" counts as "rc.2" when it is glued on. */
static bool pull_go_identifier(struct str *s, bool glued, struct str *ret)
{
	struct str rest = *s;

	if (!glued)
		return str_pull_until(s, '.', ret);
	if (rest.n == 0)
		return false;
	(void)str_pull_prefix(&rest, STR("."));
	*ret = char_is_digit(char_at(rest, 0)) ? pull_digits(&rest) : pull_letters(&rest);
	if (ret->n == 0) {
		*ret = rest;
		rest = STR_NULL;
	}
	*s = rest;
	return true;
}

static int go_pre_cmp(const struct semver *a, const struct semver *b)
{
	struct str x = a->pre, y = b->pre, i, j;
	int order = 0;

	if (x.n == 0 || y.n == 0)
		return (y.n > 0) - (x.n > 0);
	while (order == 0) {
		bool more_a = pull_go_identifier(&x, a->glued, &i);
		bool more_b = pull_go_identifier(&y, b->glued, &j);

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		order = identifier_cmp(i, j);
	}
	return order;
}

static int compare_go(struct str a, struct str b)
{
	struct semver x = semver_cut(skip_go(a)), y = semver_cut(skip_go(b));
	int order = dotted_cmp(x.core, y.core);

	return order ? order : go_pre_cmp(&x, &y);
}

static int accept_go(struct str v, struct err *err)
{
	if (str_is(v, "(devel)"))
		return version_refuse(v, "a development build has no place in the order", err);
	return semver_accept(skip_go(v), err);
}

static int check_go(struct str v, struct err *err)
{
	struct str rest = v;
	struct semver s;
	int r = accept_go(v, err);

	if (r < 0)
		return r;
	if (starts_word(v, "go") && char_is_digit(char_at(v, 2))) {
		s = semver_cut(skip_go(v));
		if (s.pre.n && (!s.glued || !only_alnum_and(s.pre, "")))
			return version_refuse(v, "not of the form go1.21rc2", err);
		return 0;
	}
	(void)str_pull_prefix(&rest, STR("v")); /* OSV leaves it out */
	s = semver_cut(rest);
	/* v1 and v1.2 stand for v1.0.0 and v1.2.0. */
	if (rest.n && rest.n == s.core.n && count_dots(rest) < 2)
		return 0;
	return semver_check(rest, err);
}

const struct version_rules version_golang = {
	.check = check_go,
	.accept = accept_go,
	.compare = compare_go,
	.read_range = read_plain,
};

/* Bitnami: a number alone behind "-" is the revision of the packaging, and does not order. */

static struct semver cut_bitnami(struct str v)
{
	struct semver s = semver_cut(v);

	if (is_number(s.pre))
		s.pre = STR_NULL;
	return s;
}

static int compare_bitnami(struct str a, struct str b)
{
	struct semver x = cut_bitnami(a), y = cut_bitnami(b);

	return semver_cmp(&x, &y);
}

const struct version_rules version_bitnami = {
	.check = semver_check,
	.accept = semver_accept,
	.compare = compare_bitnami,
	.read_range = read_plain,
};
