/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of a target to an open source, or to the directory of a root file system.
 *
 * A transport is taken at its word. Without one, an existing path is told by its content: a
 * directory with an oci-layout, else a root file system; an archive with a manifest.json or an
 * oci-layout, else a root file system; JSON is an SBOM. "-" is stdin, "-:TAG" an image in the
 * archive that comes from there. What is no path is an image: of a local engine, else of its
 * registry (image/locate.h). The history of a git repository is only meant by git:PATH. What can
 * only be a path is never asked for anywhere. Errors: those of the source; ERR_USAGE, ERR_NOT_FOUND
 * with each place that was tried.
 */
#pragma once

#include "base/strbuf.h"
#include "image/source.h"
#include "net/registry.h"
#include "scan/git_history.h"

struct target {
	struct source *source;	 /* NULL: one of the others */
	char *directory;	 /* NULL: one of the others */
	struct git_history *git; /* NULL: no repository; its place is in git_location */
	char *git_location;
	char *sbom_location; /* NULL: no SBOM */
	struct strbuf sbom;  /* its bytes */
};

int target_open(const char *text, const char *platform, const struct registry_options *registry,
		struct target *ret, struct err *err);
void target_done(struct target *t);
