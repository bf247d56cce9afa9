/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a bill of materials (SBOM) into a report: its packages, its distribution, its image.
 *
 *     if (bom_is_json(first_bytes)) ...              what begins like one
 *     r = bom_read(bytes, report, err);              packages, distro, image, layers, coverage
 *
 * What matching needs is taken from where each tool writes it: properties of Plimsoll, Syft and
 * Trivy, qualifiers of the package URL, the component of the operating system, sourceInfo of SPDX.
 * A document of Plimsoll itself gives the packages of the image as they were. Components of no
 * package URL are counted in the coverage, broken URLs are problems of the report.
 *
 * The document must have the form of its specification (form.h), else it is refused with the path
 * of what is wrong. Keys and lists may stand in any order and the document is read value by value:
 * memory grows with the packages, not with the text.
 *
 * Format: CycloneDX 1.4 to 1.7, https://cyclonedx.org/specification/overview/, and SPDX 2.2 and
 * 2.3, https://spdx.github.io/spdx-spec/v2.3/, both in JSON. Vulnerabilities in a document (VEX)
 * are not read.
 * Ownership: all is copied into the report. Threads: no state.
 * Errors: ERR_FORMAT, ERR_UNSUPPORTED for other versions, ERR_LIMIT (packages, json_bytes for one
 * component), ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

/* Whether a text begins like a JSON object; of a file its first bytes are enough. */
bool bom_is_json(struct str head);

/* Whether JSON says that it is one: by its top-level keys. */
bool bom_is_bom(struct str bytes);

int bom_read(struct str bytes, struct report *report, struct err *err);
