/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an image is named, and the scopes of containers/image's files that are about it.
 *
 *     r = image_identity_parse(STR("alpine:3.20"), &arena, &id, err);    docker.io/library/alpine
 *     r = image_identity_scopes(&id, &arena, &scopes, err);
 *
 * The scopes of registry.example.com:5000/team/app:1.0, the most specific first, are
 *
 *     registry.example.com:5000/team/app:1.0
 *     registry.example.com:5000/team/app
 *     registry.example.com:5000/team
 *     registry.example.com:5000
 *     *.example.com:5000
 *     *.com:5000
 *
 * and those of a directory are itself and its parents, but for the root; an OCI layout has
 * "directory:name" before them. Other transports have none but their default. An image that is
 * named by tag and digest is looked up by its tag, which is the stricter: the digest alone would
 * let another tag through.
 *
 * Ownership: slices live in the arena. Threads: plain values.
 * Errors: those of reference_parse, ERR_NOMEM.
 * Format: containers-policy.json(5), containers-registries.d(5).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* A name as it is written: without the tag that is understood when there is none. */
struct image_name {
	struct str name; /* "docker.io/library/alpine": with the registry */
	struct str tag, digest;
};

int image_name_parse(struct str text, struct arena *a, struct image_name *ret, struct err *err);

/* Neither tag nor digest. */
static inline bool image_name_is_bare(const struct image_name *n)
{
	return n->tag.n == 0 && n->digest.n == 0;
}

/* Whether they are the same as text: name, tag and digest. */
bool image_name_same(const struct image_name *a, const struct image_name *b);

struct image_identity {
	struct str transport;	/* "docker", "oci", "dir", "docker-archive", ... */
	struct image_name name; /* empty: this transport has no such names */
	struct str path;	/* of oci and dir: absolute, without links */
	struct str choice;	/* of oci: the name in the layout */
};

/* An image in a registry; "latest" where nothing else is written. */
int image_identity_parse(struct str text, struct arena *a, struct image_identity *ret,
			 struct err *err);

int image_identity_scopes(const struct image_identity *id, struct arena *a, struct str_list *ret,
			  struct err *err);
