/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a family of version schemes consists of; version.c and version_range.c are the only users.
 *
 * The callers have checked version_bytes, so that a function may put arrays of that many entries
 * on its stack. `accept` has been called, and agreed, before `compare`.
 */
#pragma once

#include "base/limits.h"
#include "base/vec.h"
#include "package/version.h"

enum version_op {
	VERSION_NONE, /* never true */
	VERSION_ANY,  /* always true */
	VERSION_LT,
	VERSION_LE,
	VERSION_EQ,
	VERSION_NE,
	VERSION_GE,
	VERSION_GT,
	/* Further ones are of the scheme; its `meets` knows them. */
	VERSION_PREFIX,	       /* "==1.2.*" (PEP 440, Hackage), "=1.2*" (portage), "~1.2" (apk) */
	VERSION_NOT_PREFIX,    /* "!=1.2.*" */
	VERSION_LT_PREFIX,     /* "<~" (apk): before it, or with it as prefix */
	VERSION_GT_PREFIX,     /* ">~" (apk) */
	VERSION_NOT_LT_PREFIX, /* "!<~" (apk) */
	VERSION_NOT_GT_PREFIX, /* "!>~" (apk) */
	VERSION_IDENTICAL,     /* "===" (PEP 440): the same text */
	VERSION_BEFORE_BUMP,   /* "~>" (RubyGems): without its pre-release part below this */
	VERSION_ANY_REVISION,  /* "~" (portage): the same but for the revision */
};

struct version_bound {
	struct str version;
	enum version_op op;
	bool closes; /* the last one of its alternative */
};

/* An unfinished range; see range_add. */
struct range_builder {
	struct vec bounds; /* struct version_bound */
	size_t group;	   /* index of the first bound of the open alternative */
	struct arena *arena;
	enum version_scheme scheme;
	bool plain;
};

struct version_rules {
	/* 0, or -ERR_FORMAT: what is wrong with it as a version. */
	int (*check)(struct str v, struct err *err);
	/* 0, or -ERR_FORMAT: what `compare` cannot order. NULL: it can order anything. */
	int (*accept)(struct str v, struct err *err);
	/* -1, 0, 1; total. */
	int (*compare)(struct str a, struct str b);
	/* Reads a whole range that is neither empty nor a vers: URI. NULL: the form of advisories.
	 */
	int (*read_range)(struct range_builder *rb, struct str text, struct err *err);
	/* NULL: by order. */
	bool (*meets)(const struct version_bound *bound, struct str v);
	/* An alternative whose bounds all hold may still not hold v. NULL: it does. */
	bool (*admits)(const struct version_bound *group, size_t n, struct str v);
	/* A version for which this is false is in no range, instead of being an error. */
	bool (*is_member)(struct str v);
};

#define VERSION_SCHEME(ID, rules, names, title, spec)                                              \
	extern const struct version_rules version_##rules;
#include "package/versions/versions_list.def"
#undef VERSION_SCHEME

const struct version_rules *version_rules_of(enum version_scheme scheme);

/* -ERR_FORMAT: "\"<version>\": <why>", the version cut and cleaned for a message. */
int version_refuse(struct str version, const char *why, struct err *err);

/* Whether order (of a version against the bound's) agrees with one of the plain operators. */
bool version_op_holds(enum version_op op, int order);

/*
 * Building a range: bounds that all must hold, then range_close; again for the next alternative.
 * An alternative without bounds holds everything. Errors: ERR_LIMIT, ERR_NOMEM.
 */
int range_add(struct range_builder *rb, enum version_op op, struct str version, struct err *err);
int range_close(struct range_builder *rb, struct err *err);
/* The last of an arena_strf: ERR_NOMEM when text.p is NULL. */
int range_add_made(struct range_builder *rb, enum version_op op, struct str text, struct err *err);

/* Takes one of "<", "<=", "=", "==", "!=", ">=", ">", "<<", ">>", "<>"; false, untouched, if none.
 */
bool range_pull_op(struct str *text, enum version_op *ret);

/* The form of advisories. */
int range_read_plain(struct range_builder *rb, struct str text, struct err *err);
/* One comparison of it. */
int range_read_comparison(struct range_builder *rb, struct str text, struct err *err);
/* Takes up to "||" (dropped); false at the end. */
bool range_pull_alternative(struct str *text, struct str *ret);
/* Takes up to "," or up to white space before an operator; false at the end. */
bool range_pull_comparison(struct str *text, struct str *ret);

/* "[1,2)" and the like: Maven, NuGet. *text starts with "[" or "("; the interval is taken. */
int range_read_interval(struct range_builder *rb, struct str *text, struct err *err);

/* vers:<type>/<constraints>. */
int range_read_vers(struct range_builder *rb, struct str text, struct err *err);
