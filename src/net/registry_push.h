/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes to one repository of a registry: blobs, then the manifests that name them.
 *
 *     r = registry_has_blob(reg, digest, &there, err);
 *     r = registry_push_blob(reg, &(struct registry_upload){.digest = ..., .open = ...}, err);
 *     r = registry_push_manifest(reg, STR("1.0"), media_type, bytes, &listed, err);
 *
 * All of it goes to the registry itself, never to a mirror. A blob is mounted from another
 * repository of the same registry where that is allowed; else it is sent in one request, and where
 * that is refused as too large, or breaks, in pieces (upload_piece_bytes, or more when the registry
 * wants more), of which one that breaks is sent again from where the registry has it.
 *
 * Ownership: borrows. Threads: as net/registry.h.
 * Errors: ERR_DENIED (a login, no right to write, the registry has other bytes than were sent),
 * ERR_LIMIT (larger than the registry takes), ERR_FORMAT, ERR_IO, ERR_CANCELED.
 * Format: OCI distribution-spec 1.1, "Push".
 */
#pragma once

#include "net/registry.h"

struct registry_upload {
	struct str digest;
	uint64_t size_bytes;
	/* Opens its bytes, each time they are needed; they fail when they are not the digest's. */
	int (*open)(void *ctx, struct stream **ret, struct err *err);
	void *ctx;
	struct str mount_from; /* repository of the same registry that has it; empty: none known */
};

int registry_has_blob(struct registry *reg, struct str digest, bool *ret, struct err *err);

int registry_push_blob(struct registry *reg, const struct registry_upload *upload, struct err *err);

/*
 * version: a tag or the digest of bytes. *ret_listed: the registry took notice of the subject that
 * the manifest has, and lists it as a referrer.
 */
int registry_push_manifest(struct registry *reg, struct str version, struct str media_type,
			   struct str bytes, bool *ret_listed, struct err *err);
