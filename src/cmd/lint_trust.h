/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lint --policy: the images that the files name, by the policy's part `trust`.
 *
 *     struct lint_trust_options o = {.policy = opt.policy, .verify = opt.verify_images, ...};
 *     r = lint_trust(&list, &o, report, err);
 *
 * Without `verify` nothing is asked of the network: which images are allowed at all is checked, and
 * what needs signatures is NOT ASSESSED. Errors: those of the policy; ERR_USAGE.
 */
#pragma once

#include "cmd/lint_files.h"
#include "net/registry.h"
#include "report/report.h"

struct lint_trust_options {
	const char *policy; /* NULL: none */
	bool verify;	    /* resolve each image in its registry, and look at its signatures */
	struct registry_options registry;
};

int lint_trust(struct lint_list *list, const struct lint_trust_options *o, struct report *report,
	       struct err *err);
