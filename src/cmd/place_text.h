/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of what lies in a store, by its digest: "example.com/team/app@sha256:..",
 * "oci:DIR:sha256:..".
 *
 * Errors: those of the buffer.
 */
#pragma once

#include "trust/artifact_store.h"

void place_text(const struct artifact_store *s, struct str digest, struct strbuf *sb);
