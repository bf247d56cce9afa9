/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of rules/ inside the program: packs/dockerfile.yaml, policies/baseline.yaml, ...
 *
 * tools/embed.py makes the table when the program is built; so one file is the whole tool.
 */
#pragma once

#include <stddef.h>

struct shipped_file {
	const char *name; /* below rules/ */
	const char *bytes;
	size_t n;
};

extern const struct shipped_file shipped_files[]; /* sorted by name; NULL name ends */
