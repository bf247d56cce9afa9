/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product tree of a CSAF 2.0 document: what a product id means.
 *
 *     CLEANUP(csaf_tree_done) struct csaf_tree t;
 *     r = csaf_tree_init(&t, json_get(doc, "product_tree"), err);
 *     if (csaf_tree_find(&t, id, &product)) ...       product.purl, product.cpe, product.module
 *
 * Branches hold platforms (with a CPE) and components (with a package URL); relationships say
 * "component default_component_of platform" and give the pair an id. Between the two a module may
 * stand: a component of the platform, which the package is a component of.
 *
 * Ownership: everything is borrowed from the document. Errors: ERR_FORMAT for a tree that is none,
 * ERR_LIMIT (json_depth, advisory_items), ERR_NOMEM.
 */
#pragma once

#include "base/cleanup.h"
#include "base/map.h"
#include "codec/json.h"

struct csaf_tree {
	struct map products;  /* product id -> struct json *product */
	struct map relations; /* product id -> struct json *relationship */
};

struct csaf_product {
	struct str purl;   /* of the component; empty: it has none */
	struct str module; /* package URL of the module in between; empty: none */
	struct str cpe;	   /* of the platform */
};

int csaf_tree_init(struct csaf_tree *t, const struct json *product_tree, struct err *err);
void csaf_tree_done(struct csaf_tree *t);

/* False: no such id, or it is no component of a platform with a CPE. */
bool csaf_tree_find(const struct csaf_tree *t, struct str id, struct csaf_product *ret);
bool csaf_tree_has(const struct csaf_tree *t, struct str id);
