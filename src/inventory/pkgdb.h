/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of package database readers: one ops struct each, listed in pkgdb_list.def.
 *
 * To add a format: write pkgdb/<id>.c that ends in a `const struct pkgdb pkgdb_<id>`, add
 * PKGDB(<id>) to pkgdb_list.def in sorted order, add tests/fixtures/pkgdb/<id>/. The build, the
 * path index, --list, fuzzing and the table tests pick it up from there.
 *
 * A reader is a pure function from bytes to records. It never opens files: the scan matches
 * `paths`, reads the file whole within max_size and calls parse when the layer has been read to its
 * end, so that a sibling (rpmdb.sqlite-wal, CONTENTS beside PF) can be asked for with
 * pkg_sink_sibling.
 *
 * Ownership: `in->bytes`, siblings and all slices handed to the sink are borrowed for the call;
 * the sink copies. Threads: a reader has no state; one call, one thread.
 * Errors: parse returns a negative code with where and what; records added before it stay and the
 * scan reports the file as partially assessed, as it does after pkg_sink_problem: a single bad
 * record in a sound file.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "package/package.h"

struct pkg_sink;

struct pkgdb_input {
	struct str path; /* cleaned path in the image, for messages and for formats that encode data
			    in it */
	struct str bytes; /* the whole file; empty when the pattern names a directory
			     (PKGDB_DIRECTORY) */
};

enum pkgdb_flags {
	/* `paths` match directories; parse gets the path alone (nix store, homebrew kegs). */
	PKGDB_DIRECTORY = 1 << 0,
	/* Absent data is normal: an empty file is no problem. */
	PKGDB_MAY_BE_EMPTY = 1 << 1,
	/* No records of its own: kept only so that siblings can ask for it (-wal, CONTENTS). */
	PKGDB_SIBLING_ONLY = 1 << 2,
	/* Asks for no sibling and is nobody's: parsed as soon as it was read, its bytes let go. */
	PKGDB_ALONE = 1 << 3,
	/*
	 * More about packages that other files declare, told by the one '*' of each path: the
	 * package's name. A link there is followed when the image is put together.
	 */
	PKGDB_NAMED_BY_PATH = 1 << 4,
};

struct pkgdb {
	const char *id;		  /* stable, shown to users: "apk" */
	const char *title;	  /* one line, for --list and the docs */
	const char *spec;	  /* where the format is written down */
	const char *const *paths; /* path_match patterns relative to the image root, NULL-ended */
	size_t max_size;	  /* bytes; a larger file is ERR_LIMIT; at most LIMIT_PKGDB_BYTES */
	unsigned flags;		  /* enum pkgdb_flags */
	int (*parse)(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err);
};

/* All readers, sorted by id, NULL-ended. */
extern const struct pkgdb *const pkgdbs[];
const struct pkgdb *pkgdb_find(struct str id);

/*
 * What a reader reports to. An interface, so that scan, tests and fuzzers each bring their own.
 * Every function returns 0 or a negative code (ERR_LIMIT, ERR_NOMEM) that parse passes on.
 */
struct pkg_sink_ops {
	int (*package)(struct pkg_sink *sink, const struct package *p);
	int (*fragment)(struct pkg_sink *sink, const struct package *p);
	int (*problem)(struct pkg_sink *sink, const struct err *what);
	bool (*sibling)(struct pkg_sink *sink, struct str path, struct str *ret_bytes);
};

struct pkg_sink {
	const struct pkg_sink_ops *ops;
	struct arena *scratch; /* the reader's working memory; reset after each parse */
};

/* One installed package. Name must not be empty; version may be. */
static inline int pkg_sink_add(struct pkg_sink *sink, const struct package *p)
{
	return sink->ops->package(sink, p);
}

/*
 * More about a package that another file declares: type and name must be set, arch when known
 * (dpkg's info/NAME:ARCH.list); files, licenses and attributes are joined to it when the image is
 * put together.
 */
static inline int pkg_sink_fragment(struct pkg_sink *sink, const struct package *p)
{
	return sink->ops->fragment(sink, p);
}

/* A record that could not be read, while the rest of the file can. */
static inline int pkg_sink_problem(struct pkg_sink *sink, const struct err *what)
{
	return sink->ops->problem(sink, what);
}

/* The bytes of another captured file of the same layer, by cleaned path; false when it is not
 * there. */
static inline bool pkg_sink_sibling(struct pkg_sink *sink, struct str path, struct str *ret_bytes)
{
	return sink->ops->sibling(sink, path, ret_bytes);
}
