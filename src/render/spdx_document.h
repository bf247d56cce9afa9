/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both encodings of SPDX 2.3 say beyond sbom.h: element ids, licences with their references,
 * texts.
 *
 *     struct spdx_document d;
 *     r = spdx_document_init(&d, &sbom, err);
 *     ... d.packages[i].id, .license ...         in the order of sbom.components
 *     ... struct spdx_license *l = vec_at(&d.licenses, i) ...     sorted, each once
 *     spdx_document_done(&d);
 *
 * Ownership: borrows from the sbom; its own strings live in its arena. Threads: one at a time.
 * Errors: ERR_NOMEM; ERR_LIMIT (arena_bytes).
 * Format: SPDX 2.3, https://spdx.github.io/spdx-spec/v2.3/. Files are not listed (filesAnalyzed is
 * false); what was not assessed stands in the document's comment.
 */
#pragma once

#include "base/map.h"
#include "render/sbom.h"

#define SPDX_IMAGE_ID "SPDXRef-Image"
#define SPDX_OS_ID    "SPDXRef-OperatingSystem"

struct spdx_package {
	struct str id;		/* "SPDXRef-Package-deb-curl-<digits>" */
	struct str license;	/* a valid expression or NOASSERTION */
	struct str supplier;	/* "Organization: X", "Person: X (mail)"; empty: unknown */
	struct str source_info; /* may be empty */
	struct str comment;	/* where it was found; may be empty */
};

struct spdx_license {
	struct str id;	 /* "LicenseRef-..." */
	struct str text; /* the name as written */
};

struct spdx_document {
	const struct sbom *sbom;
	struct arena arena;
	struct str name;      /* of the document */
	struct str namespace; /* unique for its content */
	struct str created;   /* RFC 3339; the epoch when the report has no time */
	struct str creator;   /* "Tool: plimsoll-0.1.0" */
	struct str comment;   /* what was not assessed; empty: nothing */
	struct spdx_package *packages;
	struct vec licenses; /* struct spdx_license */
	struct map seen;     /* ids of licenses */
};

int spdx_document_init(struct spdx_document *d, const struct sbom *sbom, struct err *err);
void spdx_document_done(struct spdx_document *d);
