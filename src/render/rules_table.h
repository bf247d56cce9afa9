/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person should know of findings that are not in the lists: how many a filter left out, and
 * which ignore rules are expired or match nothing. Nothing is printed when there is neither.
 */
#pragma once

#include "render/canvas.h"
#include "report/report.h"

void put_rule_notes(struct canvas *c, const struct report *r);
