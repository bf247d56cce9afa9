/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of versions, and ranges of them, in the scheme of each package ecosystem.
 *
 *     enum version_scheme scheme;
 *     if (!version_scheme_find(STR("deb"), &scheme)) ...
 *     r = version_compare(scheme, installed, fixed, &order, err);        order <0, 0, >0
 *
 *     r = version_range_parse(scheme, STR(">= 1, < 2 || = 3"), &arena, &range, err);     once
 *     r = version_range_match(&range, installed, &inside, err);                        often
 *
 * version_compare and version_range_match neither allocate nor keep anything; they take time
 * linear in the lengths of the versions (a range: times its bounds). Numbers may have any number
 * of digits. The matcher evaluates intervals (introduced, fixed, last_affected) with
 * version_compare alone.
 *
 * Three questions that are not the same:
 *   version_check    is this what the specification calls a version? (strict)
 *   version_compare  which is older? Takes whatever the ecosystem's own tools take, and where the
 *                    tools are silent what can be ordered without guessing; -ERR_FORMAT for the
 *                    rest, so that a nonsense version is a problem and not a verdict.
 *   version_range_*  is it inside? Follows the requirement language of the ecosystem, where that
 *                    differs from plain order (pre-releases in npm, Cargo, Pub, Composer).
 * Within one scheme the order is total over what is taken: compare(a, b) == -compare(b, a), and
 * transitive. docs/formats/versions.md says for each scheme what is odd about it.
 *
 * The schemes, their names and specifications: versions/versions_list.def. A range may be
 *   - in the language of the scheme: npm ranges, PEP 440 specifiers, Maven and NuGet intervals,
 *     gem requirements, Composer, Cargo, Hex, Pub and Hackage constraints;
 *   - in the form of advisories for every scheme: ">= 1.2, < 2.0 || = 2.1" ("," and "||" or; "="
 *     may be left out, "==", "!=", "<<" and ">>" are understood, quotes are taken off);
 *   - a "vers:" URI of the same scheme (VERS, package-url.org), which must be canonical, and is
 *     evaluated by plain order.
 * The empty range holds everything.
 *
 * Ownership: a range borrows from its text and the arena. Threads: all is read-only.
 * Errors: ERR_FORMAT with the reason and the version; ERR_LIMIT beyond version_bytes,
 * version_range_bytes or version_range_bounds; ERR_UNSUPPORTED for a vers: URI of another scheme;
 * ERR_NOMEM.
 * To add a scheme: a struct version_rules in versions/<family>.c (versions/rules.h), a line in
 * versions/versions_list.def, rows in tests/unit/package/test-version-<family>.c.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum version_scheme {
#define VERSION_SCHEME(ID, rules, names, title, spec) VERSION_##ID,
#include "package/versions/versions_list.def"
#undef VERSION_SCHEME
	VERSION_SCHEMES,
};

/* By any of its names, in any case; a release behind a colon ("Debian:12") is passed over. */
bool version_scheme_find(struct str name, enum version_scheme *ret);

/* Static strings. Names: the canonical one first, then aliases, separated by commas. */
const char *version_scheme_names(enum version_scheme scheme);
const char *version_scheme_title(enum version_scheme scheme);
const char *version_scheme_spec(enum version_scheme scheme);
struct str version_scheme_name(enum version_scheme scheme);

/* 0, or -ERR_FORMAT, -ERR_LIMIT with what is wrong with it. */
int version_check(enum version_scheme scheme, struct str version, struct err *err);

/* *ret: -1, 0, 1. */
int version_compare(enum version_scheme scheme, struct str a, struct str b, int *ret,
		    struct err *err);

struct version_bound;

struct version_range {
	enum version_scheme scheme;
	const struct version_bound *bounds; /* alternatives one after the other */
	size_t n_bounds;		    /* 0: everything */
	bool plain;			    /* by order alone (vers: URIs) */
};

int version_range_parse(enum version_scheme scheme, struct str text, struct arena *a,
			struct version_range *ret, struct err *err);
int version_range_match(const struct version_range *range, struct str version, bool *ret,
			struct err *err);
