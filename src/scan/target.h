/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of a target to an open source, or to the directory of a root file system.
 *
 * A transport is taken at its word. Without one, an existing path is told by its content: a
 * directory with an oci-layout, else a root file system; an archive with a manifest.json or an
 * oci-layout, else a root file system. Errors: those of the source; ERR_USAGE, ERR_NOT_FOUND.
 */
#pragma once

#include "image/source.h"

struct target {
	struct source *source; /* NULL: a directory */
	char *directory;       /* NULL: a source */
};

int target_open(const char *text, const char *platform, struct target *ret, struct err *err);
void target_done(struct target *t);
