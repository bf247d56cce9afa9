/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of a verification: for a person, and as JSON.
 *
 * A person reads the answer first, then who signed, when and what was checked; of a refusal the
 * first check that did not hold and, on the next line, what to do.
 * Format of the JSON: "plimsoll.verification/1", docs/formats/verification.schema.json.
 * Errors: those of the buffer.
 */
#pragma once

#include "render/canvas.h"
#include "trust/verification.h"

void verification_table(struct canvas *c, const struct verification *v);
void verification_json(struct strbuf *out, const struct verification *v);

const char *claim_format_name(enum claim_format format); /* "cosign", "bundle", "dct", ... */
const char *claim_clock_name(enum claim_clock clock);	 /* "timestamp", "log", "signer", "none" */
