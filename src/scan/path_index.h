/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled index of interesting paths: which analyses want this file, in a few hash look-ups.
 *
 *     path_index_new(&index, err);
 *     n = path_index_match(index, path, is_directory, wants);
 *
 * Built from pkgdbs[], distro_paths, content_sets_paths, accounts_paths, language_signs and
 * path_marks. Threads: read-only after new.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "inventory/language.h"
#include "inventory/path_mark.h"
#include "inventory/pkgdb.h"

enum want_kind {
	WANT_PKGDB,
	WANT_KEPT,
	WANT_LANGUAGE,
	WANT_MARK,  /* only its being there */
	WANT_BYTES, /* of a file that only a link leads to; scan/second_look.h */
};

struct want {
	enum want_kind kind;
	const struct pkgdb *pkgdb;	      /* WANT_PKGDB */
	const struct language_sign *language; /* WANT_LANGUAGE */
	const struct path_mark *mark;	      /* WANT_MARK */
};

#define WANTS_MAX 8

struct path_index;

int path_index_new(struct path_index **ret, struct err *err);
void path_index_free(struct path_index *index);

/* How many analyses want the path; the first WANTS_MAX are in ret. */
size_t path_index_match(const struct path_index *index, struct str path, bool is_directory,
			struct want ret[WANTS_MAX]);

/* The index of a second look: exactly these paths, their bytes kept whole. */
int path_index_of_files(const struct str *paths, size_t n, struct path_index **ret,
			struct err *err);

/* Whether patterns lie below the directory; a symlink there hides them from path_index_match. */
bool path_index_is_way(const struct path_index *index, struct str directory);

/* The i-th pattern, or false behind the last. */
bool path_index_pattern(const struct path_index *index, size_t i, struct str *ret_text,
			struct want *ret_want);

/* "pkgdb" patterns that name directories exist at all. */
bool path_index_has_directories(const struct path_index *index);
