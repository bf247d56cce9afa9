/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plimsoll patch prints: the plan, and what became of it.
 *
 * All of it goes to stdout. Errors: ERR_IO, those of buffers.
 */
#pragma once

#include "patch/image_change.h"

/* Packages with the findings that go, findings that stay with the reason. */
int patch_tell_plan(const struct report *before, const struct fix_plan *plan, bool no_color,
		    struct err *err);

/* Before and after by severity, findings gone, new and left. */
int patch_tell_result(const struct diff *d, const struct fix_plan *plan,
		      const struct made_layer *made, bool no_color, struct err *err);

/* The package manager had nothing newer. */
int patch_tell_unchanged(const struct report *before, const struct fix_plan *plan, bool no_color,
			 struct err *err);

int patch_tell_written(const char *output, const struct layout_image *image, struct err *err);
