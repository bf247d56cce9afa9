/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all SBOM formats say about a report, worked out once: names, references, licences, gaps.
 *
 *     struct sbom sbom;
 *     r = sbom_init(&sbom, report, err);
 *     for (size_t i = 0; i < sbom.n_components; i++) ... sbom.components[i].ref ...
 *     sbom_done(&sbom);
 *
 * Ownership: the sbom borrows from the report and keeps its own strings in its arena; sbom_done
 * accepts a half-made one. Threads: one at a time.
 * Errors: ERR_NOMEM; ERR_LIMIT (arena_bytes).
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "render/license.h"
#include "report/report.h"

#define SBOM_UUID_TEXT 36

struct sbom_component {
	const struct report_package *package;
	struct str ref; /* unique in the document: the purl, "|2" behind a repetition */
};

struct sbom {
	const struct report *report;
	struct arena arena;
	struct str name;	       /* of the image without tag and digest, or of the target */
	struct str version;	       /* manifest digest, else config digest, else empty */
	struct str purl;	       /* pkg:oci/...; empty unless the manifest digest is known */
	struct str root_ref;	       /* unique, stands for the image */
	struct str os_ref;	       /* unique, stands for the distribution; empty: unknown */
	char uuid[SBOM_UUID_TEXT + 1]; /* of all the content: the same report, the same uuid */
	char time[CLOCK_TEXT_MAX];     /* RFC 3339; "": unknown */
	bool complete;		       /* no package can have been missed */
	struct sbom_component *components;
	size_t n_components;
};

int sbom_init(struct sbom *s, const struct report *report, struct err *err);
void sbom_done(struct sbom *s);

/*
 * Appends all licences of the package joined by AND; the kind of the whole: LICENSE_ID for exactly
 * one identifier, LICENSE_EXPRESSION, LICENSE_NAMED as soon as one part is.
 */
enum license_kind sbom_add_licenses(const struct package *p, struct strbuf *out,
				    struct license_refs *refs);

/* Facts that have no field of their own in the formats, "plimsoll:layer:diffId" and so on. */
struct sbom_property_sink {
	void (*add)(struct sbom_property_sink *sink, const char *name, struct str value);
};
void sbom_package_properties(const struct report_package *p, struct sbom_property_sink *sink);
void sbom_image_properties(const struct sbom *s, struct sbom_property_sink *sink);
void sbom_os_properties(const struct sbom *s, struct sbom_property_sink *sink);

/* The hex digits of a "sha256:<hex>" digest; false for anything else. */
bool sbom_sha256_hex(struct str digest, struct str *ret_hex);
