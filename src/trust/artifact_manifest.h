/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests and indexes of any artifact, with all that says what they are and what they belong to.
 *
 *     struct artifact_manifest m;
 *     r = artifact_manifest_parse(bytes, &arena, &m, err);
 *     m.subject.digest, m.artifact_type, m.layers[i].media_type ...
 *     artifact_annotation(&m.layers[i].annotations, "dev.cosignproject.cosign/signature")
 *
 * Ownership: all slices live in the arena. Errors: ERR_FORMAT with the field that is wrong (a JSON
 * member that is there twice is one), ERR_LIMIT (layers, index_manifests), ERR_NOMEM.
 * Format: OCI image-spec v1.1 manifest.md, image-index.md, descriptor.md; Docker image manifest
 * version 2, schema 2.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"

struct artifact_annotation {
	struct str key, value;
};

struct artifact_annotations {
	const struct artifact_annotation *p; /* sorted by key; each key once */
	size_t n;
};

/* A descriptor: names bytes and tells what they are. */
struct artifact {
	struct str media_type, digest; /* digest: empty in a descriptor that is not there */
	struct str artifact_type;      /* as whoever wrote the descriptor says; empty: not said */
	struct str os, arch, variant;  /* platform; empty: not said */
	uint64_t size;		       /* bytes */
	struct artifact_annotations annotations;
};

struct artifact_manifest {
	struct str media_type;	  /* its own word; empty: not said */
	struct str artifact_type; /* its own; where it has none that of its config */
	struct artifact config;	  /* of a manifest */
	struct artifact *layers;
	size_t n_layers;
	struct artifact *manifests; /* of an index */
	size_t n_manifests;
	struct artifact subject; /* what it says it belongs to */
	struct artifact_annotations annotations;
	bool is_index;
};

int artifact_manifest_parse(struct str bytes, struct arena *a, struct artifact_manifest *ret,
			    struct err *err);

/* STR_NULL when there is none of that name. */
struct str artifact_annotation(const struct artifact_annotations *annotations, const char *key);
