/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_schema.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "check/yaml_facts.h"

#define STEPS_MAX 200000 /* nodes of one file that are looked at, each alias anew */

/* ---- the table ---- */

struct row {
	const char *name, *text;
};

#define CHOICE(name, text) {name, text},
#define TYPE(name, text)
static const struct row choices[] = {
#include "check/compose_schema.def"
};
#undef CHOICE
#undef TYPE

#define CHOICE(name, text)
#define TYPE(name, text) {name, text},
static const struct row types[] = {
#include "check/compose_schema.def"
};
#undef CHOICE
#undef TYPE

static int compare_row(const void *key, const void *row)
{
	return str_cmp(*(const struct str *)key, str_of(((const struct row *)row)->name));
}

static struct str find_row(const struct row *rows, size_t n, struct str name)
{
	const struct row *row = bsearch(&name, rows, n, sizeof *rows, compare_row);

	return row ? str_of(row->text) : STR_NULL;
}

static struct str keys_of(struct str type)
{
	return find_row(types, sizeof types / sizeof types[0], type);
}

/* The next key of a row. */
static bool pull_key(struct str *row, struct str *ret_name, struct str *ret_choice)
{
	struct str word;

	return str_pull_word(row, &word) && str_cut(word, ':', ret_name, ret_choice);
}

static bool find_key(struct str row, struct str name, struct str *ret_choice)
{
	struct str other;

	while (pull_key(&row, &other, ret_choice))
		if (str_eq(name, other))
			return true;
	return false;
}

/* The next type of a choice; false at its end. */
static bool pull_type(struct str *choice, struct str *ret)
{
	if (!choice->n)
		return false;
	if (!str_pull_until(choice, '|', ret)) {
		*ret = *choice;
		*choice = STR_NULL;
	}
	return true;
}

/* ---- kinds of values ---- */

static bool is_null(const struct yaml_node *node)
{
	struct yaml_fact unused;

	return yaml_kind_of(node) == YAML_ABSENT || yaml_tag(node) == YAML_TAG_RESET ||
	       (yaml_kind_of(node) == YAML_SCALAR &&
		yaml_fact_init(&unused, node).kind == VALUE_NULL);
}

/* Compose reads YAML 1.2, where only these two are no texts. */
static bool is_bool(struct str text)
{
	return str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false"));
}

/* As a variable would give it. */
static bool means_bool(struct str text)
{
	static const char *const words[] = {"y", "yes", "n", "no", "on", "off", "1", "0", "t", "f"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq_nocase(text, str_of(words[i])))
			return true;
	return is_bool(text);
}

static bool fits_scalar(char type, const struct yaml_node *node)
{
	struct yaml_fact unused;
	struct value v = yaml_fact_init(&unused, node);
	struct str text = yaml_str(node);

	if (str_find_char(text, '$') < text.n || type == 'v')
		return true;
	switch (type) {
	case 's':
		return v.kind == VALUE_STRING || (v.kind == VALUE_BOOL && !is_bool(text));
	case 'x':
		return v.kind != VALUE_BOOL || !is_bool(text);
	case 'b':
		return v.kind == VALUE_BOOL || (v.kind == VALUE_STRING && means_bool(text));
	default:
		return false;
	}
}

static bool fits(struct str type, const struct yaml_node *node)
{
	char first = type.n ? type.p[0] : 'a';

	switch (yaml_kind_of(node)) {
	case YAML_LIST:
		return first == '[' || first == 'a';
	case YAML_MAP:
		return first == '{' || first == '@' || first == 'a';
	case YAML_SCALAR:
		return first == 'a' || fits_scalar(first, node);
	case YAML_ABSENT:
		break;
	}
	return true;
}

static const char *wanted(char type)
{
	switch (type) {
	case 's':
		return "a text";
	case 'b':
		return "true or false";
	case '[':
		return "a list";
	case '{':
	case '@':
		return "a map";
	default:
		return "a number or a text";
	}
}

/* ---- keys and values ---- */

struct checking {
	struct schema_problems problems;
	size_t n_steps;
};

static void check_value(struct checking *c, struct str choice, const struct yaml_node *node,
			const struct schema_step *at);

