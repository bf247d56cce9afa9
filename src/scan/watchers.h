/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watches of one layer: each file's content is unpacked once and goes by all that want it.
 *
 *     watchers_new(plan, &host, &w, err);          NULL in *ret: the plan has no watches
 *     watchers_file(w, e, node, path, &wanted, err);
 *     watchers_read(w, path, size, stream, err);   when it is wanted
 *     watchers_finish(w, &tree, err);
 *
 * Errors: see scan/watch.h, and those of the stream.
 */
#pragma once

#include "scan/plan.h"

struct watchers;

int watchers_new(const struct scan_plan *plan, const struct watch_host *host, struct watchers **ret,
		 struct err *err);
void watchers_free(struct watchers *w);
int watchers_file(struct watchers *w, const struct tree_entry *e, uint32_t node, struct str path,
		  bool *ret_wanted, struct err *err);
int watchers_read(struct watchers *w, struct str path, uint64_t size, struct stream *file,
		  struct err *err);
int watchers_finish(struct watchers *w, const struct tree *tree, struct err *err);
