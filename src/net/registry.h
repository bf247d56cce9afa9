/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one repository of a registry: manifests, verified, and blobs, as streams.
 *
 *     struct registry_name name = {.domain = STR("docker.io"), .path = STR("library/alpine")};
 *     r = registry_open(&name, &(struct registry_options){0}, &reg, err);
 *     CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
 *     r = registry_manifest(reg, STR("3.18"), &m, err);
 *     r = registry_blob(reg, digest, size_bytes, &stream, err);
 *     registry_free(reg);
 *
 * registry_open does no network input: it reads registries.conf and finds the mirrors. Mirrors are
 * tried in order, then the registry itself; the one that had the manifest is asked for the blobs
 * first (registry_used), and another goes on when it fails in the middle.
 *
 * A manifest asked for by digest has that digest, or there is an error; one asked for by tag has
 * the digest that the registry names. THE BYTES OF A BLOB ARE NOT VERIFIED HERE: the reader hashes
 * them; only their number is checked.
 *
 * Ownership: strings are copied. Streams must be closed before registry_free. Threads: any number,
 * after registry_open. Errors: ERR_NOT_FOUND, ERR_DENIED (login, blocked, digest), ERR_UNSUPPORTED
 * (schema 1), ERR_FORMAT, ERR_LIMIT, ERR_IO, ERR_CANCELED.
 * Format: OCI distribution-spec 1.1, Docker Registry HTTP API V2 (image manifest schema 2).
 */
#pragma once

#include "base/limits.h"
#include "base/stream.h"
#include "base/strbuf.h"
#include "crypto/digest.h"
#include "net/registries_conf.h"

struct registry;

struct registry_name {
	struct str domain; /* "docker.io", "example.com:5000" */
	struct str path;   /* "library/alpine" */
};

struct registry_options {
	enum registry_security security; /* AUTO: as registries.conf says */
	const char *registries_conf;	 /* read alone; NULL: the usual files */
	const char *auth_file;		 /* NULL: the usual files */
	const char *certs_dir;		 /* NULL: the usual certs.d */
	const char *ca_file;		 /* PEM, trusted beside the system's; NULL: none */
	unsigned connect_seconds, stall_seconds, backoff_ms; /* 0: defaults of net/http.h */
};

struct registry_manifest {
	struct strbuf bytes;
	char media_type[128];
	char digest[DIGEST_TEXT_MAX]; /* of bytes, verified */
};

#define REGISTRY_MANIFEST_INIT                                                                     \
	{                                                                                          \
		.bytes = STRBUF_INIT(LIMIT_HTTP_BODY_BYTES)                                        \
	}

void registry_manifest_done(struct registry_manifest *m);

int registry_open(const struct registry_name *name, const struct registry_options *options,
		  struct registry **ret, struct err *err);
void registry_free(struct registry *reg);
void registry_freep(struct registry **reg);

/* version: a tag or a digest. An index is given as it is: choosing a platform is not done here. */
int registry_manifest(struct registry *reg, struct str version, struct registry_manifest *ret,
		      struct err *err);

/* size_bytes: of the descriptor; UINT64_MAX when not known. */
int registry_blob(struct registry *reg, struct str digest, uint64_t size_bytes, struct stream **ret,
		  struct err *err);

/* "mirror.example.com/team/app": what answered registry_manifest; empty before. */
struct str registry_used(const struct registry *reg);

/* Ends everything under way, from any thread. */
void registry_cancel(struct registry *reg);
