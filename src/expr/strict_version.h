/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantic versions 2.0.0, read strictly; as Kubernetes has them in expressions.
 *
 *     struct strict_version v;
 *     r = strict_version_parse(STR("1.2.3-rc.1+build"), &v, err);
 *     r = strict_version_parse_loose(STR("v1.2"), room, &v, err);
 *     order = strict_version_cmp(&a, &b);              what is behind + does not count
 *
 * The loose form drops a leading "v" and zeros in front of numbers, and adds missing numbers; room
 * holds STRICT_VERSION_ROOM(s.n) bytes for it.
 * Ownership: a version borrows from its text, or from `room`.
 * Errors: ERR_FORMAT with the version.
 * Format: https://semver.org/spec/v2.0.0.html; numbers are of 64 bits.
 *
 * The versions of packages, with the habits of their ecosystems, are in package/versions/.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct strict_version {
	uint64_t major, minor, patch;
	struct str pre;	  /* "rc.1", or empty */
	struct str build; /* "build", or empty */
};

#define STRICT_VERSION_ROOM(n_bytes) ((n_bytes) + 6)

int strict_version_parse(struct str s, struct strict_version *ret, struct err *err);
int strict_version_parse_loose(struct str s, char *room, struct strict_version *ret,
			       struct err *err);

int strict_version_cmp(const struct strict_version *a, const struct strict_version *b);
