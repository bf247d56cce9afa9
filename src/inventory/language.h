/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs of language packages: files by which an ecosystem shows itself in an image.
 *
 * This version reads operating-system packages; what these signs find is reported as NOT ASSESSED,
 * so that an empty list is never mistaken for an empty image. A reader for an ecosystem removes its
 * rows here.
 */
#pragma once

#include "base/str.h"

struct language_sign {
	const char *ecosystem; /* shown to users: "npm", "Python" */
	const char *pattern;   /* path_match; NULL: told by the file's first bytes */
};

/* Sorted by ecosystem, then pattern; ends with ecosystem NULL. */
extern const struct language_sign language_signs[];

#define LANGUAGE_HEAD_BYTES 4096

/* The ecosystem of an executable by its first bytes (Go); NULL: none known. */
const char *language_of_executable(struct str head);
