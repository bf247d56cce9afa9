/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image references: "example.com:5000/team/app:1.2@sha256:...", as registries and engines read
 * them.
 *
 *     struct reference ref;
 *     r = reference_parse(STR("alpine"), &arena, &ref, err);       docker.io/library/alpine:latest
 *     reference_format(&ref, &sb);
 *
 * A bare name belongs to docker.io, a single-word path there to library/; without tag and digest
 * the tag is latest. With both, the digest decides and the tag is only kept for people.
 *
 * Ownership: the slices live in the arena. Errors: ERR_USAGE, with the part that is wrong and what
 * was expected there; for a bad digest those of digest_parse.
 * Format: the distribution reference grammar (github.com/distribution/reference), digests of the
 * OCI image specification (sha256, sha384, sha512).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

struct reference {
	struct str domain; /* "docker.io", "localhost:5000", "[::1]:5000" */
	struct str path;   /* "library/alpine" */
	struct str tag;	   /* empty when only a digest was given */
	struct str digest; /* "sha256:<hex>"; empty: none */
	bool is_short;	   /* no registry was written */
};

int reference_parse(struct str text, struct arena *a, struct reference *ret, struct err *err);

/* domain/path[:tag][@digest] */
void reference_format(const struct reference *ref, struct strbuf *sb);

/* What a registry is asked for: the digest if there is one, else the tag. */
static inline struct str reference_version(const struct reference *ref)
{
	return ref->digest.n ? ref->digest : ref->tag;
}

/* The words before the colon of containers-transports(5), and ours. */
enum transport {
	TRANSPORT_NONE, /* no known prefix: a path or a reference */
	TRANSPORT_CONTAINER,
	TRANSPORT_CONTAINERD,
	TRANSPORT_CONTAINERS_STORAGE,
	TRANSPORT_DOCKER,
	TRANSPORT_DOCKER_ARCHIVE,
	TRANSPORT_DOCKER_DAEMON,
	TRANSPORT_GIT,
	TRANSPORT_OCI,
	TRANSPORT_OCI_ARCHIVE,
	TRANSPORT_PODMAN,
	TRANSPORT_ROOTFS,
	TRANSPORT_SBOM,
};

/*
 * Splits "oci:dir:tag" into its transport and the rest. "docker" needs its "//", so that
 * "docker:24" stays the image of that name. Without a known prefix *ret_rest is the whole text.
 */
enum transport transport_parse(struct str target, struct str *ret_rest);
const char *transport_name(enum transport t); /* "docker-archive"; "" for none */
