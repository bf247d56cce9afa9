/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets for a person: what each is, where it stands, its redacted form, and how to get rid of it
 * (once for those of one rule). Prints nothing where there are none.
 */
#pragma once

#include "render/canvas.h"
#include "report/plan.h"

void put_secrets(struct canvas *c, const struct report *r, const struct plan *plan);
