/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in Compose files: what .env files set, and ${...} replaced by it.
 *
 *     struct env_lines lines;
 *     r = env_lines_parse(bytes, &arena, &lines, err);           NAME=value, a line each
 *     root = compose_interpolate(root, &variables, &arena, err);
 *
 * What is replaced: $NAME, ${NAME}, ${NAME:-word} and its kin (-, :?, ?, :+, +), nested; $$ is a
 * dollar sign. The environment of whoever runs Compose is not known here: a variable that neither
 * an .env file nor a default tells stays as it is written. In environment and build.args only
 * defaults are put in: what an .env file tells is no text of the Compose file there.
 *
 * Ownership: the arena's, borrowing what did not change. Errors: ERR_NOMEM, ERR_LIMIT (yaml_nodes,
 * yaml_bytes).
 * Format: compose-spec, 12-interpolation.md; https://github.com/compose-spec/compose-spec
 */
#pragma once

#include "base/map.h"
#include "codec/yaml.h"

struct env_line {
	struct str name, value;
	uint32_t line; /* from 1 */
};

struct env_lines {
	const struct env_line *p;
	size_t n;
};

/* Lines that are no assignment are left out. */
int env_lines_parse(struct str bytes, struct arena *a, struct env_lines *ret, struct err *err);

/* variables: name -> struct env_line. */
int compose_interpolate(const struct yaml_node *root, const struct map *variables, struct arena *a,
			const struct yaml_node **ret, struct err *err);
