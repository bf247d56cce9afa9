/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the definition of each registered package URL type asks for (purl_types.def).
 *
 * Used by purl.c alone: normalise first, then check. To add a type: one line in purl_types.def,
 * in sorted order; a rule that the columns cannot say is a function in purl_type.c.
 *
 * Format: purl-spec types/<type>-definition.json, schema 1.1.
 */
#pragma once

#include "package/purl.h"

enum purl_requirement { PURL_OPTIONAL, PURL_REQUIRED, PURL_PROHIBITED };

enum purl_fold {
	PURL_FOLD_NAMESPACE = 1 << 0, /* not case-sensitive: lower case is canonical */
	PURL_FOLD_NAME = 1 << 1,
	PURL_FOLD_VERSION = 1 << 2,
	PURL_FOLD_SUBPATH = 1 << 3,
	/* The namespace is one segment, the rest of the path is the name, with its slashes (git) */
	PURL_NAME_IS_PATH = 1 << 4,
};

struct purl_type {
	const char *id;
	enum purl_requirement namespace;
	unsigned fold;			/* enum purl_fold */
	const char *namespace_means;	/* the ecosystem's word for it: "groupId"; NULL: none */
	const char *required_qualifier; /* NULL: none */
	/* What is left after folding; NULL: nothing. */
	int (*normalize)(struct purl *p, struct arena *a, struct err *err);
	int (*check)(const struct purl *p, struct err *err);
};

/* NULL for a type that is not registered. The id is in lower case. */
const struct purl_type *purl_type_find(struct str id);

/* Brings case and spelling into canonical form; t may be NULL. */
int purl_type_normalize(const struct purl_type *t, struct purl *p, struct arena *a,
			struct err *err);

/* ERR_UNSUPPORTED with the broken rule; t may be NULL. */
int purl_type_check(const struct purl_type *t, const struct purl *p, struct err *err);

extern const struct purl_type purl_types[];
extern const size_t n_purl_types;
