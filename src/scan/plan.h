/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is looked for in every layer of one scan: wanted paths, and watches of file content.
 *
 * Ownership: borrows all. Threads: read-only.
 */
#pragma once

#include "scan/path_index.h"
#include "scan/watch.h"

struct scan_plan {
	const struct path_index *index;
	const struct scan_watch *watches;
	size_t n_watches; /* at most WATCHES_MAX */
};

/* Names the watches and what their answers depend on; 0: there are none. */
uint64_t scan_plan_recipe(const struct scan_plan *plan);
