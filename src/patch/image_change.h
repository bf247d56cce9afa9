/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image that has a made layer on top of (or in place of) its own: config, history, manifest.
 *
 *     r = image_change_write(&change, "after", &image, err);         into the layout
 *
 * The history says what was done. What an image is based on stays as its annotations say it;
 * one that does not say gets the image it was made from (org.opencontainers.image.base.*).
 * Ownership: in the layout's arena. Errors: those of layout.h and json_edit.h.
 */
#pragma once

#include "patch/json_edit.h"
#include "patch/layout.h"
#include "patch/make_layer.h"
#include "report/diff.h"

struct image_change {
	struct layout *layout;
	const struct made_layer *made; /* without a layer: only what is kept */
	size_t n_kept;		       /* layers, from the bottom */
	int64_t created;	       /* unix seconds */
	struct str created_by, comment;
	struct str base_name; /* as the user named the image */
	struct config_cut cut;
};

int image_change_write(const struct image_change *c, const char *tag, struct layout_image *ret,
		       struct err *err);

/* "plimsoll patch: openssl 3.0.1 -> 3.0.2, ..." of the packages that changed. */
struct str image_change_text(const struct diff *d, struct arena *a);
