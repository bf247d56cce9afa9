/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges a scanned image by the rules about images; what is wrong becomes findings of its report.
 *
 *     r = image_check(set, report, IMAGE_CHECK_CONFIGURATION | IMAGE_CHECK_WASTE, now, err);
 *
 * An image's configuration and history are asked of images only; files and accounts also of a root
 * file system. Coverage says that it was done; files of layers that were not read are NOT ASSESSED
 * already. Call it before report_finish.
 *
 * Ownership: borrows set and report. Errors: a rule that does not compile (ERR_FORMAT), ERR_NOMEM,
 * ERR_LIMIT (findings).
 */
#pragma once

#include "check/judge.h"

/* What is judged; waste only where the scan measured it. */
#define IMAGE_CHECK_CONFIGURATION (1u << 0)
#define IMAGE_CHECK_WASTE	  (1u << 1)

/* now: unix seconds; what: bits. */
int image_check(struct rule_set *set, struct report *report, unsigned what, int64_t now,
		struct err *err);

/* The same with a judge: its report gets what is said of `image`, which may be another one. */
int image_judge(const struct report *image, int64_t now, struct judge *j, struct err *err);

#define IMAGE_SCOPES 12
extern const struct scope image_scopes[IMAGE_SCOPES];
