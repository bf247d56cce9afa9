/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that make an image out of another share: taking it over, scanning what lies in
 * the job's folder, saying what goes on.
 *
 * Errors: those of target.h, layout.h and scan_apart.h.
 */
#pragma once

#include "cmd/scan_apart.h"
#include "patch/layout.h"

/* Copies the target into dir_fd as "image"; NULL platform: this machine's. */
int image_job_take(const char *target, const struct scan_options *opt, int dir_fd,
		   struct layout *ret, struct err *err);

/* Scans the image of that tag in there. */
int image_job_scan(const struct scan_options *opt, const char *command, const char *dir,
		   const char *tag, struct report **ret, bool *ret_told, struct err *err);

/* A line on stderr. */
void image_job_say(const char *what);