static void wrong_kind(struct checking *c, struct str choice, const struct yaml_node *node,
		       const struct schema_step *at)
{
	struct str name = at->name.n ? at->name : at->up ? STR("an entry") : STR("the file"), type;
	const struct str all = choice;
	const char *words[3] = {"", "", ""};

	for (size_t n = 0; n < 3 && pull_type(&choice, &type); n++)
		words[n] = wanted(type.p[0]);
	if (str_is(all, "s"))
		words[0] = "a text, in quotes where it looks like a number";
	schema_problem(&c->problems, "wrong-type", at, node, "%.*s has to be %s%s%s%s%s",
		       STR_FMT(name), words[0], *words[1] ? " or " : "", words[1],
		       *words[2] ? " or " : "", words[2]);
}

static void unknown_key(struct checking *c, struct str row, const struct yaml_node *key,
			const struct schema_step *at)
{
	struct nearest near = nearest_to(yaml_str(key));
	struct str name, choice;

	while (pull_key(&row, &name, &choice))
		nearest_offer(&near, name);
	schema_problem(&c->problems, "unknown-field", at, key, "there is no key %.*s%s%.*s%s",
		       STR_FMT(yaml_str(key)), near.name.n ? "; did you mean " : "",
		       STR_FMT(near.name), near.name.n ? "?" : "");
}

static void check_keys(struct checking *c, struct str row, const struct yaml_node *node,
		       const struct schema_step *at)
{
	const struct yaml_node *key, *value;
	struct str choice;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		const struct schema_step step = {.up = at, .name = yaml_str(key)};

		if (find_key(row, step.name, &choice))
			check_value(c, choice, value, &step);
		else if (!str_has_prefix(step.name, STR("x-")))
			unknown_key(c, row, key, &step);
	}
}

/* Of a map of any names, or a list. */
static void check_entries(struct checking *c, struct str choice, const struct yaml_node *node,
			  const struct schema_step *at)
{
	const struct yaml_node *key, *value;
	bool services = str_is(choice, "@service");

	for (size_t i = 0; i < yaml_len(node); i++) {
		struct schema_step step = {.up = at, .number = i};

		if (yaml_entry(node, i, &key, &value))
			step.name = yaml_str(key);
		else
			value = yaml_at(node, i);
		if (str_has_prefix(step.name, STR("x-")))
			continue;
		if (services && is_null(value) && yaml_tag(value) != YAML_TAG_RESET)
			wrong_kind(c, choice, value, &step);
		check_value(c, choice, value, &step);
	}
}

/* Its depth is that of the table: what is in it ends. */
static void check_value(struct checking *c, struct str choice, const struct yaml_node *node,
			const struct schema_step *at)
{
	struct str rest, type, name = choice;

	if (str_pull_prefix(&name, STR("$")))
		choice = find_row(choices, sizeof choices / sizeof choices[0], name);
	if (is_null(node) || ++c->n_steps > STEPS_MAX || schema_problems_full(&c->problems))
		return;
	for (rest = choice; pull_type(&rest, &type);) {
		if (!fits(type, node))
			continue;
		if (type.p[0] == '@')
			check_keys(c, keys_of(str_skip(type, 1)), node, at);
		else if (type.p[0] == '[' || type.p[0] == '{')
			check_entries(c, str_skip(type, 2), node, at);
		return;
	}
	wrong_kind(c, choice, node, at);
}

int compose_schema_check(const struct yaml_node *root, struct arena *a, struct value *ret,
			 struct err *err)
{
	struct checking c = {.problems = schema_problems_init(a)};
	const struct schema_step at = {0};

	check_value(&c, STR("@file"), root, &at);
	*ret = schema_problems_take(&c.problems);
	return arena_check(a, err);
}

/* ---- names ---- */

enum { SERVICES, NETWORKS, VOLUMES, SECRETS, CONFIGS };

static const char *const kinds[COMPOSE_NAMES_N] = {
	[SERVICES] = "services", [NETWORKS] = "networks", [VOLUMES] = "volumes",
	[SECRETS] = "secrets",	 [CONFIGS] = "configs",
};

/* What a service calls them, in the same order. */
static const char *const uses[COMPOSE_NAMES_N] = {
	[SERVICES] = "depends_on", [NETWORKS] = "networks", [VOLUMES] = "volumes",
	[SECRETS] = "secrets",	   [CONFIGS] = "configs",
};

bool compose_names_are_in(struct str key)
{
	struct nearest near = nearest_to(key);

	for (size_t i = 0; i < COMPOSE_NAMES_N; i++) {
		if (str_is(key, kinds[i]))
			return true;
		nearest_offer(&near, str_of(kinds[i]));
	}
	return near.name.n > 0 && near.edits <= 2;
}

