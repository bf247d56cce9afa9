/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_schema.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "check/yaml_facts.h"

#define STEPS_MAX 200000 /* nodes of one object that are looked at, each alias anew */

/* ---- the table ---- */

struct kind_row {
	const char *api_version, *kind, *type;
};

struct type_row {
	const char *name, *fields;
};

#define TYPE(name, fields)
#define KIND(api_version, kind, type) {api_version, kind, type},
static const struct kind_row kinds[] = {
#include "check/kubernetes_schema.def"
};
#undef TYPE
#undef KIND

#define KIND(api_version, kind, type)
#define TYPE(name, fields) {name, fields},
static const struct type_row types[] = {
#include "check/kubernetes_schema.def"
};
#undef TYPE
#undef KIND

static const char *type_of_kind(struct str api_version, struct str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_is(kind, kinds[i].kind) && str_is(api_version, kinds[i].api_version))
			return kinds[i].type;
	return NULL;
}

struct group_row {
	const char *name, *kinds;
};

#define GROUP(name, kinds) {name, kinds},
static const struct group_row groups[] = {
#include "check/kubernetes_group.def"
};
#undef GROUP

/* All kinds of a group that Kubernetes defines; absent: one of somebody else. */
static struct str kinds_of_group(struct str name)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (str_is(name, groups[i].name))
			return str_of(groups[i].kinds);
	return STR_NULL;
}

static int compare_type(const void *key, const void *row)
{
	return str_cmp(*(const struct str *)key, str_of(((const struct type_row *)row)->name));
}

static struct str fields_of(struct str type)
{
	const struct type_row *row = bsearch(&type, types, sizeof types / sizeof types[0],
					     sizeof types[0], compare_type);

	return row ? str_of(row->fields) : STR_NULL;
}

/* The next field of a row. */
static bool pull_field(struct str *row, struct str *ret_name, struct str *ret_type,
		       bool *ret_required)
{
	struct str word;

	if (!str_pull_word(row, &word))
		return false;
	*ret_required = str_pull_prefix(&word, STR("*"));
	return str_cut(word, ':', ret_name, ret_type);
}

static bool find_field(struct str row, struct str name, struct str *ret_type)
{
	struct str other;
	bool required;

	while (pull_field(&row, &other, ret_type, &required))
		if (str_eq(name, other))
			return true;
	return false;
}

/* ---- what is being checked ---- */

struct checking {
	struct schema_problems problems;
	size_t n_steps;
};

static bool is_null(const struct yaml_node *node)
{
	struct yaml_fact unused;

	return yaml_kind_of(node) == YAML_ABSENT ||
	       (yaml_kind_of(node) == YAML_SCALAR &&
		yaml_fact_init(&unused, node).kind == VALUE_NULL);
}

static bool is_whole(struct value v)
{
	return v.kind == VALUE_INT || (v.kind == VALUE_DOUBLE && v.d == (double)(long long)v.d &&
				       v.d > -9e15 && v.d < 9e15);
}

static const char *wanted(char type)
{
	switch (type) {
	case 's':
		return "a text, in quotes where it looks like something else";
	case 'i':
		return "a whole number without quotes";
	case 'b':
		return "true or false without quotes";
	case 'q':
		return "a quantity like 500m or 1Gi";
	case '[':
		return "a list";
	case '{':
	case '@':
		return "a map";
	default:
		return "a number or a text";
	}
}

static bool fits(char type, const struct yaml_node *node)
{
	struct yaml_fact unused;
	struct value v = yaml_fact_init(&unused, node);
	bool is_number = v.kind == VALUE_INT || v.kind == VALUE_DOUBLE;

	switch (type) {
	case 's':
		return v.kind == VALUE_STRING;
	case 'i':
		return is_whole(v);
	case 'b':
		return v.kind == VALUE_BOOL;
	case 'q':
	case 'x':
		return v.kind == VALUE_STRING || is_number;
	default:
		return false;
	}
}

static void check_value(struct checking *c, struct str type, const struct yaml_node *node,
			const struct schema_step *at);

static void unknown_field(struct checking *c, struct str row, const struct yaml_node *key,
			  const struct schema_step *at)
{
	struct nearest near = nearest_to(yaml_str(key));
	struct str name, type;
	bool required;

	while (pull_field(&row, &name, &type, &required))
		nearest_offer(&near, name);
	if (near.name.n)
		schema_problem(&c->problems, "unknown-field", at, key,
			       "there is no field %.*s; did you mean %.*s?", STR_FMT(yaml_str(key)),
			       STR_FMT(near.name));
	else
		schema_problem(&c->problems, "unknown-field", at, key, "there is no field %.*s",
			       STR_FMT(yaml_str(key)));
}

