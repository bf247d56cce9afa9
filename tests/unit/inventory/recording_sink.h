/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package sink for tests: keeps deep copies of all that a reader hands over, serves siblings from
 * a table, and checks what pkgdb.h promises about every record.
 *
 *     struct recording rec;
 *     recording_init(&rec);
 *     recording_sibling(&rec, "var/db/pkg/a/b-1/SLOT", STR("0\n"));
 *     r = recording_parse(&rec, &pkgdb_apk, "lib/apk/db/installed", STR("P:a\nV:1\n"), &err);
 *     recording_package(&rec, 0)->name ...          fails the test when there are fewer
 *     recording_done(&rec);
 *
 * The sink checks: name and type set, slices of sane shape, files cleaned, attributes "key=value"
 * and sorted by key. A broken rule fails the test with the record's name.
 * `fail_after` makes the n-th call of package, fragment or problem return ERR_LIMIT (0: never);
 * arena_fail_after(&rec.scratch, n) lets the reader run out of memory.
 */
#pragma once

#include "base/arena.h"
#include "base/limits.h"
#include "base/vec.h"
#include "inventory/pkgdb.h"
#include "tests/unit/inventory/package_defect.h"
#include "tests/unit/test.h"

struct recorded_file {
	struct str path, bytes;
};

struct recording {
	struct pkg_sink sink; /* first: the reader's callbacks cast back */
	struct arena scratch; /* the reader's, emptied before each parse */
	struct arena kept;    /* the copies */
	struct vec packages;  /* struct package */
	struct vec fragments; /* struct package */
	struct vec problems;  /* struct err */
	struct vec siblings;  /* struct recorded_file, borrowed from the test */
	size_t fail_after;
};

static inline struct str recording_copy(struct recording *rec, struct str s)
{
	return s.n ? arena_str(&rec->kept, s) : STR_NULL;
}

static inline struct str_list recording_copy_list(struct recording *rec, struct str_list list)
{
	struct str *copy = list.n ? arena_array(&rec->kept, list.n, sizeof *copy) : NULL;

	for (size_t i = 0; copy && i < list.n; i++)
		copy[i] = recording_copy(rec, list.p[i]);
	return (struct str_list){copy, copy ? list.n : 0};
}

static inline struct package recording_copy_package(struct recording *rec, const struct package *p)
{
	return (struct package){
		.type = recording_copy(rec, p->type),
		.namespace = recording_copy(rec, p->namespace),
		.name = recording_copy(rec, p->name),
		.version = recording_copy(rec, p->version),
		.arch = recording_copy(rec, p->arch),
		.source_name = recording_copy(rec, p->source_name),
		.source_version = recording_copy(rec, p->source_version),
		.licenses = recording_copy_list(rec, p->licenses),
		.vendor = recording_copy(rec, p->vendor),
		.modularity = recording_copy(rec, p->modularity),
		.files = recording_copy_list(rec, p->files),
		.attributes = recording_copy_list(rec, p->attributes),
	};
}

static inline bool recording_fails(struct recording *rec)
{
	return rec->fail_after && --rec->fail_after == 0;
}

static inline int recording_keep(struct recording *rec, struct vec *list, const struct package *p)
{
	const char *defect = package_defect(p);
	struct package *slot;

	if (defect)
		fail_msg("package \"%.*s\": %s", STR_FMT(p->name), defect);
	if (recording_fails(rec))
		return -ERR_LIMIT;
	slot = vec_push(list);
	if (!slot)
		return -ERR_LIMIT;
	*slot = recording_copy_package(rec, p);
	return 0;
}

static inline int recording_on_package(struct pkg_sink *sink, const struct package *p)
{
	struct recording *rec = (struct recording *)sink;

	return recording_keep(rec, &rec->packages, p);
}

static inline int recording_on_fragment(struct pkg_sink *sink, const struct package *p)
{
	struct recording *rec = (struct recording *)sink;

	return recording_keep(rec, &rec->fragments, p);
}

