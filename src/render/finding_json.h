/* SPDX-License-Identifier: Apache-2.0 */
/* One finding as JSON, the same wherever it is printed: `$defs/finding` of report.schema.json. */
#pragma once

#include "codec/json_writer.h"
#include "report/finding.h"

void put_finding(struct json_writer *w, const struct finding *f);
