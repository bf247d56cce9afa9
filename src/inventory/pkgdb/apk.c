/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk's installed database: stanzas of single-letter fields, a blank line between packages.
 *
 *     C:Q1p78yvTLG094tHE1+dToJGbmYzQE=      checksum of the package
 *     P:musl                                name
 *     V:1.2.2-r3                            version
 *     A:x86_64                              architecture
 *     L:MIT                                 licence
 *     o:musl                                origin: the source package
 *     m:Name <mail>                         maintainer
 *     F:lib                                 directory of the R: lines behind it
 *     R:ld-musl-x86_64.so.1                 file in it
 */
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "inventory/pkgdb.h"

struct apk_record {
	struct package p;
	struct str dir;
	struct vec files; /* struct str */
};

static int add_file(struct apk_record *rec, struct str name, struct pkg_sink *sink, struct err *err)
{
	struct str *slot = vec_push(&rec->files);

	if (!slot)
		return err_set(err, ERR_LIMIT, "more than package_files paths");
	*slot = rec->dir.n == 0
			? arena_str(sink->scratch, name)
			: arena_strf(sink->scratch, "%.*s/%.*s", STR_FMT(rec->dir), STR_FMT(name));
	return slot->p ? 0 : err_nomem(err);
}

static int flush(struct apk_record *rec, struct pkg_sink *sink)
{
	int r = 0;

	if (rec->p.name.n) {
		rec->p.files = (struct str_list){rec->files.p, rec->files.n};
		r = pkg_sink_add(sink, &rec->p);
	}
	vec_cut(&rec->files, 0);
	rec->p = (struct package){.type = STR("apk")};
	rec->dir = STR_NULL;
	return r;
}

static int parse_field(struct apk_record *rec, char key, struct str *value, struct pkg_sink *sink,
		       struct err *err)
{
	switch (key) {
	case 'P':
		rec->p.name = *value;
		return 0;
	case 'V':
		rec->p.version = *value;
		return 0;
	case 'A':
		rec->p.arch = *value;
		return 0;
	case 'o':
		rec->p.source_name = *value;
		return 0;
	case 'm':
		rec->p.vendor = *value;
		return 0;
	case 'L': {
		struct str *kept = arena_alloc(sink->scratch, sizeof *kept);

		if (!kept)
			return err_nomem(err);
		*kept = *value;
		rec->p.licenses = (struct str_list){kept, 1};
		return 0;
	}
	case 'F':
		rec->dir = *value;
		return 0;
	case 'R':
		return add_file(rec, *value, sink, err);
	default:
		return 0;
	}
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct apk_record rec = {.p = {.type = STR("apk")},
				 .files = VEC_INIT(struct str, LIMIT_PACKAGE_FILES)};
	struct str rest = in->bytes, line;
	int r = 0;

	for (size_t lineno = 1; r == 0 && str_pull_line(&rest, &line); lineno++) {
		struct str value = str_skip(line, 2);

		if (line.n == 0)
			r = flush(&rec, sink);
		else if (line.n < 2 || line.p[1] != ':')
			r = err_set(err, ERR_FORMAT, "line %zu: expected \"X:value\"", lineno);
		else
			r = parse_field(&rec, line.p[0], &value, sink, err);
	}
	if (r == 0)
		r = flush(&rec, sink);
	vec_done(&rec.files);
	return r;
}

static const char *const paths[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed", NULL};

const struct pkgdb pkgdb_apk = {
	.id = "apk",
	.title = "Alpine package keeper",
	.spec = "https://wiki.alpinelinux.org/wiki/Apk_spec, section \"Installed database\"",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.parse = parse,
};
