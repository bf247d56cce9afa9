/* SPDX-License-Identifier: Apache-2.0 */
#include "check/schema_problem.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"

#define PROBLEMS_MAX				  100

#define GET_schema_problem_fact(name, type, help) FACT_GETTER(schema_problem_fact, name)
#define ROW_schema_problem_fact(name, type, help) FACT_ROW(schema_problem_fact, name, type)
SCHEMA_PROBLEM_FIELDS(GET_schema_problem_fact)
static const struct object_field fields[] = {SCHEMA_PROBLEM_FIELDS(ROW_schema_problem_fact)};
static const struct type problem_type = {.kind = TYPE_ABSTRACT, .name = {"Problem", 7}};
const struct object_class schema_problem_class = {.name = "Problem",
						  .type = &problem_type,
						  .fields = fields,
						  .n_fields = sizeof fields / sizeof fields[0]};

static void add_path(struct strbuf *sb, const struct schema_step *at)
{
	const struct schema_step *steps[LIMIT_YAML_DEPTH + 1];
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

/* What an anchor or a merge brings to many places is wrong where it is written, once. */
static bool is_told(const struct schema_problems *c, const char *kind, const struct yaml_node *node)
{
	struct yaml_place place = yaml_place(node);

	for (size_t i = 0; i < c->list.n; i++) {
		const struct value *v = vec_at(&c->list, i);
		const struct schema_problem_fact *p = (const void *)v->object;
		struct yaml_place other = yaml_place(p->object.data);

		if (place.line == other.line && place.column == other.column &&
		    yaml_source(node) == yaml_source(p->object.data) &&
		    str_is(value_str(p->kind), kind) && strcmp(kind, "missing-field") != 0)
			return true;
	}
	return false;
}

void schema_problem(struct schema_problems *c, const char *kind, const struct schema_step *at,
		    const struct yaml_node *node, const char *fmt, ...)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct schema_problem_fact *p;
	struct value *slot;
	char text[ERR_MSG_MAX];
	va_list ap;

	if (is_told(c, kind, node))
		return;
	p = arena_alloc(c->arena, sizeof *p);
	slot = p ? vec_push(&c->list) : NULL;
	if (!slot)
		return; /* full: the arena knows, or the last one says so */
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	if (c->list.n == PROBLEMS_MAX)
		(void)snprintf(text, sizeof text, "%d things are wrong, or more", PROBLEMS_MAX);
	add_path(&path, at);
	p->object = (struct object){&schema_problem_class, node};
	p->kind = value_string(str_of(kind));
	p->path = value_string(arena_str(c->arena, strbuf_str(&path)));
	p->message = value_string(arena_str(c->arena, str_of(text)));
	*slot = value_object(&p->object);
}

struct schema_problems schema_problems_init(struct arena *a)
{
	return (struct schema_problems){.arena = a, .list = VEC_INIT(struct value, PROBLEMS_MAX)};
}

bool schema_problems_full(const struct schema_problems *p)
{
	return p->list.n >= PROBLEMS_MAX;
}

struct value schema_problems_take(struct schema_problems *p)
{
	struct fact_list list = fact_list_make(p->arena, p->list.n);

	for (size_t i = 0; i < p->list.n; i++)
		fact_list_add(&list, *(const struct value *)vec_at(&p->list, i));
	vec_done(&p->list);
	return fact_list_value(&list);
}
