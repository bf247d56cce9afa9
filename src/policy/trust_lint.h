/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that a Dockerfile, a Compose or a Kubernetes file names, held against a trust policy.
 *
 *     struct trust_lint lint = {.policy = &policy->trust, .report = report, .now = now};
 *     r = trust_lint_file(&lint, &source, err);            for each file
 *     r = trust_lint_finish(&lint, err);
 *
 * Findings of kind trust, at the line where the image is used:
 *     image-not-allowed      the policy refuses it, or no pattern of it fits
 *     image-by-tag           it may only be used by its digest
 *     image-not-trusted      verify said so: nobody who is asked for has signed it
 *
 * Without verify, what needs signatures is counted and told as NOT ASSESSED. A comment in the file
 * does not switch these findings off: the exceptions of the policy do.
 *
 * Ownership: texts go to the report's arena. Threads: one. Errors: those of the report; a file of
 * no language that names images has none.
 */
#pragma once

#include "check/image_use.h"
#include "policy/trust_policy.h"
#include "report/report.h"

struct trust_lint {
	const struct trust_policy *policy;
	struct report *report;
	int64_t now;
	/*
	 * 0: trusted. -ERR_DENIED: *err says why not, *ret_remedy what to do. Any other code: it
	 * cannot be told, and *err says why. NULL: signatures are not looked at.
	 */
	int (*verify)(void *context, const struct reference *image, struct str *ret_remedy,
		      struct err *err);
	void *context;
	uint64_t n_images, n_unknown; /* used in all; of them what could not be told */
	struct str why_unknown;	      /* the first reason; the report's */
};

int trust_lint_file(struct trust_lint *lint, const struct source_file *f, struct err *err);

/* What was looked at, as coverage. */
int trust_lint_finish(struct trust_lint *lint, struct err *err);