/* Its depth is that of the YAML: yaml_depth. */
static void check_object(struct checking *c, struct str row, const struct yaml_node *node,
			 const struct schema_step *at)
{
	const struct yaml_node *key, *value;
	struct str name, type, rest = row;
	bool required;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		const struct schema_step step = {.up = at, .name = yaml_str(key)};

		if (find_field(row, yaml_str(key), &type))
			check_value(c, type, value, &step);
		else
			unknown_field(c, row, key, &step);
	}
	while (pull_field(&rest, &name, &type, &required)) {
		const struct schema_step step = {.up = at, .name = name};

		if (required && is_null(yaml_find(node, name)))
			schema_problem(&c->problems, "missing-field", &step, node,
				       "%.*s is missing", STR_FMT(name));
	}
}

static void check_items(struct checking *c, struct str type, const struct yaml_node *node,
			const struct schema_step *at)
{
	const struct yaml_node *key, *value;
	size_t n = yaml_len(node);

	for (size_t i = 0; i < n; i++) {
		struct schema_step step = {.up = at, .number = i};

		if (yaml_entry(node, i, &key, &value))
			step.name = yaml_str(key);
		else
			value = yaml_at(node, i);
		check_value(c, type, value, &step);
	}
	if (n == 0 && str_is(at->name, "containers") && str_is(type, "@Container"))
		schema_problem(&c->problems, "missing-field", at, node, "a pod has no containers");
}

static void check_value(struct checking *c, struct str type, const struct yaml_node *node,
			const struct schema_step *at)
{
	enum yaml_kind kind = yaml_kind_of(node);
	char first = type.n ? type.p[0] : 'a';
	bool right;

	if (first == 'a' || is_null(node) || ++c->n_steps > STEPS_MAX ||
	    schema_problems_full(&c->problems))
		return;
	if (first == '[')
		right = kind == YAML_LIST;
	else if (first == '{' || first == '@')
		right = kind == YAML_MAP;
	else
		right = kind == YAML_SCALAR && fits(first, node);
	if (!right) {
		schema_problem(&c->problems, "wrong-type", at, node, "%.*s has to be %s",
			       STR_FMT(at->name.n ? at->name : STR("an entry")), wanted(first));
		return;
	}
	if (first == '@')
		check_object(c, fields_of(str_skip(type, 1)), node, at);
	else if (first == '[' || first == '{')
		check_items(c, str_skip(type, 2), node, at);
}

/* ---- any object ---- */

static void check_head(struct checking *c, const struct yaml_node *object,
		       const struct schema_step *at, bool known)
{
	const struct yaml_node *meta = yaml_get(object, "metadata");

	if (!yaml_get_str(object, "kind").n)
		schema_problem(&c->problems, "missing-field", at, object, "kind is missing");
	if (!yaml_get_str(object, "apiVersion").n)
		schema_problem(&c->problems, "missing-field", at, object, "apiVersion is missing");
	if (known && !yaml_get_str(meta, "name").n && !yaml_get_str(meta, "generateName").n)
		schema_problem(&c->problems, "missing-field", at, object,
			       "metadata.name is missing");
}

/* Also what lists objects of a kind. */
static bool has_kind(struct str kinds_of, struct str kind)
{
	struct str one = kind, other;

	if (str_has_suffix(kind, STR("List")))
		one = str_sub(kind, 0, kind.n - strlen("List"));
	while (str_pull_word(&kinds_of, &other))
		if (str_eq(other, kind) || str_eq(other, one))
			return true;
	return false;
}

static void check_kind(struct checking *c, const struct yaml_node *object,
		       const struct schema_step *at)
{
	struct str api = yaml_get_str(object, "apiVersion"), kind = yaml_get_str(object, "kind");
	const struct schema_step step = {.up = at, .name = STR("kind")};
	struct nearest near = nearest_to(kind);
	struct str group = STR(""), version, all, name;

	if (!str_cut(api, '/', &group, &version))
		group = STR("");
	if (!group.n && !str_is(api, "v1"))
		return;
	all = kinds_of_group(group);
	if (!all.p || !kind.n || has_kind(all, kind))
		return;
	while (str_pull_word(&all, &name))
		nearest_offer(&near, name);
	schema_problem(&c->problems, "unknown-kind", &step, yaml_get(object, "kind"),
		       "%.*s has no kind %.*s%s%.*s%s", STR_FMT(api), STR_FMT(kind),
		       near.name.n ? "; did you mean " : "", STR_FMT(near.name),
		       near.name.n ? "?" : "");
}

int kubernetes_schema_check(const struct yaml_node *object, struct arena *a, struct value *ret,
			    struct err *err)
{
	struct checking c = {.problems = schema_problems_init(a)};
	const char *type =
		type_of_kind(yaml_get_str(object, "apiVersion"), yaml_get_str(object, "kind"));
	const struct schema_step at = {0};

	check_head(&c, object, &at, type != NULL);
	check_kind(&c, object, &at);
	if (type)
		check_object(&c, fields_of(str_of(type)), object, &at);
	*ret = schema_problems_take(&c.problems);
	return arena_check(a, err);
}
