/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as JSON: `actions`, a list of `$defs/action` of report.schema.json. */
#pragma once

#include "codec/json_writer.h"
#include "report/plan.h"

/* Key and list. */
void put_actions(struct json_writer *w, const struct report *r, const struct plan *plan);
