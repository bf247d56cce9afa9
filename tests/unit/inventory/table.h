/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of "this file gives these records" for readers of the package databases.
 *
 * A record is written type/name@version, with optional parts in this order: namespace before the
 * name as "namespace/", " arch=", " src=name@version", " lic=a,b", " files=a,b". Fragments stand
 * behind "+ ". All are joined by "; ". Attributes are left to tests of their own.
 */
#pragma once

#include "base/strbuf.h"
#include "tests/unit/inventory/recording_sink.h"

struct reader_row {
	const char *what; /* shown when the row fails */
	const char *path, *in;
	const char *want;
	const char *problem; /* a part of the first problem, NULL for none */
};

static inline void table_render(struct recording *rec, const struct vec *records, const char *mark,
				struct strbuf *sb)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct package *p = vec_at(records, i);

		strbuf_addf(sb, "%s%s%.*s/", sb->n ? "; " : "", mark, STR_FMT(p->type));
		if (p->namespace.n)
			strbuf_addf(sb, "%.*s/", STR_FMT(p->namespace));
		strbuf_addf(sb, "%.*s@%.*s", STR_FMT(p->name), STR_FMT(p->version));
		if (p->arch.n)
			strbuf_addf(sb, " arch=%.*s", STR_FMT(p->arch));
		if (p->source_name.n)
			strbuf_addf(sb, " src=%.*s@%.*s", STR_FMT(p->source_name),
				    STR_FMT(p->source_version));
		if (p->licenses.n)
			strbuf_addf(sb, " lic=%.*s", STR_FMT(recording_join(rec, p->licenses)));
		if (p->files.n)
			strbuf_addf(sb, " files=%.*s", STR_FMT(recording_join(rec, p->files)));
	}
}

static inline void table_check(const struct pkgdb *db, const struct reader_row *row)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	if (recording_parse(&rec, db, row->path, str_of(row->in), &err) < 0)
		fail_msg("%s: %s", row->what, err.msg);
	table_render(&rec, &rec.packages, "", &got);
	table_render(&rec, &rec.fragments, "+ ", &got);
	if (!str_is(strbuf_str(&got), row->want))
		fail_msg("%s: got \"%s\", want \"%s\"", row->what, strbuf_cstr(&got), row->want);
	if (!row->problem && rec.problems.n)
		fail_msg("%s: problem \"%s\"", row->what, recording_problem(&rec, 0));
	if (row->problem)
		assert_has(recording_problem(&rec, 0), row->problem);
	recording_done(&rec);
}

/* The file is refused as a whole with this code and a message that holds `message`. */
static inline void table_check_error(const struct pkgdb *db, const char *path, struct str in,
				     enum err_code code, const char *message)
{
	struct recording rec;
	struct err err = {0};
	int r;

	recording_init(&rec);
	r = recording_parse(&rec, db, path, in, &err);
	if (r != -(int)code)
		fail_msg("\"%.*s\": gave %d, want %d (%s)", STR_FMT(in), r, -(int)code, err.msg);
	assert_has(err.msg, message);
	recording_done(&rec);
}

struct table_row {
	const struct pkgdb *db;
	struct reader_row row;
};

static inline void table_check_rows(const struct table_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_check(rows[i].db, &rows[i].row);
}

struct table_error {
	const struct pkgdb *db;
	const char *path, *in;
	enum err_code code;
	const char *message; /* a part of it */
};

static inline void table_check_errors(const struct table_error *bad, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_check_error(bad[i].db, bad[i].path, str_of(bad[i].in), bad[i].code,
				  bad[i].message);
}
