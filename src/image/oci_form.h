/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a JSON document has the form that the OCI image specification gives its kind: required
 * fields are there, each field has its type, media types and digests follow their grammars.
 *
 *     r = oci_form_check(OCI_MANIFEST, doc, err);      "layers: entry 2: size: expected a number"
 *
 * Fields that the specification does not name are passed over, as it demands. An optional field
 * may be null, which Go programs write for what is empty. A digest of an algorithm that is not
 * known here has a good form all the same; who must verify it says ERR_UNSUPPORTED then.
 *
 * Format: image-spec v1.1 manifest.md, image-index.md, config.md, descriptor.md, image-layout.md;
 * Docker's schema 2 documents have the same form, but may have no layers at all.
 * Errors: ERR_FORMAT with the path of the field.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct json;

/* OCI_ARTIFACT: a manifest of anything; an image must have a layer, others only had better. */
enum oci_document { OCI_ARTIFACT, OCI_CONFIG, OCI_DESCRIPTOR, OCI_INDEX, OCI_LAYOUT, OCI_MANIFEST };

int oci_form_check(enum oci_document kind, const struct json *doc, struct err *err);
