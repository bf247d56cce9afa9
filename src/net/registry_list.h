/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry lists: the artifacts that refer to a manifest, and the tags of a repository.
 *
 *     r = registry_referrers(reg, digest, artifact_type, &known, take_page, ctx, err);
 *             take_page gets the bytes of an OCI index, once a page
 *     r = registry_tags(reg, take_page, ctx, err);       {"tags": [..]}, once a page
 *
 * Referrers are asked of the mirrors and of the registry in turn, until one knows such a list: a
 * registry may not (404, or an answer that is no index), which is told by *ret_known and no error.
 * Tags are those of the registry itself.
 *
 * An artifact type, unless it is empty, is a wish: a registry may list others all the same.
 *
 * Pages follow each other by Link, in the same place only. The bytes are as the registry gave them:
 * nothing in them is verified.
 *
 * Threads: as net/registry.h. Errors: those of registry_manifest; ERR_LIMIT (list_pages),
 * ERR_FORMAT (a next page elsewhere), those of the callback, which end the list. Format: OCI
 * distribution-spec 1.1, "Listing Referrers", "Listing Tags".
 */
#pragma once

#include "net/registry.h"

typedef int registry_page_fn(void *ctx, struct str bytes, struct err *err);

int registry_referrers(struct registry *reg, struct str digest, struct str artifact_type,
		       bool *ret_known, registry_page_fn *page, void *ctx, struct err *err);

int registry_tags(struct registry *reg, registry_page_fn *page, void *ctx, struct err *err);
