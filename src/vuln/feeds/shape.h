/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of which type the fields of a record have to be: what a feed's reader passes over otherwise, as
 * the JSON functions take a wrong type for an absent value, is told here.
 *
 *     static const struct shape_field fields[] = {
 *             {"affected", SHAPE_LIST},
 *             {"affected[]", SHAPE_MAP},
 *             {"affected[].package.name", SHAPE_TEXT},
 *             {"releases.*.status", SHAPE_TEXT},                    of every member of a map
 *             {"database_specific.severity", SHAPE_TEXT | SHAPE_FREE},
 *     };
 *     r = shape_check(record, fields, ARRAY_LEN(fields), &err);
 *     "affected[2].package.name: a number, not a text"
 *
 * An absent value and null are of every type, but null is none in a list. A field on the way to
 * another one needs a row of its own: where it is of another type, its parts are absent.
 * Errors: ERR_FORMAT for the first that is wrong in the order of the rows.
 */
#pragma once

#include "vuln/feeds/draft.h"

enum {
	SHAPE_TEXT = 1 << 0,
	SHAPE_NUMBER = 1 << 1,
	SHAPE_BOOL = 1 << 2,
	SHAPE_LIST = 1 << 3,
	SHAPE_MAP = 1 << 4,
	/* What every publisher writes as he likes: told, but the record is good without it. */
	SHAPE_FREE = 1 << 5,
};

struct shape_field {
	const char *path;
	unsigned kinds;
};

int shape_check(const struct json *record, const struct shape_field *fields, size_t n,
		struct err *err);

/* The same for a draft: it fails, or what is free becomes a problem of its sink. */
void draft_shape(struct draft *d, const struct json *record, const struct shape_field *fields,
		 size_t n);
/* The same for entry i of the record's list `name`, which its messages begin with. */
void draft_shape_entry(struct draft *d, const char *name, size_t i, const struct json *entry,
		       const struct shape_field *fields, size_t n);
