/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both SBOM formats share: from what a document says of a component to a package of the
 * report. Used by bom.c, cyclonedx.c and spdx.c alone.
 *
 *     struct bom bom = {.report = report, ...};
 *     r = bom_add_package(&bom, &item, err);         for each component; slices of the item are
 *                                                    borrowed for the call
 *     bom_set_os(&bom, &item, err);                  the operating system
 *     r = bom_finish(&bom, err);                     distribution and coverage, last
 */
#pragma once

#include "inventory/sbom/form.h"
#include "report/report.h"

struct json;

/* A property: "syft:metadata:source" and its value. Names may come again. */
struct bom_fact {
	struct str name, value;
};

struct bom_item {
	struct str name, version, group, purl, supplier, description, cpe;
	struct str source_name, source_version; /* by the format's own words; often empty */
	const struct bom_fact *facts;
	size_t n_facts;
	struct str_list licenses;
};

struct bom {
	struct report *report;
	struct arena temp; /* of one top-level value, then emptied */
	struct arena kept; /* as long as the bom: keys of refs */
	struct map refs;
	struct form_check check;
	const char *format; /* "cyclonedx", "spdx" */
	bool has_os, is_incomplete;
	bool has_gaps;	      /* the document named what it lacks */
	struct str hint;      /* "debian-12", of the first package URL that has one */
	struct str hint_id;   /* the namespace of that URL */
	uint64_t n_nameless;  /* components that no package URL names */
	uint64_t n_of_distro; /* packages whose advisories are filed by distribution */
};

/* What is done with a top-level value, or with each entry of a top-level list. */
struct bom_format {
	const char *id, *root;
	const struct form *form;
	int (*see)(struct bom *bom, struct str key, const struct json *v, struct err *err);
};

extern const struct bom_format bom_cyclonedx, bom_spdx;

/* The first fact of that name; empty: none. */
struct str bom_fact(const struct bom_item *item, const char *name);

int bom_add_package(struct bom *bom, const struct bom_item *item, struct err *err);
int bom_set_os(struct bom *bom, const struct bom_item *item, struct err *err);
/* The image that the document is about; facts name its layers and what they came from. */
int bom_set_image(struct bom *bom, const struct bom_item *item, struct err *err);
int bom_add_gap(struct bom *bom, enum coverage_state state, struct str text);
/* When the document was made, for a report that knows no other time. */
void bom_set_time(struct bom *bom, struct str rfc3339);
int bom_finish(struct bom *bom, struct err *err);
