/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a YAML tree that has a schema, and where in it.
 *
 *     struct schema_problems problems = schema_problems_init(&arena);
 *     schema_problem(&problems, "unknown-field", &step, key, "there is no field %s", name);
 *     struct value list = schema_problems_take(&problems);         list(Problem)
 *
 * A place is told once. Ownership: the arena's; borrows the YAML. More than 100 problems are not
 * listed, which the last one says; the arena remembers that it is full.
 */
#pragma once

#include "base/vec.h"
#include "check/fact_class.h"
#include "codec/yaml.h"

#define SCHEMA_PROBLEM_FIELDS(FIELD)                                                               \
	FIELD(kind, "string",                                                                      \
	      "unknown-field, wrong-type, missing-field, unknown-kind, undeclared")                \
	FIELD(path, "string", "spec.containers[0].image; empty: the whole")                        \
	FIELD(message, "string", "what is wrong, in words")

FACT_STRUCT(schema_problem_fact, SCHEMA_PROBLEM_FIELDS);

extern const struct object_class schema_problem_class;

/* Where in the tree: names and numbers, the last first. The one without `up` is the root. */
struct schema_step {
	const struct schema_step *up;
	struct str name; /* empty: the number */
	size_t number;
};

struct schema_problems {
	struct arena *arena;
	struct vec list; /* struct value */
};

struct schema_problems schema_problems_init(struct arena *a);
bool schema_problems_full(const struct schema_problems *p);
__attribute__((format(printf, 5, 6))) void
schema_problem(struct schema_problems *p, const char *kind, const struct schema_step *at,
	       const struct yaml_node *node, const char *fmt, ...);
struct value schema_problems_take(struct schema_problems *p);
