/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line of an image's history says: the instruction that made it, as it stood in the
 * Dockerfile, as far as the builder wrote it down.
 *
 *     struct history_line line;
 *     r = history_line_parse(created_by, &arena, &line, err);
 *
 * Forms, none of which is specified anywhere:
 *
 *     /bin/sh -c #(nop)  CMD ["sh"]                          the classic builder, Buildah
 *     /bin/sh -c #(nop) ADD file:8b8864b3... in /
 *     |2 A=1 B=two words /bin/sh -c make                     RUN with build arguments
 *     RUN |1 A=1 /bin/bash -o pipefail -c make # buildkit    BuildKit
 *     COPY app /app # buildkit
 *     # debian.sh --arch 'amd64' out/ 'bookworm'             other tools: no keyword
 *
 * Values of build arguments and variables stand without quotes; a word that is no NAME=... belongs
 * to the value before it. Ownership: the arena's; borrows created_by. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct history_pair {
	struct str name, value; /* the value is empty where there is no = */
};

struct history_line {
	struct str keyword;	 /* "RUN", in capitals; empty: not known */
	struct str value;	 /* what stands behind it; of RUN the script */
	const struct str *shell; /* of RUN: {"/bin/sh", "-c"} */
	size_t n_shell;
	const struct history_pair *args; /* of RUN: build arguments */
	size_t n_args;
	const struct history_pair *pairs; /* of ENV, ARG and LABEL */
	size_t n_pairs;
};

int history_line_parse(struct str created_by, struct arena *a, struct history_line *ret,
		       struct err *err);
