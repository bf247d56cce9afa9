/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a semantic version, cut leniently: the numbers (any count), the pre-release behind
 * "-" or at the first letter, the build behind "+". Shared by the schemes built on it.
 */
#pragma once

#include "package/versions/number.h"
#include "package/versions/rules.h"

struct semver {
	struct str core;  /* "1.2.3": numbers and dots */
	struct str pre;	  /* without "-"; empty: none */
	struct str build; /* without "+"; empty: none */
	bool glued;	  /* the pre-release had no hyphen: "1.21rc2" */
};

/* "v", "V" and "=" in front are passed over. */
struct semver semver_cut(struct str v);

/* A pre-release against another: an absent one is newer; identifiers as in semver.org item 11. */
int semver_pre_cmp(struct str a, struct str b);
int semver_identifiers_cmp(struct str a, struct str b);

/* By core and pre-release. */
int semver_cmp(const struct semver *a, const struct semver *b);

/* -ERR_FORMAT unless v starts with a number. */
int semver_accept(struct str v, struct err *err);
int semver_compare(struct str a, struct str b);

/* The grammar of semver.org 2.0.0, without anything in front. */
int semver_check(struct str v, struct err *err);

/* Range languages: how they read what npm, Cargo, Pub, Hex and plain semver write differently. */
enum semver_dialect {
	SEMVER_PARTIAL = 1 << 0,     /* "1.2" is all of 1.2.x, "<=1.2" below 1.3 (npm, Cargo) */
	SEMVER_BARE_CARET = 1 << 1,  /* "1.2" is "^1.2" (Cargo) */
	SEMVER_WORDS = 1 << 2,	     /* "and", "or" (Hex) */
	SEMVER_TWIDDLE_GEM = 1 << 3, /* "~> 1.2" is below 2 (Hex, Go tools), not below 1.3 (npm) */
	SEMVER_OPEN_UPPER = 1 << 4,  /* "<2.0.0" leaves out 2.0.0-rc (Pub) */
};
int semver_read_range(struct range_builder *rb, struct str text, unsigned dialect, struct err *err);

/* npm and Cargo: a pre-release only where a bound of the same version names one. */
bool semver_admits(const struct version_bound *group, size_t n, struct str v);
