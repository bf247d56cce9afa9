/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vulnerabilities of a CycloneDX document: one entry a finding about a package, each with what
 * it affects, ratings, and what the publisher means to do.
 *
 * Nothing is written for a report without findings. `analysis` says what is known of the publisher
 * and of the user's rules; Plimsoll itself never says "exploitable". Findings of other kinds are
 * no vulnerabilities of a component and are left out.
 */
#pragma once

#include "render/cyclonedx.h"

/* Errors: ERR_NOMEM. */
int cyclonedx_put_findings(const struct sbom *s, const struct cyclonedx_ops *ops, void *encoder,
			   struct err *err);
