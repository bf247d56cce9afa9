/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VERS, the version range URI: vers:pypi/>=1.2|!=1.5|<2
 *
 * Canonical form only, as the specification asks of a reader: no white space, versions in
 * ascending order and each once, comparators that make sense one behind the other.
 * https://packageurl.org/docs/vers, "How to parse", "Checking if a version is contained"
 */
#include "base/cleanup.h"
#include "package/versions/number.h"
#include "package/versions/rules.h"

static int add_constraint(struct vec *list, enum version_op op, struct str version, struct err *err)
{
	struct version_bound *bound = vec_push(list);

	if (!bound)
		return list->n < list->max ? err_nomem(err)
					   : err_set(err, ERR_LIMIT,
						     "more bounds than version_range_bounds (%d)",
						     (int)LIMIT_VERSION_RANGE_BOUNDS);
	bound->op = op;
	bound->version = version;
	return 0;
}

/* The length of the result, -1 on a bad triplet. */
static long decode(struct str s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++, n++) {
		int high, low;

		out[n] = s.p[i];
		if (s.p[i] != '%')
			continue;
		high = char_hex(char_at(s, i + 1));
		low = char_hex(char_at(s, i + 2));
		if (high < 0 || low < 0)
			return -1;
		out[n] = (char)(high * 16 + low);
		i += 2;
	}
	return (long)n;
}

static int decode_version(struct range_builder *rb, struct str *version, struct err *err)
{
	struct str made;
	long n;

	if (version->n == 0)
		return err_set(err, ERR_FORMAT, "vers: a comparator without a version");
	if (version->n > (size_t)3 * LIMIT_VERSION_BYTES)
		return err_set(err, ERR_LIMIT, "vers: a version beyond version_bytes (%d)",
			       (int)LIMIT_VERSION_BYTES);
	if (str_find_char(*version, '%') == version->n)
		return 0;
	made = arena_str(rb->arena, *version);
	if (!made.p)
		return err_nomem(err);
	n = decode(*version, (char *)made.p); /* ours until it is handed out */
	if (n < 0)
		return err_set(err, ERR_FORMAT, "vers: \"%.*s\": bad percent-encoding",
			       STR_FMT(str_sub(*version, 0, 80)));
	*version = str_sub(made, 0, (size_t)n);
	return 0;
}

static int check_follows(const struct range_builder *rb, const struct version_bound *before,
			 const struct version_bound *now, struct err *err)
{
	int order, r = version_compare(rb->scheme, before->version, now->version, &order, err);

	if (r == 0 && order >= 0)
		return err_set(err, ERR_FORMAT, "vers: \"%.*s\" does not sort behind \"%.*s\"",
			       STR_FMT(str_sub(now->version, 0, 80)),
			       STR_FMT(str_sub(before->version, 0, 80)));
	return r;
}

static bool is_upper(enum version_op op)
{
	return op == VERSION_LT || op == VERSION_LE;
}

static bool is_lower(enum version_op op)
{
	return op == VERSION_GT || op == VERSION_GE;
}

/* The rules on neighbours; "!=" is passed over. */
static int check_sequence(enum version_op before, enum version_op now, struct err *err)
{
	if ((is_lower(before) && !is_upper(now)) || (!is_lower(before) && is_upper(now)))
		return err_set(err, ERR_FORMAT, "vers: a redundant constraint");
	return 0;
}

static int read_constraint(struct range_builder *rb, struct vec *list, struct str text,
			   struct err *err)
{
	enum version_op op = VERSION_EQ;
	const struct version_bound *now, *before;
	int r;

	if (text.n == 0)
		return err_set(err, ERR_FORMAT, "vers: an empty constraint");
	if (char_at(text, 0) == '=')
		return err_set(err, ERR_FORMAT, "vers: \"=\" is left out");
	(void)range_pull_op(&text, &op); /* none: equal */
	r = decode_version(rb, &text, err);
	if (r == 0)
		r = add_constraint(list, op, text, err);
	if (r < 0)
		return r;
	now = vec_at(list, list->n - 1);
	before = list->n > 1 ? vec_at(list, list->n - 2) : NULL;
	if (before)
		return check_follows(rb, before, now, err);
	return version_compare(rb->scheme, now->version, now->version, &(int){0}, err);
}

