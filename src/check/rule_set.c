/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rule_set.h"

#include "base/limits.h"
#include "base/nearest.h"
#include "check/rule_pack.h"
#include "base/shipped.h"
#include "check/yaml_facts.h"
#include "codec/yaml.h"

int rule_set_new(struct rule_set **ret, struct err *err)
{
	struct rule_set *set = calloc(1, sizeof *set);

	if (!set)
		return err_nomem(err);
	arena_init(&set->arena, LIMIT_ARENA_BYTES);
	set->files = (struct vec)VEC_INIT(struct yaml_file *, LIMIT_RULE_PACKS);
	set->rules = (struct vec)VEC_INIT(struct rule *, LIMIT_RULES);
	map_init(&set->by_id, LIMIT_RULES);
	*ret = set;
	return 0;
}

void rule_set_free(struct rule_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->files.n; i++)
		yaml_file_free(*(struct yaml_file **)vec_at(&set->files, i));
	vec_done(&set->files);
	vec_done(&set->rules);
	map_done(&set->by_id);
	arena_done(&set->arena);
	free(set);
}

void rule_set_freep(struct rule_set **set)
{
	rule_set_free(*set);
	*set = NULL;
}

/* The file lives as long as the set; *ret_file is a copy of its name that does too. */
static int open_yaml(struct rule_set *set, struct str bytes, struct str file,
		     const struct yaml_file **ret, struct str *ret_file, struct err *err)
{
	struct yaml_file **slot = vec_push(&set->files);
	int r;

	if (!slot)
		return err_set(err, ERR_LIMIT, "%.*s: more than rule_packs (%d)", STR_FMT(file),
			       (int)LIMIT_RULE_PACKS);
	*ret_file = arena_str(&set->arena, file);
	if (!ret_file->p)
		return err_nomem(err);
	r = yaml_parse(bytes, slot, err);
	*ret = *slot;
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(file)) : 0;
}

int rule_set_add_pack(struct rule_set *set, struct str bytes, struct str file, struct err *err)
{
	const struct yaml_file *yaml;
	int r = open_yaml(set, bytes, file, &yaml, &file, err);

	if (r == 0 && yaml_n_documents(yaml) == 0)
		r = err_set(err, ERR_FORMAT, "%.*s: empty; a pack has pack: NAME and rules: LIST",
			    STR_FMT(file));
	for (size_t i = 0; r == 0 && i < yaml_n_documents(yaml); i++)
		r = rule_pack_add(set, yaml_document(yaml, i), file, err);
	return r;
}

int rule_set_add_shipped_about(struct rule_set *set, struct str name, struct err *err)
{
	int r = 0;

	for (const struct shipped_file *f = shipped_files; f->name && r == 0; f++) {
		struct str file = str_of(f->name);

		if (str_pull_prefix(&file, STR("packs/")) && str_has_prefix(file, name))
			r = rule_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name), err);
	}
	return r;
}

int rule_set_add_shipped(struct rule_set *set, struct err *err)
{
	return rule_set_add_shipped_about(set, STR(""), err);
}

/* ---- settings ---- */

static bool has_code(const struct rule *rule, struct str code)
{
	for (size_t i = 0; i < rule->codes.n; i++)
		if (str_eq_nocase(rule->codes.p[i], code))
			return true;
	return false;
}

struct rule *rule_set_at(const struct rule_set *set, size_t i)
{
	struct rule **slot = vec_at(&set->rules, i);

	return slot ? *slot : NULL;
}

struct rule *rule_set_find(const struct rule_set *set, struct str id_or_code)
{
	struct rule *rule = map_get(&set->by_id, id_or_code);

	for (size_t i = 0; !rule && i < set->rules.n; i++)
		if (has_code(rule_set_at(set, i), id_or_code))
			rule = rule_set_at(set, i);
	return rule;
}

void rule_set_want_pins(struct rule_set *set)
{
	for (size_t i = 0; i < set->rules.n; i++) {
		struct rule *rule = rule_set_at(set, i);

		rule->enabled |= rule->pins && !rule->chosen;
	}
}

static int unknown_parameter(const struct rule *rule, const struct yaml_node *key, struct str file,
			     struct err *err)
{
	struct nearest near = nearest_to(yaml_str(key));
	const struct yaml_node *name, *value;

	for (size_t i = 0; yaml_entry(rule->parameters, i, &name, &value); i++)
		nearest_offer(&near, yaml_str(name));
	return err_set(err, ERR_FORMAT, "%.*s:%zu: rule %.*s has no parameter \"%.*s\"%s%.*s%s",
		       STR_FMT(file), yaml_line(key), STR_FMT(rule->id), STR_FMT(yaml_str(key)),
		       near.name.n ? "; did you mean \"" : "", STR_FMT(near.name),
		       near.name.n ? "\"?" : "");
}

/* What a parameter is, as expressions see it; a whole number stands for itself and for a double. */
static const char *parameter_type(const struct yaml_node *node)
{
	struct yaml_fact fact;

	switch (yaml_kind_of(node)) {
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		return "a map";
	case YAML_ABSENT:
	case YAML_SCALAR:
		break;
	}
	switch (yaml_fact_init(&fact, node).kind) {
	case VALUE_BOOL:
		return "true or false";
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_DOUBLE:
		return "a number";
	case VALUE_NULL:
		return "nothing";
	default:
		return "a text";
	}
}

