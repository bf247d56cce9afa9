/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a pack of rules of secrets (secret_rule.h) from YAML. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "codec/yaml.h"
#include "secret/secret_rule.h"

/*
 * Appends the rules of the document to `rules` (of struct secret_rule); texts live in the YAML file
 * and the arena. Errors: ERR_FORMAT with file, line and what was probably meant; ERR_LIMIT.
 */
int secret_pack_read(const struct yaml_node *document, struct str file, struct arena *arena,
		     struct vec *rules, struct err *err);
