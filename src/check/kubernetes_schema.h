/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an object is as the API of Kubernetes wants it: fields that its kind does not have,
 * values of another type, fields that must be there.
 *
 *     r = kubernetes_schema_check(node, &arena, &list, err);       list(Problem)
 *
 * The kinds that ship with Kubernetes are known (kubernetes_schema.def, made by
 * tools/kubernetes-schema.py of the types of one release); of others only apiVersion, kind and name
 * are asked, and whether a group of Kubernetes (kubernetes_group.def) has the kind at all. What a
 * controller writes (status) and what is any JSON is not looked into, nor are values: that is for
 * the server.
 *
 * TYPE(name, fields): fields are words "name:type", sorted, with a * where they must be there.
 * Types: s text, i whole number, b true or false, q quantity, x number or text, a anything, @T an
 * object of type T; []t a list, {}t a map of any names. null is as if it were not written.
 *
 * Ownership: the arena's; borrows the YAML. Errors: ERR_NOMEM. More than 100 problems of one object
 * are not listed, which the last one says.
 */
#pragma once

#include "check/schema_problem.h"

int kubernetes_schema_check(const struct yaml_node *object, struct arena *a, struct value *ret,
			    struct err *err);
