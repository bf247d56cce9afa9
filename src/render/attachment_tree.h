/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is attached to an image: as a tree for a person, and as JSON.
 *
 * name: of the image, as it was found. Format of the JSON: "plimsoll.tree/1": of each node kind,
 * digest and what is known, its attachments and manifests in `children`.
 * Errors: those of the buffer.
 */
#pragma once

#include "render/canvas.h"
#include "trust/attachment_tree.h"

void attachment_tree_table(struct canvas *c, struct str name, const struct attachment_tree *t);
void attachment_tree_json(struct strbuf *out, struct str name, const struct attachment_tree *t);
