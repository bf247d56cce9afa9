/* SPDX-License-Identifier: Apache-2.0 */
#include "package/version.h"

#include "base/cleanup.h"
#include "package/versions/rules.h"

struct scheme_row {
	const struct version_rules *rules;
	const char *names;
	const char *title;
	const char *spec;
};

static const struct scheme_row schemes[VERSION_SCHEMES] = {
#define VERSION_SCHEME(ID, rules, names, title, spec)                                              \
	[VERSION_##ID] = {&version_##rules, names, title, spec},
#include "package/versions/versions_list.def"
#undef VERSION_SCHEME
};

bool version_scheme_find(struct str name, enum version_scheme *ret)
{
	(void)str_cut(name, ':', &name, &(struct str){0}); /* none: untouched */
	for (size_t i = 0; name.n && i < ARRAY_LEN(schemes); i++) {
		struct str names = str_of(schemes[i].names), one;

		while (str_pull_until(&names, ',', &one))
			if (str_eq_nocase(one, name)) {
				*ret = (enum version_scheme)i;
				return true;
			}
	}
	return false;
}

const char *version_scheme_names(enum version_scheme scheme)
{
	return schemes[scheme].names;
}

const char *version_scheme_title(enum version_scheme scheme)
{
	return schemes[scheme].title;
}

const char *version_scheme_spec(enum version_scheme scheme)
{
	return schemes[scheme].spec;
}

struct str version_scheme_name(enum version_scheme scheme)
{
	struct str names = str_of(schemes[scheme].names), first = STR_NULL;

	(void)str_pull_until(&names, ',', &first); /* there is always one */
	return first;
}

const struct version_rules *version_rules_of(enum version_scheme scheme)
{
	return schemes[scheme].rules;
}

int version_refuse(struct str version, const char *why, struct err *err)
{
	char shown[80];
	size_t n = 0;

	for (; n < version.n && n < sizeof shown; n++)
		shown[n] = version.p[n] < ' ' || version.p[n] == 0x7f ? '?' : version.p[n];
	return err_set(err, ERR_FORMAT, "\"%.*s%s\": %s", (int)n, shown, n < version.n ? "..." : "",
		       why);
}

bool version_op_holds(enum version_op op, int order)
{
	switch ((int)op) {
	case VERSION_ANY:
		return true;
	case VERSION_LT:
		return order < 0;
	case VERSION_LE:
		return order <= 0;
	case VERSION_EQ:
		return order == 0;
	case VERSION_NE:
		return order != 0;
	case VERSION_GE:
		return order >= 0;
	case VERSION_GT:
		return order > 0;
	default:
		return false; /* of the scheme: never asked here */
	}
}

static int check_length(struct str version, struct err *err)
{
	if (version.n <= LIMIT_VERSION_BYTES)
		return 0;
	return err_set(err, ERR_LIMIT, "a version of %zu bytes is beyond version_bytes (%d)",
		       version.n, (int)LIMIT_VERSION_BYTES);
}

int version_check(enum version_scheme scheme, struct str version, struct err *err)
{
	int r = check_length(version, err);

	return r < 0 ? r : schemes[scheme].rules->check(version, err);
}

static int accept(const struct version_rules *rules, struct str version, struct err *err)
{
	return rules->accept ? rules->accept(version, err) : 0;
}

int version_compare(enum version_scheme scheme, struct str a, struct str b, int *ret,
		    struct err *err)
{
	const struct version_rules *rules = schemes[scheme].rules;
	int r = check_length(a, err);

	if (r == 0)
		r = check_length(b, err);
	if (r == 0)
		r = accept(rules, a, err);
	if (r == 0)
		r = accept(rules, b, err);
	if (r == 0)
		*ret = rules->compare(a, b);
	return r;
}

static bool meets(const struct version_range *range, const struct version_rules *rules,
		  const struct version_bound *bound, struct str version)
{
	if (bound->op == VERSION_ANY || bound->op == VERSION_NONE)
		return bound->op == VERSION_ANY;
	if (rules->meets && !range->plain)
		return rules->meets(bound, version);
	return version_op_holds(bound->op, rules->compare(version, bound->version));
}

/* The number of bounds of the alternative that starts at `bound`; *ret: they all hold. */
static size_t match_group(const struct version_range *range, const struct version_rules *rules,
			  const struct version_bound *bound, struct str version, bool *ret)
{
	size_t n = 0;

	*ret = true;
	do {
		*ret = *ret && meets(range, rules, &bound[n], version);
	} while (!bound[n++].closes);
	if (*ret && rules->admits && !range->plain)
		*ret = rules->admits(bound, n, version);
	return n;
}

int version_range_match(const struct version_range *range, struct str version, bool *ret,
			struct err *err)
{
	const struct version_rules *rules = schemes[range->scheme].rules;
	bool inside = range->n_bounds == 0;
	int r = check_length(version, err);

	if (r < 0)
		return r;
	if (rules->is_member && !range->plain && !rules->is_member(version)) {
		*ret = false;
		return 0;
	}
	r = accept(rules, version, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < range->n_bounds && !inside;)
		i += match_group(range, rules, &range->bounds[i], version, &inside);
	*ret = inside;
	return 0;
}
