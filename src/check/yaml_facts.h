/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes of a YAML file as facts for expressions, without copying them.
 *
 *     struct yaml_fact root;
 *     struct value v = yaml_fact_init(&root, yaml_document(file, 0));
 *
 * Maps and lists are asked node by node; a plain scalar is what YAML readers of Kubernetes and
 * Compose take it for: null (~, nothing), bool (true, false, yes, no, on, off in their usual
 * spellings), int (decimal, 0x, 0o, and 0644 as octal), double; everything else, and everything in
 * quotes, is a string. An int beyond 64 bits is a double. Keys of maps are strings.
 *
 * Ownership: the fact borrows the node and must live as long as the value.
 */
#pragma once

#include "codec/yaml.h"
#include "expr/value.h"

struct yaml_fact {
	struct object object;
};

struct value yaml_fact_init(struct yaml_fact *fact, const struct yaml_node *node);

/* The same inside of an evaluation. */
struct value yaml_fact(struct call *c, const struct yaml_node *node);

/*
 * The same with lists and maps copied, as far as the budget of the call goes: for what is asked
 * often. What is not copied is asked node by node.
 */
struct value yaml_copy(struct call *c, const struct yaml_node *node);

/* The node behind a list or map made here; NULL for any other value. */
const struct yaml_node *yaml_fact_node(struct value v);
