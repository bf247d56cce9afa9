/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a Compose file is as the Compose Specification wants it: keys that it does not have,
 * values of another kind, and names of services, networks, volumes, secrets and configs that are
 * declared nowhere.
 *
 *     r = compose_schema_check(source->root, &arena, &list, err);             list(Problem)
 *
 *     struct compose_names names;
 *     compose_names_init(&names);
 *     r = compose_names_add(&names, root, err);                    each project of a model
 *     r = compose_references_check(root, &names, &arena, &list, err);
 *     compose_names_done(&names);
 *
 * Keys that begin with x- are free. A text with a variable in it may be anything; null is as if it
 * were not written, but for a service. What is not asked: which texts a key takes.
 *
 * TYPE(name, keys): keys are words "key:choice", sorted; a choice is types with | between them: s
 * text, x number or text, b true or false, v any scalar, a anything, @T an object of type T, []t a
 * list, {}t a map of any names. $C in their place is the CHOICE of that name.
 *
 * Ownership: the arena's; borrows the YAML. Errors: ERR_NOMEM. Limits: 100 problems,
 * schema_problem.h. Format: https://github.com/compose-spec/compose-spec, schema/compose-spec.json
 */
#pragma once

#include "base/map.h"
#include "check/schema_problem.h"

/* The keys that declare names: services, networks, ... */
#define COMPOSE_NAMES_N 5

struct compose_names {
	struct map declared[COMPOSE_NAMES_N]; /* name -> the node that names it */
};

void compose_names_init(struct compose_names *names);
void compose_names_done(struct compose_names *names);
int compose_names_add(struct compose_names *names, const struct yaml_node *root, struct err *err);

/* Whether a key of a file is, or nearly is, one that declares names. */
bool compose_names_are_in(struct str key);

int compose_schema_check(const struct yaml_node *root, struct arena *a, struct value *ret,
			 struct err *err);
int compose_references_check(const struct yaml_node *root, const struct compose_names *names,
			     struct arena *a, struct value *ret, struct err *err);
