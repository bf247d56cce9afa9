/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of an image is wasted, and what it offers to an attacker: one walk over the trees of all
 * layers together, no file is read again.
 *
 *     struct waste_input in = {.merge = merge, .contents = contents, .report = report};
 *     r = waste_measure(&in, err);          packages, files and accounts of the report are known
 *
 * Fills report->efficiency, report->wastes, report->surface and the layers' hidden_bytes:
 *
 *     deleted         files of a layer that a later one deletes
 *     overwritten     ... or replaces
 *     unchanged       ... by the same content: its owner or mode was changed, or nothing
 *     duplicate       shown files with the content of another one; the first is not counted
 *     unstripped      tables of symbols and debug information in programs
 *     core-files      memory of programs that crashed
 *     build-tools     packages that build software; development-packages: that it is built with
 *     ...             by place and name: left_over.def
 *
 * A file is of one kind only. Hidden ones are of the first three, whatever they are besides.
 * Contents are known of files from WASTE_CONTENT_MIN bytes on, when the scan watched them.
 *
 * Errors: ERR_NOMEM. Limits: waste_items, waste_contents; beyond them coverage says partial.
 */
#pragma once

#include "image/merge.h"
#include "report/report.h"

#define WASTE_CONTENT_MIN 65536 /* bytes; smaller files do not pay for being compared */

/* What was learned of the content of one file. */
struct waste_content {
	uint32_t node; /* of the layer's own tree */
	uint32_t is_core;
	uint64_t strippable; /* bytes that strip would remove; 0: nothing, or no program */
	uint64_t hash[2];    /* of all bytes */
};

struct waste_contents {
	bool is_known;	  /* the layer was watched */
	struct str bytes; /* of struct waste_content, by node; not aligned */
};

struct waste_input {
	const struct merge *merge;
	const struct waste_contents *contents; /* of each layer; NULL: nobody looked */
	struct report *report;
};

int waste_measure(const struct waste_input *in, struct err *err);
