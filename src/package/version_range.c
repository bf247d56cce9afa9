/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ranges: the builder, and the forms that every scheme shares. */
#include "base/cleanup.h"
#include "package/version.h"
#include "package/versions/number.h"
#include "package/versions/rules.h"

int range_add(struct range_builder *rb, enum version_op op, struct str version, struct err *err)
{
	const struct version_rules *rules = version_rules_of(rb->scheme);
	bool ordered = op != VERSION_NONE && op != VERSION_ANY && op != VERSION_IDENTICAL;
	struct version_bound *bound;

	if (version.n > LIMIT_VERSION_BYTES)
		return err_set(err, ERR_LIMIT,
			       "a version of %zu bytes is beyond version_bytes (%d)", version.n,
			       (int)LIMIT_VERSION_BYTES);
	if (ordered && version.n == 0)
		return err_set(err, ERR_FORMAT, "expected a version behind the operator");
	if (ordered && rules->accept) {
		int r = rules->accept(version, err);

		if (r < 0)
			return r;
	}
	bound = vec_push(&rb->bounds);
	if (!bound)
		return rb->bounds.n < rb->bounds.max
			       ? err_nomem(err)
			       : err_set(err, ERR_LIMIT,
					 "more bounds than version_range_bounds (%d)",
					 (int)LIMIT_VERSION_RANGE_BOUNDS);
	bound->op = op;
	bound->version = version;
	return 0;
}

int range_add_made(struct range_builder *rb, enum version_op op, struct str text, struct err *err)
{
	return text.p ? range_add(rb, op, text, err) : err_nomem(err);
}

int range_close(struct range_builder *rb, struct err *err)
{
	struct version_bound *last;
	int r = 0;

	if (rb->group == rb->bounds.n)
		r = range_add(rb, VERSION_ANY, STR_NULL, err);
	if (r < 0)
		return r;
	last = vec_at(&rb->bounds, rb->bounds.n - 1);
	last->closes = true;
	rb->group = rb->bounds.n;
	return 0;
}

bool range_pull_op(struct str *text, enum version_op *ret)
{
	static const struct {
		const char *text;
		enum version_op op;
	} ops[] = {
		{"<=", VERSION_LE}, {"<<", VERSION_LT}, {"<>", VERSION_NE}, {"<", VERSION_LT},
		{">=", VERSION_GE}, {">>", VERSION_GT}, {">", VERSION_GT},  {"==", VERSION_EQ},
		{"=", VERSION_EQ},  {"!=", VERSION_NE},
	};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (str_pull_prefix(text, str_of(ops[i].text))) {
			*ret = ops[i].op;
			return true;
		}
	return false;
}

bool range_pull_alternative(struct str *text, struct str *ret)
{
	size_t at = str_find(*text, STR("||"));

	if (!text->p)
		return false;
	*ret = str_trim(str_sub(*text, 0, at));
	*text = at < text->n ? str_skip(*text, at + 2) : STR_NULL;
	return true;
}

static bool is_op_char(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!' || c == '~' || c == '^';
}

/* Where white space stands before an operator, from `from` on. */
static size_t find_next_comparison(struct str s, size_t from)
{
	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == ',')
			return i;
		if (char_is_space(s.p[i]) && is_op_char(char_at(s, i + 1)))
			return i;
	}
	return s.n;
}

bool range_pull_comparison(struct str *text, struct str *ret)
{
	size_t at = 0;

	while (text->n && (char_is_space(text->p[0]) || text->p[0] == ','))
		*text = str_skip(*text, 1);
	if (text->n == 0)
		return false;
	at = find_next_comparison(*text, 0);
	*ret = str_trim(str_sub(*text, 0, at));
	*text = str_skip(*text, at);
	return true;
}

static struct str unquote(struct str s)
{
	if (s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0])
		return str_sub(s, 1, s.n - 2);
	return s;
}

int range_read_comparison(struct range_builder *rb, struct str text, struct err *err)
{
	enum version_op op = VERSION_EQ;
	struct str version = text;

	if (str_is(text, "*"))
		return range_add(rb, VERSION_ANY, STR_NULL, err);
	(void)range_pull_op(&version, &op); /* none: equal */
	version = unquote(str_trim(version));
	if (version.n && (is_op_char(version.p[0]) || version.p[0] == '(' || version.p[0] == '|'))
		return err_set(err, ERR_FORMAT, "\"%.*s\": no such operator",
			       STR_FMT(str_sub(text, 0, 80)));
	for (size_t i = 0; i < version.n; i++)
		if (char_is_space(version.p[i]))
			return err_set(err, ERR_FORMAT, "\"%.*s\": white space inside a version",
				       STR_FMT(str_sub(text, 0, 80)));
	return range_add(rb, op, version, err);
}

int range_read_plain(struct range_builder *rb, struct str text, struct err *err)
{
	struct str group, part;
	int r = 0;

	while (r == 0 && range_pull_alternative(&text, &group)) {
		if (group.n == 0)
			return err_set(err, ERR_FORMAT, "nothing on one side of \"||\"");
		while (r == 0 && range_pull_comparison(&group, &part))
			r = range_read_comparison(rb, part, err);
		if (r == 0)
			r = range_close(rb, err);
	}
	return r;
}

static int finish(struct range_builder *rb, struct version_range *ret, struct err *err)
{
	struct version_bound *bounds = arena_array(rb->arena, rb->bounds.n, sizeof *bounds);

	if (!bounds)
		return err_nomem(err);
	memcpy(bounds, rb->bounds.p, rb->bounds.n * sizeof *bounds);
	ret->bounds = bounds;
	ret->n_bounds = rb->bounds.n;
	ret->plain = rb->plain;
	return 0;
}

static int read_bounds(struct range_builder *rb, struct str text, struct err *err)
{
	const struct version_rules *rules = version_rules_of(rb->scheme);

	if (str_has_prefix(text, STR("vers:")))
		return range_read_vers(rb, text, err);
	if (rules->read_range)
		return rules->read_range(rb, text, err);
	return range_read_plain(rb, text, err);
}

int version_range_parse(enum version_scheme scheme, struct str text, struct arena *a,
			struct version_range *ret, struct err *err)
{
	struct range_builder rb = {
		.bounds = VEC_INIT(struct version_bound, LIMIT_VERSION_RANGE_BOUNDS),
		.arena = a,
		.scheme = scheme,
	};
	struct version_range range = {.scheme = scheme};
	int r = 0;

	if (text.n > LIMIT_VERSION_RANGE_BYTES)
		return err_set(err, ERR_LIMIT,
			       "a range of %zu bytes is beyond version_range_bytes (%d)", text.n,
			       (int)LIMIT_VERSION_RANGE_BYTES);
	text = str_trim(text);
	if (text.n)
		r = read_bounds(&rb, text, err);
	if (r == 0 && rb.bounds.n)
		r = finish(&rb, &range, err);
	vec_done(&rb.bounds);
	if (r == 0)
		*ret = range;
	return r;
}