/* A value of another type would be found out only when the rule is asked, and it then is not. */
static int check_type(const struct rule *rule, const struct yaml_node *key,
		      const struct yaml_node *value, struct str file, struct err *err)
{
	const char *want = parameter_type(yaml_find(rule->parameters, yaml_str(key)));
	const char *is = parameter_type(value);

	if (strcmp(want, "nothing") == 0 || strcmp(want, is) == 0)
		return 0;
	return err_set(err, ERR_FORMAT,
		       "%.*s:%zu: parameter \"%.*s\" of rule %.*s is %s, as its default is, not %s",
		       STR_FMT(file), yaml_line(value), STR_FMT(yaml_str(key)), STR_FMT(rule->id),
		       want, is);
}

static int set_overrides(struct rule *rule, const struct yaml_node *map, struct str file,
			 struct err *err)
{
	const struct yaml_node *key, *value;

	if (yaml_kind_of(map) != YAML_MAP)
		return err_set(err, ERR_FORMAT, "%.*s:%zu: parameters is a map", STR_FMT(file),
			       yaml_line(map));
	for (size_t i = 0; yaml_entry(map, i, &key, &value); i++) {
		int r = yaml_find(rule->parameters, yaml_str(key))
				? check_type(rule, key, value, file, err)
				: unknown_parameter(rule, key, file, err);

		if (r < 0)
			return r;
	}
	rule->overrides = map;
	return 0;
}

/* `off`, `on`, a severity, or a map of them. */
static int set_word(struct rule *rule, const struct yaml_node *v, struct str file, struct err *err)
{
	struct nearest near = nearest_to(yaml_str(v));
	struct err why = {0};

	if (rule_parse_switch(yaml_str(v), &rule->enabled))
		return 0;
	if (severity_parse(yaml_str(v), &rule->severity, &why) == 0) {
		rule->enabled = rule->graded = true;
		return 0;
	}
	for (int i = SEVERITY_UNKNOWN; i <= SEVERITY_CRITICAL; i++)
		nearest_offer(&near, str_of(severity_name((enum severity)i)));
	return err_set(err, ERR_FORMAT,
		       "%.*s:%zu: rule %.*s: \"%.*s\" is not one of on, off, a severity, or a map "
		       "with severity, default and parameters%s%.*s%s",
		       STR_FMT(file), yaml_line(v), STR_FMT(rule->id), STR_FMT(yaml_str(v)),
		       near.name.n ? "; did you mean \"" : "", STR_FMT(near.name),
		       near.name.n ? "\"?" : "");
}

static int set_one(struct rule *rule, const struct yaml_node *v, struct str file, struct err *err)
{
	const struct yaml_node *key, *value;
	int r = 0;

	rule->chosen = true;
	if (yaml_kind_of(v) != YAML_MAP)
		return set_word(rule, v, file, err);
	rule->enabled = true; /* who sets something up wants it */
	for (size_t i = 0; r == 0 && yaml_entry(v, i, &key, &value); i++) {
		if (str_is(yaml_str(key), "parameters"))
			r = set_overrides(rule, value, file, err);
		else if (str_is(yaml_str(key), "severity") || str_is(yaml_str(key), "default"))
			r = set_word(rule, value, file, err);
		else
			r = err_set(err, ERR_FORMAT,
				    "%.*s:%zu: rule %.*s has no setting \"%.*s\"; there are "
				    "severity, default and parameters",
				    STR_FMT(file), yaml_line(key), STR_FMT(rule->id),
				    STR_FMT(yaml_str(key)));
	}
	return r;
}

struct str rule_set_nearest(const struct rule_set *set, struct str id)
{
	struct nearest near = nearest_to(id);

	for (size_t i = 0; i < set->rules.n; i++)
		nearest_offer(&near, rule_set_at(set, i)->id);
	return near.name;
}

static int unknown_rule(const struct rule_set *set, struct str name, struct str file, size_t line,
			struct err *err)
{
	struct str nearest = rule_set_nearest(set, name);

	if (nearest.n)
		return err_set(err, ERR_FORMAT,
			       "%.*s:%zu: there is no rule \"%.*s\"; did you mean \"%.*s\"?",
			       STR_FMT(file), line, STR_FMT(name), STR_FMT(nearest));
	return err_set(err, ERR_FORMAT,
		       "%.*s:%zu: there is no rule \"%.*s\"; plimsoll rules list shows them",
		       STR_FMT(file), line, STR_FMT(name));
}

/* A code may stand for several rules: all of them are set. */
static int set_named(struct rule_set *set, const struct yaml_node *key,
		     const struct yaml_node *value, struct str file, struct err *err)
{
	struct str name = yaml_str(key);
	struct rule *rule = map_get(&set->by_id, name);
	bool found = rule != NULL;
	int r = rule ? set_one(rule, value, file, err) : 0;

	for (size_t i = 0; !rule && r == 0 && i < set->rules.n; i++)
		if (has_code(rule_set_at(set, i), name)) {
			found = true;
			r = set_one(rule_set_at(set, i), value, file, err);
		}
	return found ? r : unknown_rule(set, name, file, yaml_line(key), err);
}

int rule_set_add_settings(struct rule_set *set, struct str bytes, struct str file, struct err *err)
{
	const struct yaml_node *rules, *key, *value;
	const struct yaml_file *yaml;
	int r = open_yaml(set, bytes, file, &yaml, &file, err);

	if (r < 0)
		return r;
	rules = yaml_get(yaml_document(yaml, 0), "rules");
	if (rules && yaml_kind_of(rules) != YAML_MAP)
		return err_set(err, ERR_FORMAT, "%.*s:%zu: rules is a map of ids", STR_FMT(file),
			       yaml_line(rules));
	for (size_t i = 0; r == 0 && yaml_entry(rules, i, &key, &value); i++)
		r = set_named(set, key, value, file, err);
	return r;
}
