/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages for an image without apt, fetched by apt-get of this machine: it checks the signatures
 * of the repositories and the hashes of the packages, as it does for itself.
 *
 *     if (apt_download_is_needed(report, &plan))
 *             r = apt_download(dir, &plan, &options, &n, err);       into dir/scratch/archives
 *
 * apt is given a configuration, a state and a cache of its own below dir; nothing of this machine's
 * is used but its program, the proxy that its configuration names, and a keyring. Repositories are
 * those of --sources, else the distribution's own; keys those of --keyring, else the keyring that
 * this machine has for the distribution. Dependencies are not resolved: what the plan names comes.
 * *ret_n: how many came.
 *
 * Errors: ERR_NOT_FOUND (no apt-get here, no keyring), ERR_UNSUPPORTED (another distribution),
 * ERR_IO with what apt said.
 */
#pragma once

#include "patch/tool.h"

struct apt_download_options {
	const char *sources; /* a file; NULL: the distribution's own */
	const char *keyring; /* a file; NULL: this machine's */
	struct str_list mirrors;
};

bool apt_download_is_needed(const struct report *before, const struct fix_plan *plan);
int apt_download(const char *dir, const struct fix_plan *plan,
		 const struct apt_download_options *options, size_t *ret_n, struct err *err);
