/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], PEP 440 with all its spellings.
 *
 * What is no such version sorts before all that are, by the parts setuptools once cut it into
 * (LegacyVersion); PyPI has thousands of them from before the rule.
 *
 * Two schemes share the order: "pypi" takes ranges as advisories mean them, "pypi-spec" as version
 * specifiers, where "<2" leaves out 2.0rc1 and ">2" leaves out 2.0.post1.
 */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct pep440 {
	struct str epoch, release, local;
	char pre; /* 'a', 'b', 'r' (rc), 0: none */
	bool has_post, has_dev;
	struct str pre_number, post_number, dev_number;
	struct str public; /* all but the local part */
};

static bool pull_nocase(struct str *s, const char *word)
{
	struct str w = str_of(word);

	if (!str_eq_nocase(str_sub(*s, 0, w.n), w))
		return false;
	*s = str_skip(*s, w.n);
	return true;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static void skip_separator(struct str *s)
{
	if (is_separator(char_at(*s, 0)))
		*s = str_skip(*s, 1);
}

/* The number behind "a", "post", ...: a separator may stand before it, it may be absent (0). */
static struct str pull_number(struct str *s)
{
	skip_separator(s);
	return pull_digits(s);
}

static void pull_pre(struct str *s, struct pep440 *v)
{
	static const struct {
		const char *word;
		char letter;
	} words[] = {{"alpha", 'a'},   {"a", 'a'},   {"beta", 'b'}, {"b", 'b'},
		     {"preview", 'r'}, {"pre", 'r'}, {"rc", 'r'},   {"c", 'r'}};
	struct str rest = *s;

	skip_separator(&rest);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (pull_nocase(&rest, words[i].word)) {
			v->pre = words[i].letter;
			v->pre_number = pull_number(&rest);
			*s = rest;
			return;
		}
}

static void pull_post(struct str *s, struct pep440 *v)
{
	struct str rest = *s;

	if (char_at(rest, 0) == '-' && char_is_digit(char_at(rest, 1))) {
		rest = str_skip(rest, 1);
		v->has_post = true;
		v->post_number = pull_digits(&rest);
		*s = rest;
		return;
	}
	skip_separator(&rest);
	if (pull_nocase(&rest, "post") || pull_nocase(&rest, "rev") || pull_nocase(&rest, "r")) {
		v->has_post = true;
		v->post_number = pull_number(&rest);
		*s = rest;
	}
}

static void pull_dev(struct str *s, struct pep440 *v)
{
	struct str rest = *s;

	skip_separator(&rest);
	if (pull_nocase(&rest, "dev")) {
		v->has_dev = true;
		v->dev_number = pull_number(&rest);
		*s = rest;
	}
}

static bool is_local(struct str s)
{
	bool after_separator = true;

	for (size_t i = 0; i < s.n; i++) {
		bool separator = is_separator(s.p[i]);

		if ((separator && after_separator) || (!separator && !char_is_alnum(s.p[i])))
			return false;
		after_separator = separator;
	}
	return !after_separator;
}

/* Digits with single dots between them. */
static struct str pull_release(struct str *s)
{
	struct str release = *s;
	size_t n = 0;

	while (n < s->n && (char_is_digit(s->p[n]) ||
			    (n && s->p[n] == '.' && char_is_digit(char_at(*s, n + 1)))))
		n++;
	release.n = n;
	*s = str_skip(*s, n);
	return release;
}

static bool parse(struct str text, struct pep440 *ret)
{
	struct pep440 v = {0};
	struct str s = str_trim(text), rest;

	v.public = s;
	if (str_cut(s, '+', &v.public, &v.local) && !is_local(v.local))
		return false;
	rest = v.public;
	(void)pull_nocase(&rest, "v");
	v.release = pull_release(&rest);
	if (char_at(rest, 0) == '!' && is_number(v.release)) {
		v.epoch = v.release;
		rest = str_skip(rest, 1);
		v.release = pull_release(&rest);
	}
	if (v.release.n == 0)
		return false;
	pull_pre(&rest, &v);
	pull_post(&rest, &v);
	pull_dev(&rest, &v);
	*ret = v;
	return rest.n == 0;
}

/* Where a missing pre-release stands: before all for 1.dev0, else behind all. */
static int pre_rank(const struct pep440 *v)
{
	if (v->pre)
		return v->pre;
	return v->has_dev && !v->has_post ? 0 : 127;
}

static int suffix_cmp(const struct pep440 *a, const struct pep440 *b)
{
	int order = sign_of(pre_rank(a) - pre_rank(b));

	if (order == 0)
		order = digits_cmp(a->pre_number, b->pre_number);
	if (order == 0)
		order = (int)a->has_post - (int)b->has_post;
	if (order == 0)
		order = digits_cmp(a->post_number, b->post_number);
	if (order == 0)
		order = (int)b->has_dev - (int)a->has_dev;
	return order ? order : digits_cmp(a->dev_number, b->dev_number);
}

static bool pull_local_part(struct str *s, struct str *ret)
{
	size_t n = 0;

	if (s->n == 0)
		return false;
	while (n < s->n && !is_separator(s->p[n]))
		n++;
	*ret = str_sub(*s, 0, n);
	*s = str_skip(*s, n + 1);
	return true;
}

/* Numbers are newer than words. */
static int local_cmp(struct str a, struct str b)
{
	struct str x = STR_NULL, y = STR_NULL;
	int order = 0;

	while (order == 0) {
		bool more_a = pull_local_part(&a, &x), more_b = pull_local_part(&b, &y);

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		if (is_number(x) && is_number(y))
			order = digits_cmp(x, y);
		else if (is_number(x) || is_number(y))
			order = is_number(x) ? 1 : -1;
		else
			order = nocase_cmp(x, y);
	}
	return order;
}

static int public_cmp(const struct pep440 *a, const struct pep440 *b)
{
	int order = digits_cmp(a->epoch, b->epoch);

	if (order == 0)
		order = dotted_cmp(a->release, b->release);
	return order ? order : suffix_cmp(a, b);
}

static int full_cmp(const struct pep440 *a, const struct pep440 *b)
{
	int order = public_cmp(a, b);

	return order ? order : local_cmp(a->local, b->local);
}

/*
 * Legacy versions: runs of digits and of letters and hyphens, each as a text that begins with "*"
 * unless it is a number; "*final" ends the list. Hyphens before what is older than "final" are
 * dropped, zeros before any "*" too. Numbers are padded to 8 digits, the parts joined without a
 * separator, and the whole compared as bytes.
 */
struct legacy {
	struct str rest;
	size_t zeros, hyphens; /* that wait for what comes behind them */
	struct str word;       /* the part now being given out, behind its mark */
	size_t padding;	       /* zeros before it */
	bool mark;	       /* "*" before it */
	bool ended;
};

static struct str legacy_word(struct str word)
{
	if (str_eq_nocase(word, STR("pre")) || str_eq_nocase(word, STR("preview")) ||
	    str_eq_nocase(word, STR("rc")))
		return STR("c");
	if (str_eq_nocase(word, STR("dev")))
		return STR("@");
	return word;
}

/* The next run, "-" or, at the end, "final" once. */
static bool legacy_run(struct legacy *l, struct str *ret)
{
	while (l->rest.n) {
		char c = l->rest.p[0];

		*ret = char_is_digit(c) ? pull_digits(&l->rest) : pull_letters(&l->rest);
		if (ret->n) {
			*ret = legacy_word(*ret);
			return true;
		}
		*ret = str_sub(l->rest, 0, 1);
		l->rest = str_skip(l->rest, 1);
		if (c == '-')
			return true;
	}
	if (l->ended)
		return false;
	l->ended = true;
	*ret = STR("final");
	return true;
}

static void give(struct legacy *l, struct str word, bool mark)
{
	l->word = word;
	l->mark = mark;
	l->padding = mark || word.n >= 8 ? 0 : 8 - word.n;
}

/*
 * A part into l->word. Zeros and hyphens are counted until it is known whether they stay; the run
 * behind them is read again then, hence `before`.
 */
static bool legacy_next(struct legacy *l)
{
	for (;;) {
		struct legacy before = *l;
		struct str run;
		bool number;

		if (!legacy_run(l, &run))
			return false;
		number = char_is_digit(run.p[0]);
		if (str_is(run, "-")) {
			l->zeros = 0;
			l->hyphens++;
			continue;
		}
		if (number && is_zero(run) && run.n <= 8) {
			l->zeros++;
			continue;
		}
		if (!number) {
			l->zeros = 0;
			if (before.zeros == 0 && nocase_cmp(run, STR("final")) < 0)
				l->hyphens = 0;
		}
		if (l->hyphens == 0 && l->zeros == 0) {
			give(l, run, !number);
			return true;
		}
		/* Hyphens come before zeros: a hyphen drops the zeros before it. */
		before.hyphens = l->hyphens;
		before.zeros = l->zeros;
		if (before.hyphens) {
			before.hyphens--;
			give(&before, STR("final-"), true);
		} else {
			before.zeros--;
			give(&before, STR("0"), false);
		}
		*l = before;
		return true;
	}
}

/* The next byte of the joined text, -1 at its end. */
static int legacy_byte(struct legacy *l)
{
	while (!l->mark && l->padding == 0 && l->word.n == 0)
		if (!legacy_next(l))
			return -1;
	if (l->mark) {
		l->mark = false;
		return '*';
	}
	if (l->padding) {
		l->padding--;
		return '0';
	}
	l->word = str_skip(l->word, 1);
	return (unsigned char)char_lower(l->word.p[-1]);
}

static int legacy_cmp(struct str a, struct str b)
{
	struct legacy x = {.rest = a}, y = {.rest = b};
	int c, d;

	do {
		c = legacy_byte(&x);
		d = legacy_byte(&y);
	} while (c == d && c >= 0);
	return sign_of(c - d);
}

static int compare(struct str a, struct str b)
{
	struct pep440 x, y;
	bool valid_a = parse(a, &x), valid_b = parse(b, &y);

	if (valid_a && valid_b)
		return full_cmp(&x, &y);
	return valid_a || valid_b ? (int)valid_a - (int)valid_b : legacy_cmp(a, b);
}

/* The n-th number of a dotted list, empty when there are fewer. */
static size_t count_numbers(struct str dotted)
{
	struct str number;
	size_t n = 0;

	while (pull_dotted(&dotted, &number))
		n++;
	return n;
}

/* Whether the first n numbers agree, absent ones being 0. */
static bool same_numbers(struct str a, struct str b, size_t n)
{
	struct str x, y;

	for (size_t i = 0; i < n; i++) {
		(void)pull_dotted(&a, &x); /* absent: 0 */
		(void)pull_dotted(&b, &y);
		if (digits_cmp(x, y))
			return false;
	}
	return true;
}

/* "==1.2.*", also "==1.2rc1.*": v starts with all that the bound says. */
static bool has_prefix(const struct pep440 *v, const struct pep440 *bound)
{
	size_t n = count_numbers(bound->release);

	if (digits_cmp(v->epoch, bound->epoch) || !same_numbers(v->release, bound->release, n))
		return false;
	if (!bound->pre && !bound->has_post)
		return true;
	if (count_numbers(v->release) > n)
		return false;
	if (bound->pre && (v->pre != bound->pre || digits_cmp(v->pre_number, bound->pre_number)))
		return false;
	return !bound->has_post || (v->has_post && v->pre == bound->pre &&
				    digits_cmp(v->post_number, bound->post_number) == 0);
}

static bool same_base(const struct pep440 *a, const struct pep440 *b)
{
	return digits_cmp(a->epoch, b->epoch) == 0 && dotted_cmp(a->release, b->release) == 0;
}

static bool is_pre(const struct pep440 *v)
{
	return v->pre || v->has_dev;
}

/* ">" of a specifier: no post-release or local version of the bound. */
static bool is_after(const struct pep440 *v, const struct pep440 *bound)
{
	if (full_cmp(v, bound) <= 0)
		return false;
	if (!bound->has_post && v->has_post && same_base(v, bound))
		return false;
	return v->local.n == 0 || !same_base(v, bound);
}

static bool is_prior(const struct pep440 *v, const struct pep440 *bound)
{
	if (full_cmp(v, bound) >= 0)
		return false;
	return is_pre(bound) || !is_pre(v) || !same_base(v, bound);
}

static bool parsed_meets(enum version_op op, const struct pep440 *v, const struct pep440 *bound)
{
	if (op == VERSION_PREFIX)
		return has_prefix(v, bound);
	if (op == VERSION_NOT_PREFIX)
		return !has_prefix(v, bound);
	/* A bound without a local part says nothing about it. */
	return version_op_holds(op, bound->local.n ? full_cmp(v, bound) : public_cmp(v, bound));
}

static bool meets(const struct version_bound *bound, struct str text)
{
	struct pep440 v, b;

	if (bound->op == VERSION_IDENTICAL)
		return str_eq_nocase(str_trim(text), bound->version);
	if (!parse(text, &v) || !parse(bound->version, &b))
		return version_op_holds(bound->op, compare(text, bound->version));
	return parsed_meets(bound->op, &v, &b);
}

static bool meets_spec(const struct version_bound *bound, struct str text)
{
	struct pep440 v, b;

	if (bound->op == VERSION_IDENTICAL)
		return str_eq_nocase(str_trim(text), bound->version);
	if (!parse(text, &v) || !parse(bound->version, &b))
		return false;
	if (bound->op == VERSION_LT)
		return is_prior(&v, &b);
	if (bound->op == VERSION_GT)
		return is_after(&v, &b);
	return parsed_meets(bound->op, &v, &b);
}

/* "~=1.4.2" is ">=1.4.2, ==1.4.*". */
static int add_compatible(struct range_builder *rb, struct str version, struct err *err)
{
	struct pep440 v;
	struct str series;
	int r;

	if (!parse(version, &v) || v.local.n || count_numbers(v.release) < 2)
		return version_refuse(version, "\"~=\" needs a version with two numbers or more",
				      err);
	(void)str_rcut(v.release, '.', &series, &(struct str){0}); /* two or more */
	r = range_add(rb, VERSION_GE, version, err);
	if (r < 0)
		return r;
	return range_add_made(rb, VERSION_PREFIX,
			      arena_strf(rb->arena, "%.*s!%.*s",
					 STR_FMT(v.epoch.n ? v.epoch : STR("0")), STR_FMT(series)),
			      err);
}

static int add_prefix(struct range_builder *rb, enum version_op op, struct str version,
		      struct err *err)
{
	struct pep440 v;

	if (op != VERSION_EQ && op != VERSION_NE)
		return version_refuse(version, "\".*\" goes with \"==\" and \"!=\" only", err);
	version = str_sub(version, 0, version.n - 2);
	if (!parse(version, &v) || v.local.n || v.has_dev)
		return version_refuse(version, "no version that \".*\" can follow", err);
	return range_add(rb, op == VERSION_EQ ? VERSION_PREFIX : VERSION_NOT_PREFIX, version, err);
}

static int read_specifier(struct range_builder *rb, struct str text, struct err *err)
{
	enum version_op op;
	struct str rest = text, version;

	if (str_pull_prefix(&rest, STR("===")))
		return range_add(rb, VERSION_IDENTICAL, str_trim(rest), err);
	if (str_pull_prefix(&rest, STR("~=")))
		return add_compatible(rb, str_trim(rest), err);
	if (!range_pull_op(&rest, &op))
		op = VERSION_EQ;
	version = str_trim(rest);
	if (version.n > 2 && str_has_suffix(version, STR(".*")))
		return add_prefix(rb, op, version, err);
	return range_read_comparison(rb, text, err);
}

/* "==1.0 ; python_version < '3'" and "(>=1)" are of requirements, not of ranges. */
static int read_range(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group, part;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		while (r == 0 && range_pull_comparison(&group, &part))
			r = read_specifier(rb, part, err);
		if (r == 0)
			r = range_close(rb, err);
	}
	return r;
}

/* In a specifier every bound is a version, "===" apart. */
static int read_spec(struct range_builder *rb, struct str text, struct err *err)
{
	struct pep440 v;
	int r = read_range(rb, text, err);

	for (size_t i = 0; r == 0 && i < rb->bounds.n; i++) {
		const struct version_bound *bound = vec_at(&rb->bounds, i);

		if (bound->op != VERSION_IDENTICAL && bound->op != VERSION_ANY &&
		    !parse(bound->version, &v))
			r = version_refuse(bound->version, "no version of PEP 440", err);
	}
	return r;
}

static int check(struct str v, struct err *err)
{
	struct pep440 parsed;

	return parse(v, &parsed) ? 0 : version_refuse(v, "no version of PEP 440", err);
}

const struct version_rules version_pypi = {
	.check = check,
	.compare = compare,
	.read_range = read_range,
	.meets = meets,
};

const struct version_rules version_pypi_spec = {
	.check = check,
	.compare = compare,
	.read_range = read_spec,
	.meets = meets_spec,
};
