/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll sign --gpg KEY TARGET: a signature by gpg, in the signature store that registries.d
 * names, as podman and skopeo make and find it.
 *
 * Prints NAME@DIGEST on stdout and where the signature is on stderr. Returns an exit status.
 */
#pragma once

#include "net/registry.h"

struct sign_gpg_options {
	const char *key;
	const char *reference;	  /* the name that is signed; NULL: that of the target */
	const char *registries_d; /* NULL: the usual one */
	bool quiet;
	struct registry_options registry;
};

int sign_gpg(const char *target, const struct sign_gpg_options *o, struct err *err);