static inline int recording_on_problem(struct pkg_sink *sink, const struct err *what)
{
	struct recording *rec = (struct recording *)sink;
	struct err *slot;

	assert_int_not_equal(what->code, ERR_OK);
	assert_true(what->msg[0] != '\0');
	if (recording_fails(rec))
		return -ERR_LIMIT;
	slot = vec_push(&rec->problems);
	if (!slot)
		return -ERR_LIMIT;
	*slot = *what;
	return 0;
}

static inline bool recording_on_sibling(struct pkg_sink *sink, struct str path,
					struct str *ret_bytes)
{
	struct recording *rec = (struct recording *)sink;

	for (size_t i = 0; i < rec->siblings.n; i++) {
		const struct recorded_file *file = vec_at(&rec->siblings, i);

		if (str_eq(file->path, path)) {
			*ret_bytes = file->bytes;
			return true;
		}
	}
	return false;
}

static const struct pkg_sink_ops recording_ops = {
	.package = recording_on_package,
	.fragment = recording_on_fragment,
	.problem = recording_on_problem,
	.sibling = recording_on_sibling,
};

static inline void recording_init(struct recording *rec)
{
	*rec = (struct recording){
		.packages = VEC_INIT(struct package, LIMIT_PACKAGES),
		.fragments = VEC_INIT(struct package, LIMIT_PACKAGES),
		.problems = VEC_INIT(struct err, LIMIT_PROBLEMS),
		.siblings = VEC_INIT(struct recorded_file, LIMIT_PACKAGES),
	};
	arena_init(&rec->scratch, LIMIT_ARENA_BYTES);
	arena_init(&rec->kept, LIMIT_ARENA_BYTES);
	rec->sink = (struct pkg_sink){.ops = &recording_ops, .scratch = &rec->scratch};
}

static inline void recording_done(struct recording *rec)
{
	vec_done(&rec->packages);
	vec_done(&rec->fragments);
	vec_done(&rec->problems);
	vec_done(&rec->siblings);
	arena_done(&rec->scratch);
	arena_done(&rec->kept);
}

static inline void recording_sibling(struct recording *rec, const char *path, struct str bytes)
{
	struct recorded_file *file = vec_push(&rec->siblings);

	assert_non_null(file);
	*file = (struct recorded_file){str_of(path), bytes};
}

/* May be called again: records add up. The reader sees an exact-size copy, so overruns show. */
static inline int recording_parse(struct recording *rec, const struct pkgdb *db, const char *path,
				  struct str bytes, struct err *err)
{
	CLEANUP(freep) char *copy = malloc(bytes.n ? bytes.n : 1);
	struct pkgdb_input in = {str_of(path), str_make(copy, bytes.n)};
	int r;

	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	r = db->parse(&in, &rec->sink, err);
	arena_reset(&rec->scratch);
	return r;
}

static inline const struct package *recording_package(const struct recording *rec, size_t i)
{
	if (i >= rec->packages.n)
		fail_msg("only %zu packages", rec->packages.n);
	return vec_at(&rec->packages, i);
}

static inline const struct package *recording_fragment(const struct recording *rec, size_t i)
{
	if (i >= rec->fragments.n)
		fail_msg("only %zu fragments", rec->fragments.n);
	return vec_at(&rec->fragments, i);
}

static inline const char *recording_problem(const struct recording *rec, size_t i)
{
	const struct err *what = vec_at(&rec->problems, i);

	if (!what)
		fail_msg("only %zu problems", rec->problems.n);
	return what ? what->msg : "";
}

/* All entries with ',' between, for one comparison. Borrowed from rec. */
static inline struct str recording_join(struct recording *rec, struct str_list list)
{
	struct str joined = STR("");

	for (size_t i = 0; i < list.n; i++)
		joined = arena_strf(&rec->kept, "%.*s%s%.*s", STR_FMT(joined), i ? "," : "",
				    STR_FMT(list.p[i]));
	return joined;
}
