/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that a file names, and the bytes that would have to change to name another.
 *
 *     struct image_uses uses;
 *     r = image_uses_find(&source, &arena, &uses, err);
 *     for (size_t i = 0; i < uses.n; i++) ... uses.p[i].text
 *
 * Dockerfile: FROM, COPY --from, RUN --mount=from=, the directive syntax; stages and scratch are no
 * images. Compose: the image of services that are not built, volumes of type image. Kubernetes: the
 * containers of every kind in every object, also of kinds that are not known here; image volumes.
 *
 * Where an image comes from a variable, the bytes are those of its only default: of ARG NAME=IMAGE
 * for FROM $NAME, of ${NAME:-IMAGE}. An anchor of YAML is one use, whatever refers to it. What
 * cannot be changed where it stands says why in `obstacle`.
 *
 * Ownership: the arena's; texts may borrow the source. Errors: ERR_UNSUPPORTED when the file is of
 * no language that names images, ERR_FORMAT with line and column, those of the parsers.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct source_file;
struct yaml_node;

struct image_use {
	struct str text;  /* "alpine:3.20"; as written when it is not known */
	struct str where; /* "FROM", "service web", "container db" */
	uint64_t line;	  /* where it is used, from 1 */
	/* Where it is used, in bytes [from, to), and where its text stands. */
	uint32_t from, to, start, end;
	struct str obstacle; /* why those bytes cannot be changed; empty: they can */
	bool unknown;	     /* only a variable without a value says which image it is */
	bool is_frontend;    /* # syntax=: it reads the file, it is not built on */
};

struct image_uses {
	const struct image_use *p;
	size_t n;
};

int image_uses_find(const struct source_file *f, struct arena *a, struct image_uses *ret,
		    struct err *err);

/* ---- for the languages: each is a language's `images` ---- */

int image_uses_dockerfile(const struct source_file *f, struct arena *a, struct vec *uses,
			  struct err *err);
int image_uses_compose(const struct source_file *f, struct arena *a, struct vec *uses,
		       struct err *err);
int image_uses_kubernetes(const struct source_file *f, struct arena *a, struct vec *uses,
			  struct err *err);

/*
 * Puts start and end where the text stands within the bytes [start, end) of the source: they are
 * it, or it in quotes. Else the obstacle says that they are not.
 */
void image_use_settle(struct image_use *use, struct str source);