void compose_names_init(struct compose_names *names)
{
	for (size_t i = 0; i < COMPOSE_NAMES_N; i++)
		map_init(&names->declared[i], SIZE_MAX);
}

void compose_names_done(struct compose_names *names)
{
	for (size_t i = 0; i < COMPOSE_NAMES_N; i++)
		map_done(&names->declared[i]);
}

int compose_names_add(struct compose_names *names, const struct yaml_node *root, struct err *err)
{
	const struct yaml_node *key, *value;

	for (size_t k = 0; k < COMPOSE_NAMES_N; k++)
		for (size_t i = 0; yaml_entry(yaml_get(root, kinds[k]), i, &key, &value); i++)
			if (map_put(&names->declared[k], yaml_str(key), (void *)(uintptr_t)key) < 0)
				return err_nomem(err);
	return 0;
}

struct referring {
	struct schema_problems problems;
	const struct compose_names *names;
};

static void undeclared(struct referring *r, size_t kind, struct str name,
		       const struct yaml_node *node, const struct schema_step *at)
{
	struct nearest near = nearest_to(name);
	struct str other;
	size_t i = 0;
	void *unused;

	if (schema_problems_full(&r->problems))
		return;
	while (map_next(&r->names->declared[kind], &i, &other, &unused))
		nearest_offer(&near, other);
	schema_problem(&r->problems, "undeclared", at, node, "%s declares no %.*s%s%.*s%s",
		       kinds[kind], STR_FMT(name), near.name.n ? "; did you mean " : "",
		       STR_FMT(near.name), near.name.n ? "?" : "");
}

/* The name of a volume in the short form; empty: a path, or none. */
static struct str volume_name(struct str text)
{
	struct str name, rest;

	if (!str_cut(text, ':', &name, &rest) || !name.n || memchr("./~\\", name.p[0], 4))
		return STR("");
	if (str_find_char(name, '/') < name.n || str_find_char(name, '\\') < name.n)
		return STR("");
	if (name.n == 1 && (str_has_prefix(rest, STR("\\")) || str_find_char(rest, ':') < rest.n))
		return STR(""); /* C:\data, c:/data:/data */
	return name;
}

static struct str name_in(size_t kind, const struct yaml_node *entry)
{
	if (yaml_kind_of(entry) == YAML_MAP)
		return kind != VOLUMES || str_is(yaml_get_str(entry, "type"), "volume")
			       ? yaml_get_str(entry, "source")
			       : STR("");
	return kind == VOLUMES ? volume_name(yaml_str(entry)) : yaml_str(entry);
}

static void check_use(struct referring *r, size_t kind, const struct yaml_node *uses_of,
		      const struct schema_step *at)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; i < yaml_len(uses_of); i++) {
		struct schema_step step = {.up = at, .number = i};
		struct str name;

		if (yaml_entry(uses_of, i, &key, &value)) {
			name = step.name = yaml_str(key);
			if (is_bool(yaml_get_str(value, "required")) &&
			    str_eq_nocase(yaml_get_str(value, "required"), STR("false")))
				continue;
			value = key;
		} else {
			value = yaml_at(uses_of, i);
			name = name_in(kind, value);
		}
		if (!name.n || str_find_char(name, '$') < name.n ||
		    (kind == NETWORKS && str_is(name, "default")) ||
		    map_get(&r->names->declared[kind], name))
			continue;
		undeclared(r, kind, name, value, &step);
	}
}

int compose_references_check(const struct yaml_node *root, const struct compose_names *names,
			     struct arena *a, struct value *ret, struct err *err)
{
	struct referring r = {.problems = schema_problems_init(a), .names = names};
	const struct yaml_node *services = yaml_get(root, "services"), *key, *service;
	const struct schema_step top = {0}, of = {.up = &top, .name = STR("services")};

	for (size_t i = 0; yaml_entry(services, i, &key, &service); i++)
		for (size_t k = 0; k < COMPOSE_NAMES_N; k++) {
			const struct schema_step at = {.up = &of, .name = yaml_str(key)},
						 use = {.up = &at, .name = str_of(uses[k])};

			check_use(&r, k, yaml_get(service, uses[k]), &use);
		}
	*ret = schema_problems_take(&r.problems);
	return arena_check(a, err);
}
