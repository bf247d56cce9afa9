/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the layers' records together to the image's report: what is visible in the merged tree,
 * which layer brought each package and which changed it last, what was not assessed.
 *
 * Layers whose record is NULL were not read; the caller has said why in the coverage.
 * The report's slices point into the records: they must live as long as it does. Errors: ERR_NOMEM,
 * ERR_FORMAT.
 */
#pragma once

#include "image/merge.h"
#include "report/report.h"
#include "scan/layer_record.h"

struct second_look;
struct secret_watching;

struct assemble_input {
	const struct layer_record *const *records; /* bottom-up */
	size_t n;
	const struct merge *merge;	       /* of their trees */
	const struct second_look *links;       /* NULL: there was none */
	const struct layer_record *linked;     /* what it read; NULL: nothing */
	const struct secret_watching *secrets; /* NULL: nobody looked for them */
	bool only_content;		       /* what packages there are was not asked */
	bool wants_waste;		       /* also measure what is wasted */
};

int assemble_layers(const struct assemble_input *in, struct report *report, struct err *err);

/* The same for layers that need no second look. */
int assemble(const struct layer_record *const *records, size_t n, struct report *report,
	     struct err *err);
