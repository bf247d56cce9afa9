/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The release of a distribution that the name of an image tells: debian:12-slim, node:16-buster,
 * golang:1.20-alpine3.17, ubuntu:focal. What the image holds is not looked at.
 *
 *     if (image_release_find(STR("library/debian"), STR("12-slim"), &release))
 *             release.id is "debian-12", release.end_of_life "2028-06-30"
 *
 * Ownership: static texts. Errors: none; false when the name does not tell, as with "latest".
 */
#pragma once

#include "base/str.h"

struct image_release {
	struct str id;		/* as the keys of distro_eol.def */
	struct str end_of_life; /* a date; empty: not known or not announced */
};

/* repository: without the registry, as reference.path has it. */
bool image_release_find(struct str repository, struct str tag, struct image_release *ret);
