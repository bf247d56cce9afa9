/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder that is sent to a build, taken to be the Dockerfile's own, and what .dockerignore
 * keeps out of it.
 *
 *     struct dockerfile_context context;
 *     r = dockerfile_context_read(source, &arena, &context, err);
 *     if (dockerfile_context_excludes(&context, STR("./tmp/x"))) ...
 *     r = dockerfile_context_list(&context, &arena, &paths, err);
 *
 * NAME.dockerignore of a Dockerfile NAME wins over .dockerignore. Ownership: the arena's; borrows
 * the source. Errors: ERR_NOMEM; what cannot be read is as if it were not there.
 * Limits: context_entries; the folders nearest to the Dockerfile come first.
 */
#pragma once

#include "check/ignore_file.h"
#include "check/language.h"

struct dockerfile_context {
	const struct source_file *source;
	bool has_ignore_file;
	struct str ignore_text;
	struct ignore_file ignore;
};

int dockerfile_context_read(const struct source_file *source, struct arena *a,
			    struct dockerfile_context *ret, struct err *err);

/* A source of COPY as written there, and all below it. Patterns and variables: false. */
bool dockerfile_context_excludes(const struct dockerfile_context *context, struct str path);

/*
 * What is let in, folders with a slash behind. Not looked into: node_modules and hidden folders.
 * ERR_NOT_FOUND: cannot be asked.
 */
int dockerfile_context_list(const struct dockerfile_context *context, struct arena *a,
			    struct str_list *ret, struct err *err);
