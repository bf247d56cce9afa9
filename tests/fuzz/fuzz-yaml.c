/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes give a tree that can be walked within its own size, or an error with a message. */
#include <assert.h>

#include "base/cleanup.h"
#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 100000 };

/* Aliases make the tree a graph, so the walk counts its steps. */
static void walk(const struct yaml_node *node, size_t *steps)
{
	const struct yaml_node *key, *value;

	if (++*steps > STEPS_MAX)
		return;
	(void)yaml_str(node);
	for (size_t i = 0; i < yaml_len(node) && *steps < STEPS_MAX; i++) {
		if (yaml_entry(node, i, &key, &value)) {
			walk(key, steps);
			walk(value, steps);
		} else {
			walk(yaml_at(node, i), steps);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct err err = {0};
	size_t steps = 0;

	if (yaml_parse(str_make(data, size), &file, &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	else
		for (size_t i = 0; i < yaml_n_documents(file); i++)
			walk(yaml_document(file, i), &steps);
	return 0;
}
