/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules out of the YAML of a pack, with a message that names file and line for whatever is wrong.
 */
#pragma once

#include "check/rule_set.h"

#define RULE_ID_MAX 64 /* bytes */

/* root: the document; it and `file` live as long as the set. */
int rule_pack_add(struct rule_set *set, const struct yaml_node *root, struct str file,
		  struct err *err);

/* "on", "true", "off", "false"; false: another word. */
bool rule_parse_switch(struct str word, bool *ret);
