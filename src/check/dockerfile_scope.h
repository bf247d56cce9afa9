/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the words of a Dockerfile are once ARG and ENV are in force, stage by stage.
 *
 *     struct scope_options options = {.target_platform = STR("linux/arm64")};
 *     const struct dockerfile_scope *scope;
 *     r = dockerfile_scope_new(df, &options, &arena, &scope, err);
 *     const struct scope_values *v = &scope->values[i];          of df->instructions[i]
 *     v->p[k].text, v->p[k].undefined
 *
 * Rules, as BuildKit's: ARG before the first FROM is seen by FROM alone, until an ARG of its name
 * without a default takes it into a stage. ARG and ENV hold from their instruction on, and in
 * stages built upon this one. Build arguments win over defaults. Always there for FROM, and for a
 * stage that says ARG: BUILDPLATFORM, BUILDOS, BUILDARCH, BUILDVARIANT, TARGETPLATFORM, ...
 * Without an ARG a stage may use HTTP_PROXY and its like, which scope_is_predefined tells.
 * Expanded are: ADD, ARG (default), COPY, ENV, EXPOSE, FROM, LABEL, STOPSIGNAL, USER, VOLUME,
 * WORKDIR, the options of RUN --mount, bodies of heredocs of COPY and ADD. RUN, CMD and ENTRYPOINT
 * are the shell's business; a trigger of ONBUILD is expanded when it runs, not here.
 *
 * Ownership: all lives in the arena. Threads: never changed afterwards.
 * Errors: ERR_LIMIT (of dockerfile_expand.h), ERR_NOMEM. A word that cannot be expanded is none:
 * scope_value.problem.
 */
#pragma once

#include "check/dockerfile.h"

struct scope_argument {
	struct str name, value;
};

struct scope_options {
	const struct scope_argument *build_args; /* --build-arg */
	size_t n_build_args;
	struct str target_platform; /* empty: linux/amd64 */
	struct str build_platform;  /* empty: linux/amd64 */
	struct str target_stage;    /* empty: the last */
	/*
	 * What the image of a stage that is built on none of this file sets, "NAME=value" each;
	 * NULL: not known, only PATH.
	 */
	bool (*image_env)(void *context, const struct dockerfile_stage *stage,
			  struct str_list *ret);
	void *context;
	bool ignore_case; /* names of variables, as on Windows */
};

enum scope_role {
	SCOPE_ARGUMENT, /* args[index] */
	SCOPE_KEY,	/* pairs[index].key */
	SCOPE_VALUE,	/* pairs[index].value */
	SCOPE_FLAG,	/* flags[index].value */
	SCOPE_OPTION,	/* mounts[index]: one of its options */
	SCOPE_HEREDOC,	/* heredocs[index].body */
};

struct scope_value {
	enum scope_role role;
	uint32_t index;
	const struct dockerfile_option *option; /* of SCOPE_OPTION */
	struct dockerfile_span span;
	struct str text;       /* expanded; as written when there is a problem */
	struct str_list words; /* EXPOSE: the text may be several */
	struct str_list used;
	struct str_list undefined; /* variables that nothing declares */
	struct str problem;	   /* why it cannot be expanded; empty: it could */
};

struct scope_values {
	const struct scope_value *p;
	size_t n;
};

struct scope_stage {
	struct str image;    /* expanded */
	struct str platform; /* expanded; empty: none given */
	uint32_t base;	     /* the earlier stage it is built on; DOCKERFILE_GLOBAL: an image */
	bool is_scratch;     /* that image is "scratch" */
	bool env_is_known; /* all it starts with is: by image_env, from scratch, or its base's is */
};

struct dockerfile_scope {
	const struct dockerfile *dockerfile;
	const struct scope_values *values; /* one an instruction of the file */
	const struct scope_stage *stages;  /* one a stage */
};

int dockerfile_scope_new(const struct dockerfile *df, const struct scope_options *options,
			 struct arena *a, const struct dockerfile_scope **ret, struct err *err);

/* The value of that role and index, or NULL: args[0] of the instruction at `at`. */
const struct scope_value *dockerfile_scope_find(const struct dockerfile_scope *scope, size_t at,
						enum scope_role role, uint32_t index);

/* HTTP_PROXY and its like, BUILDKIT_*: may be used or given without an ARG. */
bool scope_is_predefined(struct str name);
