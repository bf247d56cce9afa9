/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every small input of every package database reader: the fixtures of the readers and the seeds of
 * their fuzzer (tests/fuzz/fuzz-pkgdb.c), with their siblings.
 *
 *     for_each_reader_case(fn, context);
 *
 * The sink takes all records without memory of its own and checks what pkgdb.h promises.
 */
#pragma once

#include "base/path.h"
#include "tests/unit/inventory/fixture_root.h"

struct reader_case {
	const struct pkgdb *db;
	struct recorded_file file;
	const struct recorded_file *siblings;
	size_t n_siblings;
};

struct checking_sink {
	struct pkg_sink sink;
	const struct reader_case *c;
	size_t n_packages, n_problems;
	unsigned sum; /* of all bytes seen: each must be readable */
};

static inline void check_bytes(struct checking_sink *s, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		s->sum += (unsigned char)text.p[i];
}

static inline int check_package(struct pkg_sink *sink, const struct package *p)
{
	struct checking_sink *s = (struct checking_sink *)sink;
	const char *defect = package_defect(p);

	if (defect)
		fail_msg("%s: package \"%.*s\": %s", s->c->file.path.p, STR_FMT(p->name), defect);
	check_bytes(s, p->name);
	check_bytes(s, p->version);
	check_bytes(s, p->source_name);
	for (size_t i = 0; i < p->files.n; i++)
		check_bytes(s, p->files.p[i]);
	s->n_packages++;
	return 0;
}

static inline int check_problem(struct pkg_sink *sink, const struct err *what)
{
	struct checking_sink *s = (struct checking_sink *)sink;

	if (what->code == ERR_OK || !what->msg[0])
		fail_msg("%s: a problem that says nothing", s->c->file.path.p);
	s->n_problems++;
	return 0;
}

static inline bool check_sibling(struct pkg_sink *sink, struct str path, struct str *ret_bytes)
{
	const struct reader_case *c = ((struct checking_sink *)sink)->c;

	for (size_t i = 0; i < c->n_siblings; i++)
		if (str_eq(c->siblings[i].path, path)) {
			*ret_bytes = c->siblings[i].bytes;
			return true;
		}
	return false;
}

static const struct pkg_sink_ops checking_ops = {check_package, check_package, check_problem,
						 check_sibling};

/* Parses bytes in place of the case's own into *s; an error must say what is wrong. */
static inline int parse_into(struct checking_sink *s, const struct reader_case *c, struct str bytes,
			     struct err *err)
{
	struct pkgdb_input in = {c->file.path, bytes};
	struct arena scratch;
	int r;

	*err = (struct err){0};
	arena_init(&scratch, (size_t)64 << 20);
	*s = (struct checking_sink){.sink = {&checking_ops, &scratch}, .c = c};
	r = c->db->parse(&in, &s->sink, err);
	if (r < 0 && (err->code == ERR_OK || !err->msg[0]))
		fail_msg("%s: an error that says nothing", c->file.path.p);
	arena_done(&scratch);
	return r;
}

static inline int parse_case(const struct reader_case *c, struct str bytes, struct err *err)
{
	struct checking_sink s;

	return parse_into(&s, c, bytes, err);
}

static inline bool reads(const struct pkgdb *db, struct str path)
{
	for (size_t i = 0; db->paths[i]; i++)
		if (path_match(str_of(db->paths[i]), path))
			return true;
	return false;
}

typedef void reader_case_fn(const struct reader_case *c, void *context);

static inline void each_case_of(const struct recorded_file *files, size_t n, reader_case_fn *fn,
				void *context)
{
	for (size_t i = 0; i < n; i++)
		for (size_t d = 0; pkgdbs[d]; d++) {
			struct reader_case c = {pkgdbs[d], files[i], files, n};

			if (reads(pkgdbs[d], files[i].path))
				fn(&c, context);
		}
}

/* "path\nbytes\n%%sibling path\nbytes..." as in fuzz-pkgdb.c. */
static inline size_t split_seed(struct str seed, struct recorded_file *ret, size_t max,
				struct arena *a)
{
	struct str mark = STR("\n%%sibling ");
	size_t n = 0;

	while (seed.n && n < max) {
		size_t end = str_find(seed, mark);
		struct str part = str_sub(seed, 0, end), name = STR_NULL;

		(void)str_pull_line(&part, &name); /* an empty path reads nothing */
		ret[n++] = (struct recorded_file){arena_str(a, name), part};
		seed = str_skip(seed, end + mark.n);
	}
	return n;
}

static inline void for_each_reader_case(reader_case_fn *fn, void *context)
{
	struct fixture_root root;

	for (size_t d = 0; pkgdbs[d]; d++) {
		char below[128];

		(void)snprintf(below, sizeof below, "pkgdb/%s/root", pkgdbs[d]->id);
		if (fixture_root_load(&root, below))
			each_case_of(root.files, root.n, fn, context);
		fixture_root_done(&root);
	}
	assert_true(fixture_root_load(&root, "fuzz/pkgdb"));
	for (size_t i = 0; i < root.n; i++) {
		struct recorded_file files[8];
		size_t n = split_seed(root.files[i].bytes, files, ARRAY_LEN(files), &root.arena);

		each_case_of(files, n, fn, context);
	}
	fixture_root_done(&root);
}
