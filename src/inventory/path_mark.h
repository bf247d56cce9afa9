/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that rules about images look at because of where they are: what package managers leave
 * behind, files of the build, names that only credentials have.
 *
 * A mark says what the place tells and no more; whether that is wrong is the rules' business
 * (rules/packs/image.yaml). To add one: a row in path_mark.def.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct path_mark {
	const char *mark;    /* "apt-lists"; NULL ends the list */
	const char *pattern; /* path_match */
	bool is_directory;   /* matches directories only, else files only */
};

extern const struct path_mark path_marks[];

/*
 * What the place of an executable file tells: "temporary" (in /tmp and its kin), "hidden" (it, or a
 * folder above it, has a dot in front, and is none in which tools usually keep programs), "system"
 * (in /usr/bin and its kin, where a package should own it); NULL: nothing.
 */
const char *path_mark_of_program(struct str path);