static int add_excluded(struct range_builder *rb, const struct vec *list, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct version_bound *c = vec_at(list, i);

		if (c->op == VERSION_NE)
			r = range_add(rb, c->op, c->version, err);
	}
	return r < 0 ? r : range_close(rb, err);
}

/* Exclusions between two bounds of an interval. */
static int add_between(struct range_builder *rb, const struct vec *list, size_t from, size_t to,
		       struct err *err)
{
	int r = 0;

	for (size_t i = from; r == 0 && i < to; i++) {
		const struct version_bound *c = vec_at(list, i);

		if (c->op == VERSION_NE)
			r = range_add(rb, c->op, c->version, err);
	}
	return r;
}

/* The sorted list as alternatives: intervals and single versions. */
static int add_alternatives(struct range_builder *rb, const struct vec *list, struct err *err)
{
	enum version_op last = VERSION_ANY;
	size_t opened = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct version_bound *c = vec_at(list, i);

		if (c->op == VERSION_NE)
			continue;
		r = last == VERSION_ANY ? 0 : check_sequence(last, c->op, err);
		if (r == 0 && is_upper(c->op))
			r = add_between(rb, list, opened, i, err);
		if (r == 0)
			r = range_add(rb, c->op, c->version, err);
		if (r == 0 && !is_lower(c->op))
			r = range_close(rb, err);
		last = c->op;
		opened = i;
	}
	if (r == 0 && last == VERSION_ANY)
		return add_excluded(rb, list, err);
	if (r == 0 && is_lower(last))
		r = add_between(rb, list, opened, list->n, err);
	return r == 0 && is_lower(last) ? range_close(rb, err) : r;
}

static int read_constraints(struct range_builder *rb, struct str text, struct err *err)
{
	struct vec list = VEC_INIT(struct version_bound, LIMIT_VERSION_RANGE_BOUNDS);
	struct str one;
	int r = 0;

	if (str_is(text, "*"))
		return range_close(rb, err);
	if (str_has_suffix(text, STR("|")))
		return err_set(err, ERR_FORMAT, "vers: an empty constraint");
	while (r == 0 && str_pull_until(&text, '|', &one))
		r = read_constraint(rb, &list, one, err);
	if (r == 0)
		r = add_alternatives(rb, &list, err);
	vec_done(&list);
	return r;
}

int range_read_vers(struct range_builder *rb, struct str text, struct err *err)
{
	enum version_scheme scheme;
	struct str type, constraints;

	for (size_t i = 0; i < text.n; i++)
		if (char_is_space(text.p[i]))
			return err_set(err, ERR_FORMAT, "vers: white space");
	(void)str_pull_prefix(&text, STR("vers:")); /* the caller saw it */
	if (!str_cut(text, '/', &type, &constraints) || constraints.n == 0)
		return err_set(err, ERR_FORMAT, "vers: expected vers:TYPE/CONSTRAINTS");
	for (size_t i = 0; i < type.n; i++)
		if (char_lower(type.p[i]) != type.p[i])
			return err_set(err, ERR_FORMAT, "vers: the type is in lower case");
	rb->plain = true;
	if (str_is(type, "all") && str_is(constraints, "*"))
		return range_close(rb, err);
	if (str_is(type, "none") && str_is(constraints, "*")) {
		int r = range_add(rb, VERSION_NONE, STR_NULL, err);

		return r < 0 ? r : range_close(rb, err);
	}
	if (!version_scheme_find(type, &scheme))
		return err_set(err, ERR_UNSUPPORTED, "vers: type \"%.*s\" is not known",
			       STR_FMT(str_sub(type, 0, 80)));
	if (scheme != rb->scheme)
		return err_set(err, ERR_UNSUPPORTED, "vers: a range of %.*s for a version of %.*s",
			       STR_FMT(version_scheme_name(scheme)),
			       STR_FMT(version_scheme_name(rb->scheme)));
	return read_constraints(rb, constraints, err);
}
