/* SPDX-License-Identifier: Apache-2.0 */
#include "check/yaml_facts.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "expr/call.h"
#include "expr/map_value.h"

#define COPY_DEPTH 16 /* what lies deeper is asked node by node */

/* ---- scalars ---- */

static bool is_word(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

/* Digits of one base; false when there is another letter, none at all, or more than 64 bits. */
static bool parse_digits(struct str s, unsigned base, uint64_t *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int digit = char_hex(s.p[i]);

		if (digit < 0 || (unsigned)digit >= base || __builtin_mul_overflow(n, base, &n) ||
		    __builtin_add_overflow(n, (uint64_t)digit, &n))
			return false;
	}
	*ret = n;
	return s.n > 0;
}

static bool parse_int(struct str s, int64_t *ret)
{
	bool negative = str_pull_prefix(&s, STR("-"));
	unsigned base = 10;
	uint64_t n;

	if (!negative)
		(void)str_pull_prefix(&s, STR("+")); /* may be there */
	if (str_pull_prefix(&s, STR("0x")))
		base = 16;
	else if (str_pull_prefix(&s, STR("0o")) || (s.n > 1 && s.p[0] == '0'))
		base = 8;
	if (!parse_digits(s, base, &n) || n > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

/* [-+]digits[.digits][e[-+]digits] with a digit, .inf and .nan. */
static bool parse_double(struct str s, double *ret)
{
	static const char *const infinite[] = {".inf", ".Inf", ".INF", "+.inf", NULL};
	static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
	char text[64], *end;
	bool digit = false;

	if (is_word(s, infinite) || str_is(s, "-.inf")) {
		*ret = s.p[0] == '-' ? -__builtin_inf() : __builtin_inf();
		return true;
	}
	if (is_word(s, nan)) {
		*ret = __builtin_nan("");
		return true;
	}
	if (s.n == 0 || s.n >= sizeof text)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		digit |= char_is_digit(s.p[i]);
		if (!char_is_digit(s.p[i]) && !memchr("+-.eE", s.p[i], 5))
			return false;
	}
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*ret = strtod(text, &end);
	return digit && *end == '\0';
}

static struct value scalar(const struct yaml_node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes",
					  "YES",  "on",	  "On",	  "ON",	 NULL};
	static const char *const no[] = {"false", "False", "FALSE", "no",  "No",
					 "NO",	  "off",   "Off",   "OFF", NULL};
	struct str s = yaml_str(node);
	double d;
	int64_t i;

	if (!yaml_is_plain(node))
		return value_string(s);
	if (is_word(s, nulls))
		return value_null();
	if (is_word(s, yes) || is_word(s, no))
		return value_bool(is_word(s, yes));
	if (parse_int(s, &i))
		return value_int(i);
	return parse_double(s, &d) ? value_double(d) : value_string(s);
}

/* ---- lists and maps ---- */

static const struct yaml_node *node_of(const struct object *o)
{
	return o->data;
}

static struct value list_at(struct call *c, const struct object *o, uint32_t i)
{
	return yaml_fact(c, yaml_at(node_of(o), i));
}

static struct value map_get_value(struct call *c, const struct object *o, struct value key)
{
	const struct yaml_node *node;

	if (key.kind != VALUE_STRING)
		return value_absent();
	node = yaml_find(node_of(o), value_str(key));
	return node ? yaml_fact(c, node) : value_absent();
}

static struct value map_key(struct call *c, const struct object *o, uint32_t i)
{
	const struct yaml_node *key, *value;

	(void)c; /* nothing is made */
	return yaml_entry(node_of(o), i, &key, &value) ? value_string(yaml_str(key))
						       : value_absent();
}

static const struct object_class list_class = {.name = "yaml list", .at = list_at};
static const struct object_class map_class = {
	.name = "yaml map", .get = map_get_value, .key = map_key};

/* ---- values ---- */

struct value yaml_fact_init(struct yaml_fact *fact, const struct yaml_node *node)
{
	enum yaml_kind kind = yaml_kind_of(node);

	if (kind == YAML_ABSENT)
		return value_null();
	if (kind == YAML_SCALAR)
		return scalar(node);
	fact->object.data = node;
	fact->object.class = kind == YAML_LIST ? &list_class : &map_class;
	return kind == YAML_LIST ? value_foreign_list(&fact->object, (uint32_t)yaml_len(node))
				 : value_foreign_map(&fact->object, (uint32_t)yaml_len(node));
}

struct value yaml_fact(struct call *c, const struct yaml_node *node)
{
	enum yaml_kind kind = yaml_kind_of(node);
	struct yaml_fact *fact = NULL;

	if (kind == YAML_LIST || kind == YAML_MAP) {
		fact = call_alloc(c, sizeof *fact);
		if (!fact)
			return call_exhausted(c);
	}
	return yaml_fact_init(fact, node);
}

/* ---- copies ---- */

static struct value copy(struct call *c, const struct yaml_node *node, unsigned depth);

static struct value copy_list(struct call *c, const struct yaml_node *node, unsigned depth)
{
	size_t n = yaml_len(node);
	struct value *items = call_values(c, n);

	for (size_t i = 0; items && i < n; i++)
		items[i] = copy(c, yaml_at(node, i), depth + 1);
	return items ? value_list(items, (uint32_t)n) : yaml_fact(c, node);
}

/* Of entries that << has put behind others of their key, asking would find none. */
static struct value copy_map(struct call *c, const struct yaml_node *node, unsigned depth)
{
	size_t n = yaml_len(node), kept = 0;
	struct map_entry *entries = call_spend(c, n) ? call_alloc(c, n * sizeof *entries) : NULL;
	const struct yaml_node *key, *value;
	struct value map;

	for (size_t i = 0; entries && yaml_entry(node, i, &key, &value); i++)
		entries[kept++] =
			(struct map_entry){value_string(yaml_str(key)), copy(c, value, depth + 1)};
	map = entries ? map_build(c, entries, (uint32_t)kept) : value_absent();
	return map.kind == VALUE_MAP ? map : yaml_fact(c, node);
}

static struct value copy(struct call *c, const struct yaml_node *node, unsigned depth)
{
	enum yaml_kind kind = yaml_kind_of(node);

	if (depth < COPY_DEPTH && kind == YAML_LIST)
		return copy_list(c, node, depth);
	return depth < COPY_DEPTH && kind == YAML_MAP ? copy_map(c, node, depth)
						      : yaml_fact(c, node);
}

struct value yaml_copy(struct call *c, const struct yaml_node *node)
{
	return copy(c, node, 0);
}

const struct yaml_node *yaml_fact_node(struct value v)
{
	if ((v.kind != VALUE_LIST && v.kind != VALUE_MAP) || v.form != VALUE_FOREIGN)
		return NULL;
	return v.object->class == &list_class || v.object->class == &map_class ? v.object->data
									       : NULL;
}
