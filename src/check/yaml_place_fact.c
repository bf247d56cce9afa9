/* SPDX-License-Identifier: Apache-2.0 */
#include "check/yaml_place_fact.h"

#include "check/fact_class.h"
#include "check/yaml_facts.h"
#include "expr/call.h"

static const struct type place_type = {.kind = TYPE_ABSTRACT, .name = {"Place", 5}};
static const struct object_class place_class = {.name = "Place", .type = &place_type};

static struct value place_get(struct call *c, const struct object *o, struct value key)
{
	const struct yaml_node *node = o->data, *next;
	struct object *found;
	struct str path, step;

	if (key.kind != VALUE_STRING)
		return value_absent();
	for (path = value_str(key); path.n; node = next) {
		if (!str_pull_until(&path, '.', &step)) {
			step = path;
			path = STR_NULL;
		}
		next = yaml_find(node, step);
		if (!next)
			break;
	}
	found = call_alloc(c, sizeof *found);
	if (!found)
		return call_exhausted(c);
	*found = (struct object){&place_class, node};
	return value_object(found);
}

static struct value place_key(struct call *c, const struct object *o, uint32_t i)
{
	const struct yaml_node *key, *value;

	(void)c; /* nothing is made */
	return yaml_entry(o->data, i, &key, &value) ? value_string(yaml_str(key)) : value_absent();
}

static const struct object_class places_class = {
	.name = "places", .get = place_get, .key = place_key};

struct value yaml_places_value(const struct yaml_node *node, struct arena *a)
{
	struct object *o = arena_alloc(a, sizeof *o);

	if (!o)
		return value_absent();
	*o = (struct object){&places_class, node};
	return value_foreign_map(o, (uint32_t)yaml_len(node));
}

const struct yaml_node *yaml_place_node(struct value v)
{
	return v.kind == VALUE_OBJECT && v.object->class == &place_class ? v.object->data : NULL;
}

struct value yaml_arena_value(const struct yaml_node *node, struct arena *a)
{
	enum yaml_kind kind = yaml_kind_of(node);
	struct yaml_fact *fact = NULL;

	if (kind == YAML_LIST || kind == YAML_MAP) {
		fact = arena_alloc(a, sizeof *fact);
		if (!fact)
			return value_absent();
	}
	return yaml_fact_init(fact, node);
}

struct value yaml_map_or_empty(const struct yaml_node *node, struct arena *a)
{
	struct fact_map empty;

	if (yaml_kind_of(node) == YAML_MAP)
		return yaml_arena_value(node, a);
	empty = fact_map_make(a, 0);
	return fact_map_value(&empty);
}

struct value yaml_strings(const struct yaml_node *list, struct arena *a)
{
	size_t n = yaml_kind_of(list) == YAML_LIST ? yaml_len(list) : 0;
	struct fact_list l = fact_list_make(a, n);

	for (size_t i = 0; i < n; i++)
		if (yaml_kind_of(yaml_at(list, i)) == YAML_SCALAR)
			fact_list_add(&l, yaml_text(yaml_at(list, i)));
	return fact_list_value(&l);
}

struct value yaml_text(const struct yaml_node *node)
{
	struct str s = yaml_str(node);

	return value_string(s.p ? s : STR(""));
}
