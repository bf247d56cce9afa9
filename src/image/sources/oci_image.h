/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an index or a manifest to a complete source: what an OCI layout and a registry share.
 *
 *     r = oci_image_choose(src, &store, request, bytes of the index, name, &d, err);
 *     r = oci_image_read(src, &store, request, &d, err);
 *
 * The store fetches parts; everything fetched is verified here against its descriptor. Indexes may
 * nest; manifests that only attest to others are no images; the platform is the one asked for, else
 * this machine's. Of several that fit under one name the closest counts, then the first.
 *
 * Ownership: what is learned lives in src->arena. Errors: those of the store; ERR_USAGE (which
 * images there are), ERR_DENIED (digest or size: both are named), ERR_FORMAT, ERR_UNSUPPORTED (an
 * artifact that is no image), ERR_LIMIT (index_depth, index_manifests, layers).
 * Format: OCI image-spec v1.1, Docker image manifest version 2, schema 2.
 */
#pragma once

#include "base/strbuf.h"
#include "image/manifest.h"
#include "image/source.h"

enum oci_part { OCI_PART_INDEX, OCI_PART_MANIFEST, OCI_PART_CONFIG };

struct oci_store {
	/* The bytes a descriptor names, as they are. */
	int (*read)(struct source *src, const struct descriptor *d, enum oci_part part,
		    struct strbuf *sb, struct err *err);
	/*
	 * Sets layer->member and identity, so that open_layer finds it. ERR_NOT_FOUND is fine for a
	 * foreign layer.
	 */
	int (*find_layer)(struct source *src, struct source_layer *layer, struct err *err);
};

/*
 * name: what all images of the index are called; empty: each descriptor may bear one, and
 * request->choice, if any, decides by it.
 */
int oci_image_choose(struct source *src, const struct oci_store *store,
		     const struct source_request *request, struct str index, struct str name,
		     struct descriptor *ret, struct err *err);

int oci_image_read(struct source *src, const struct oci_store *store,
		   const struct source_request *request, const struct descriptor *d,
		   struct err *err);
