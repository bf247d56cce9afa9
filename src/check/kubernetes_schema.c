/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_schema.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "check/yaml_facts.h"

#define PROBLEMS_MAX				  100
#define STEPS_MAX				  200000 /* nodes of one object that are looked at, each alias anew */

#define GET_schema_problem_fact(name, type, help) FACT_GETTER(schema_problem_fact, name)
#define ROW_schema_problem_fact(name, type, help) FACT_ROW(schema_problem_fact, name, type)
SCHEMA_PROBLEM_FIELDS(GET_schema_problem_fact)
static const struct object_field fields[] = {SCHEMA_PROBLEM_FIELDS(ROW_schema_problem_fact)};
static const struct type problem_type = {.kind = TYPE_ABSTRACT, .name = {"Problem", 7}};
const struct object_class schema_problem_class = {.name = "Problem",
						  .type = &problem_type,
						  .fields = fields,
						  .n_fields = sizeof fields / sizeof fields[0]};

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

/* Where in the object: names and numbers, the last first. */
struct step {
	const struct step *up;
	struct str name; /* empty: the number */
	size_t number;
};

struct checking {
	struct arena *arena;
	struct vec problems; /* struct value */
	size_t n_steps;
};

static void add_path(struct strbuf *sb, const struct step *at)
{
	const struct step *steps[LIMIT_YAML_DEPTH + 1];
	size_t n = 0;

	for (; at && at->up && n <= LIMIT_YAML_DEPTH; at = at->up) /* the first is the object */
		steps[n++] = at;
	while (n-- > 0) {
		if (!steps[n]->name.n) {
			strbuf_addf(sb, "[%zu]", steps[n]->number);
			continue;
		}
		if (sb->n)
			strbuf_addc(sb, '.');
		strbuf_add(sb, steps[n]->name);
	}
}

__attribute__((format(printf, 5, 6))) static void problem(struct checking *c, const char *kind,
							  const struct step *at,
							  const struct yaml_node *node,
							  const char *fmt, ...)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct schema_problem_fact *p = arena_alloc(c->arena, sizeof *p);
	struct value *slot = vec_push(&c->problems);
	char text[ERR_MSG_MAX];
	va_list ap;

	if (!p || !slot)
		return; /* full: the arena knows, or the last one says so */
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	if (c->problems.n == PROBLEMS_MAX)
		(void)snprintf(text, sizeof text, "%d things are wrong, or more", PROBLEMS_MAX);
	add_path(&path, at);
	p->object = (struct object){&schema_problem_class, node};
	p->kind = value_string(str_of(kind));
	p->path = value_string(arena_str(c->arena, strbuf_str(&path)));
	p->message = value_string(arena_str(c->arena, str_of(text)));
	*slot = value_object(&p->object);
}

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
			const struct step *at);

static void unknown_field(struct checking *c, struct str row, const struct yaml_node *key,
			  const struct step *at)
{
	struct nearest near = nearest_to(yaml_str(key));
	struct str name, type;
	bool required;

	while (pull_field(&row, &name, &type, &required))
		nearest_offer(&near, name);
	if (near.name.n)
		problem(c, "unknown-field", at, key, "there is no field %.*s; did you mean %.*s?",
			STR_FMT(yaml_str(key)), STR_FMT(near.name));
	else
		problem(c, "unknown-field", at, key, "there is no field %.*s",
			STR_FMT(yaml_str(key)));
}

/* Its depth is that of the YAML: yaml_depth. */
static void check_object(struct checking *c, struct str row, const struct yaml_node *node,
			 const struct step *at)
{
	const struct yaml_node *key, *value;
	struct str name, type, rest = row;
	bool required;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		const struct step step = {.up = at, .name = yaml_str(key)};

		if (find_field(row, yaml_str(key), &type))
			check_value(c, type, value, &step);
		else
			unknown_field(c, row, key, &step);
	}
	while (pull_field(&rest, &name, &type, &required)) {
		const struct step step = {.up = at, .name = name};

		if (required && is_null(yaml_find(node, name)))
			problem(c, "missing-field", &step, node, "%.*s is missing", STR_FMT(name));
	}
}

static void check_items(struct checking *c, struct str type, const struct yaml_node *node,
			const struct step *at)
{
	const struct yaml_node *key, *value;
	size_t n = yaml_len(node);

	for (size_t i = 0; i < n; i++) {
		struct step step = {.up = at, .number = i};

		if (yaml_entry(node, i, &key, &value))
			step.name = yaml_str(key);
		else
			value = yaml_at(node, i);
		check_value(c, type, value, &step);
	}
	if (n == 0 && str_is(at->name, "containers") && str_is(type, "@Container"))
		problem(c, "missing-field", at, node, "a pod has no containers");
}

static void check_value(struct checking *c, struct str type, const struct yaml_node *node,
			const struct step *at)
{
	enum yaml_kind kind = yaml_kind_of(node);
	char first = type.n ? type.p[0] : 'a';
	bool right;

	if (first == 'a' || is_null(node) || ++c->n_steps > STEPS_MAX ||
	    c->problems.n >= PROBLEMS_MAX)
		return;
	if (first == '[')
		right = kind == YAML_LIST;
	else if (first == '{' || first == '@')
		right = kind == YAML_MAP;
	else
		right = kind == YAML_SCALAR && fits(first, node);
	if (!right) {
		problem(c, "wrong-type", at, node, "%.*s has to be %s",
			STR_FMT(at->name.n ? at->name : STR("an entry")), wanted(first));
		return;
	}
	if (first == '@')
		check_object(c, fields_of(str_skip(type, 1)), node, at);
	else if (first == '[' || first == '{')
		check_items(c, str_skip(type, 2), node, at);
}

/* ---- any object ---- */

static void check_head(struct checking *c, const struct yaml_node *object, const struct step *at,
		       bool known)
{
	const struct yaml_node *meta = yaml_get(object, "metadata");

	if (!yaml_get_str(object, "kind").n)
		problem(c, "missing-field", at, object, "kind is missing");
	if (!yaml_get_str(object, "apiVersion").n)
		problem(c, "missing-field", at, object, "apiVersion is missing");
	if (known && !yaml_get_str(meta, "name").n && !yaml_get_str(meta, "generateName").n)
		problem(c, "missing-field", at, object, "metadata.name is missing");
}

int kubernetes_schema_check(const struct yaml_node *object, struct arena *a, struct value *ret,
			    struct err *err)
{
	struct checking c = {.arena = a, .problems = VEC_INIT(struct value, PROBLEMS_MAX)};
	const char *type =
		type_of_kind(yaml_get_str(object, "apiVersion"), yaml_get_str(object, "kind"));
	const struct step at = {0};
	struct fact_list list;

	check_head(&c, object, &at, type != NULL);
	if (type)
		check_object(&c, fields_of(str_of(type)), object, &at);
	list = fact_list_make(a, c.problems.n);
	for (size_t i = 0; i < c.problems.n; i++)
		fact_list_add(&list, *(const struct value *)vec_at(&c.problems, i));
	vec_done(&c.problems);
	*ret = fact_list_value(&list);
	return arena_check(a, err);
}
