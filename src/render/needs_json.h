/* SPDX-License-Identifier: Apache-2.0 */
/* report->needs as a member of the JSON report; nothing where it was not asked. */
#pragma once

#include "codec/json_writer.h"
#include "report/report.h"

void put_needs(struct json_writer *w, const struct report *r);
