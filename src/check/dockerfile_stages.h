/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which stage of a Dockerfile needs which other stage or image, and what a build would not run.
 *
 *     const struct stage_graph *g;
 *     r = stage_graph_new(scope, STR_NULL, &arena, &g, err);
 *     for (size_t i = 0; i < g->n_edges; i++) ...
 *     g->reachable[2]                                  whether the target needs stage 2
 *
 * A stage is named by its number or name (FROM: an earlier stage, in the very case of its id;
 * COPY --from and RUN --mount=from=: in any case). What is no stage is an image, or a context
 * that the build names.
 * Ownership: the arena's. Threads: never changed afterwards. Errors: ERR_NOMEM, and ERR_NOT_FOUND
 * when the target is no stage. References that cannot be (to a later stage, a number too high, a
 * variable in --from) are problems of the graph.
 */
#pragma once

#include "check/dockerfile_scope.h"

enum stage_edge_kind {
	STAGE_EDGE_BASE,  /* FROM */
	STAGE_EDGE_COPY,  /* COPY --from, also as a trigger of ONBUILD */
	STAGE_EDGE_MOUNT, /* RUN --mount=from= */
};

struct stage_edge {
	enum stage_edge_kind kind;
	uint32_t stage;			/* that needs */
	uint32_t needs;			/* DOCKERFILE_GLOBAL: an image */
	struct str image;		/* expanded, when it is one */
	struct dockerfile_span span;	/* of the reference */
	const struct instruction *from; /* FROM, COPY or RUN */
};

struct stage_graph {
	const struct stage_edge *edges; /* in the order of the file */
	size_t n_edges;
	const bool *reachable; /* one a stage */
	uint32_t target;       /* DOCKERFILE_GLOBAL: there is no stage */
	const struct dockerfile_problem *problems;
	size_t n_problems;
};

/* target: a name or a number; empty: the last stage. */
int stage_graph_new(const struct dockerfile_scope *scope, struct str target, struct arena *a,
		    const struct stage_graph **ret, struct err *err);

/* The stage of that name or number as COPY --from finds it; DOCKERFILE_GLOBAL: none. */
uint32_t stage_find(const struct dockerfile *df, struct str name);
