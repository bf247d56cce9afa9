/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wasted bytes summed up: what one layer has of one kind, with the places that have most of it.
 *
 *     waste_tally_init(&t);
 *     r = waste_tally_add(&t, "logs", layer, layer, path, bytes, 1, err);       each place
 *     r = waste_tally_finish(&t, report, err);                                  to report->wastes
 *     waste_tally_done(&t);
 *
 * Errors: ERR_NOMEM. Limits: waste_items; more are counted in n_unlisted.
 */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "report/report.h"

struct waste_tally {
	struct map by_key;
	struct vec items; /* struct waste_sum * */
	uint64_t n_unlisted;
};

void waste_tally_init(struct waste_tally *t);
void waste_tally_done(struct waste_tally *t);

/* what: static. n_files: at that place. */
int waste_tally_add(struct waste_tally *t, struct str what, size_t layer, size_t hidden_by,
		    struct str path, uint64_t bytes, uint64_t n_files, struct err *err);

/* Names a package of that kind and layer; the name lives as long as the report. */
int waste_tally_package(struct waste_tally *t, struct str what, size_t layer, struct str name,
			struct err *err);

int waste_tally_finish(struct waste_tally *t, struct report *report, struct err *err);
