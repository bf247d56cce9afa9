/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Red Hat image says about the repositories its packages came from.
 *
 * An advisory of Red Hat is for a product, and a package belongs to one through the content sets
 * (repositories) of the image, or of the layer, that installed it; where none are listed, the
 * image build's name-version-release and architecture lead to them.
 *
 *     if (content_sets_is_path(path))                       keep the file (LIMIT_KEPT_FILE_BYTES)
 *     r = content_sets_parse(path, bytes, arena, &cs, err);
 *     content_sets_merge(&image, &cs);                      for several files of one layer
 *
 * Files: content_sets_paths. The manifest's file name is the NVR of its image unless it is
 * content-sets.json; labels.json and Dockerfile-NAME-VERSION-RELEASE give NVR and architecture from
 * the labels com.redhat.component, version, release and architecture.
 *
 * Ownership: what is returned lives in the arena. Errors: ERR_FORMAT with where, ERR_LIMIT,
 * ERR_NOMEM. Threads: pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "package/package.h"

struct content_sets {
	struct str_list sets; /* "rhel-9-for-x86_64-baseos-rpms", in file order; often empty */
	struct str nvr;	      /* "ubi9-container-9.4-1214"; empty: not known from this file */
	struct str arch;      /* "x86_64"; empty: not known */
};

/* path_match patterns, NULL-ended. */
extern const char *const content_sets_paths[];
bool content_sets_is_path(struct str path);

int content_sets_parse(struct str path, struct str bytes, struct arena *arena,
		       struct content_sets *ret, struct err *err);

/* The NVR and architecture from the labels of an image's config, each "key=value". */
int content_sets_of_labels(struct str_list labels, struct arena *arena, struct content_sets *ret,
			   struct err *err);

/* Fills what *into lacks. */
void content_sets_merge(struct content_sets *into, const struct content_sets *from);
