/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large an image is, what it wastes and what can be attacked, as JSON: shared by the report and
 * the difference of two. docs/report.schema.json is the shape.
 */
#pragma once

#include "codec/json_writer.h"
#include "report/report.h"

/* The keys size, waste, surface and budgets of an object; those that are not known are left out. */
void put_size(struct json_writer *w, const struct report *r);

void put_surface(struct json_writer *w, const char *key, const struct report *r);
