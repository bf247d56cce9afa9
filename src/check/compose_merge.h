/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Compose lays one file, or one service, over another.
 *
 *     struct compose_merging m = {.arena = &arena};
 *     root = compose_merge(&m, base, over);                  files
 *     service = compose_merge_service(&m, base, over);       of `extends`
 *     if (m.too_many) ...
 *
 * Maps take each other's keys, lists each other's items; command, entrypoint and the test of a
 * healthcheck are replaced; what is a map in one form and a list of NAME=value in the other is a
 * map; volumes and their like are one for each target. !reset takes away, !override does not merge.
 * A merged map stands where `over` does, or `base` where that is of a source with a lower number: a
 * service where the file that is looked at has it.
 *
 * Ownership: the arena's, borrowing both trees. Nothing fails but the arena (arena_check) and the
 * count of nodes (too_many: yaml_nodes).
 * Format: compose-spec, 13-merge.md and `extends` in 05-services.md
 */
#pragma once

#include "codec/yaml.h"

struct compose_merging {
	struct arena *arena;
	bool stands_as_base; /* what is merged stands where `base` does, whatever its number */
	size_t n_nodes;
	bool too_many;
};

const struct yaml_node *compose_merge(struct compose_merging *m, const struct yaml_node *base,
				      const struct yaml_node *over);
const struct yaml_node *compose_merge_service(struct compose_merging *m,
					      const struct yaml_node *base,
					      const struct yaml_node *over);
