/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a key stands: a map of dotted paths to places, for a rule's `at`.
 *
 *     f->place = yaml_places_value(node, &arena);     at: f.place["securityContext.privileged"]
 *
 * A path of which only the beginning is there leads to that.
 *
 * Ownership: borrows the nodes.
 */
#pragma once

#include "base/arena.h"
#include "codec/yaml.h"
#include "expr/value.h"

struct value yaml_places_value(const struct yaml_node *node, struct arena *a);

/* The node of a place; NULL for any other value. */
const struct yaml_node *yaml_place_node(struct value v);

/* Helpers of facts that are made of YAML; the arena remembers that it is full. */
struct value yaml_arena_value(const struct yaml_node *node, struct arena *a);
struct value yaml_map_or_empty(const struct yaml_node *node, struct arena *a);
struct value yaml_strings(const struct yaml_node *list, struct arena *a); /* its scalars */
struct value yaml_text(const struct yaml_node *node); /* a scalar as it is written, or "" */
