/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registries.d of containers/image: where the signatures of an image are kept.
 *
 *     struct registries_d *d;
 *     r = registries_d_new(&d, err);
 *     r = registries_d_add(d, "/etc/containers/registries.d/default.yaml", bytes, err);
 *     r = registries_d_find(d, &identity, REGISTRIES_D_READ, &arena, &place, err);
 *     place.url, place.attachments
 *
 *     default-docker:
 *       lookaside: file:///var/lib/containers/sigstore
 *     docker:
 *       registry.example.com/team:
 *         lookaside: https://signatures.example.com
 *         lookaside-staging: file:///srv/signatures
 *         use-sigstore-attachments: true
 *
 * Of the scopes of an image (trust/image_identity.h) the most specific one that has the setting
 * decides, then default-docker; each setting for itself, as containers/image does it. The old names
 * sigstore, sigstore-staging and use-cosign-attachments mean the same. What is not known is
 * refused; so is a scope that two files are about.
 *
 * Ownership: registries_d owns what was read; a place lives in the arena. Threads: read-only
 * sharing is fine. Errors: ERR_FORMAT with file, line and key, ERR_LIMIT
 * (containers_policy_bytes, _scopes), ERR_NOMEM.
 * Format: containers-registries.d(5).
 */
#pragma once

#include "trust/image_identity.h"

struct registries_d;

int registries_d_new(struct registries_d **ret, struct err *err);
void registries_d_free(struct registries_d *d);
void registries_d_freep(struct registries_d **d);

/* One file; name: for messages. */
int registries_d_add(struct registries_d *d, const char *name, struct str bytes, struct err *err);

enum registries_d_use { REGISTRIES_D_READ, REGISTRIES_D_WRITE };

struct registries_d_place {
	struct str base;  /* "https://signatures.example.com"; empty: nothing is configured */
	struct str scope; /* by which it was found; empty: default-docker, or none */
	bool attachments; /* Sigstore signatures in the registry count too */
};

int registries_d_find(const struct registries_d *d, const struct image_identity *image,
		      enum registries_d_use use, struct arena *a, struct registries_d_place *ret,
		      struct err *err);
