/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scan and sbom share: run a scan of one target, print its report in one format.
 */
#pragma once

#include "cmd/command.h"

struct scan_options {
	const char *format; /* a renderer's id */
	const char *output; /* a file; NULL: stdout */
	const char *platform;
	uint64_t jobs;
	bool files, require_complete, no_cache, no_sandbox, quiet, no_color;
};

/* Returns an exit status; prints errors itself. */
int scan_command(const struct scan_options *opt, const char *command, int argc,
		 const char *const *argv);
