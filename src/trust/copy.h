/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies an image with all its platforms, and with everything that is attached to any of it.
 *
 *     struct copy_options o = {.tag = STR("1.0"), .attachments = true};
 *     r = copy_image(from.store, to.store, str_of(from.manifest.digest), &o, &result, err);
 *
 * Bytes stay as they are, so digests do; each byte is verified against its digest on the way. What
 * the other store has already is not sent: a copy that broke goes on where it stopped. Blobs go
 * first, then the manifests that name them, then what refers to those, and the tag of the image at
 * last: who can resolve it finds all of it.
 *
 * Signatures and the like keep what they are known by: cosign's keep their tags, those with a
 * subject are listed by the other store, or entered in its fallback index.
 *
 * Ownership: borrows. Threads: one; progress may be read from others.
 * Errors: those of both stores; ERR_LIMIT (attachment_depth, copy_parts), ERR_USAGE (there is no
 * image for that platform).
 */
#pragma once

#include "trust/attachment.h"

struct copy_options {
	struct str tag;	      /* to give it; empty: none */
	const char *platform; /* only that manifest of an index; NULL: all of it */
	bool attachments;
	atomic_ullong *done_bytes, *total_bytes; /* of blobs known of so far; NULL: nobody looks */
	/* Told of what is listed as attached and cannot be used; NULL: nobody is. */
	void (*refused)(void *ctx, const struct attachment_refused *refused);
	void *ctx;
};

struct copy_result {
	char digest[DIGEST_TEXT_MAX]; /* of what was copied */
	size_t n_manifests, n_attachments;
	size_t n_blobs, n_there; /* all, and those that were there */
	uint64_t sent_bytes;	 /* of blobs, mounted ones included */
	size_t n_refused;
};

int copy_image(struct artifact_store *from, struct artifact_store *to, struct str digest,
	       const struct copy_options *options, struct copy_result *ret, struct err *err);
