/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk's installed database: stanzas of single-letter fields, a blank line between packages.
 *
 *     C:Q1p78yvTLG094tHE1+dToJGbmYzQE=      checksum of the package
 *     P:musl                                name
 *     V:1.2.2-r3                            version
 *     A:x86_64                              architecture
 *     S:382967                              size of the package, bytes
 *     I:622592                              size installed, bytes
 *     T:the musl c library                  one line of description
 *     U:https://musl.libc.org/              home page
 *     L:MIT                                 licence
 *     o:musl                                origin: the source package
 *     m:Name <mail>                         maintainer
 *     t:1632431095                          build time
 *     c:bb12d5d6..                          commit of the recipe
 *     k:100                                 priority as a provider
 *     D: p: i:                              depends, provides, install-if
 *     r: q:                                 replaces, and with which priority
 *     s:edge                                tag of the repository it is pinned to
 *     f:fsx                                 what is broken: files, scripts, xattrs
 *     F:lib                                 directory of the R: lines behind it, empty: the root
 *     M:0:0:755                             owner and mode of that directory
 *     R:ld-musl-x86_64.so.1                 file in it
 *     a:0:0:755                             owner and mode of that file
 *     Z:Q1DadJ0cqdT+ImyeY5FgTdZWaLnyQ=      checksum of that file
 *
 * apk-tools 3 still writes this format, with a few more letters; unknown ones are skipped.
 * The source has no version of its own: it is the package's.
 */
#include "base/limits.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/file_list.h"

/* The fields that are kept, and their letters in the same order. */
enum field {
	ARCH,
	BROKEN,
	BUILD_TIME,
	CHECKSUM,
	COMMIT,
	INSTALLED_SIZE,
	LICENSE,
	MAINTAINER,
	NAME,
	ORIGIN,
	PROVIDER_PRIORITY,
	REPLACES,
	REPOSITORY_TAG,
	URL,
	VERSION,
	N_FIELDS,
};

static const char letters[N_FIELDS] = {'A', 'f', 't', 'C', 'c', 'I', 'L', 'm',
				       'P', 'o', 'k', 'r', 's', 'U', 'V'};

struct apk_record {
	size_t line;		    /* of the first field, 0 before it */
	struct str value[N_FIELDS]; /* the last one given counts */
	struct str dir;		    /* of the R: lines behind it */
	bool has_dir;		    /* F: was seen */
	struct file_list files;
};

static void reset(struct apk_record *rec)
{
	memset(rec->value, 0, sizeof rec->value);
	rec->line = 0;
	rec->dir = STR_NULL;
	rec->has_dir = false;
	file_list_reset(&rec->files);
}

static int problem(const struct apk_record *rec, size_t line, const char *what)
{
	struct err err;

	(void)err_set(&err, ERR_FORMAT, "line %zu: %s", line, what);
	return pkg_sink_problem(rec->files.sink, &err);
}

static int report(struct apk_record *rec, struct pkg_sink *sink, struct err *err)
{
	const struct str *v = rec->value;
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = STR("apk"),
		.name = v[NAME],
		.version = v[VERSION],
		.arch = v[ARCH],
		.source_name = v[ORIGIN],
		.vendor = v[MAINTAINER],
		.licenses = {&v[LICENSE], v[LICENSE].n ? 1 : 0},
		.files = file_list_get(&rec->files),
	};
	int r;

	attributes_add(&attrs, "broken", v[BROKEN]);
	attributes_add(&attrs, "build-time", v[BUILD_TIME]);
	attributes_add(&attrs, "checksum", v[CHECKSUM]);
	attributes_add(&attrs, "commit", v[COMMIT]);
	attributes_add(&attrs, "installed-size", v[INSTALLED_SIZE]);
	attributes_add(&attrs, "provider-priority", v[PROVIDER_PRIORITY]);
	attributes_add(&attrs, "replaces", v[REPLACES]);
	attributes_add(&attrs, "repository-tag", v[REPOSITORY_TAG]);
	attributes_add(&attrs, "url", v[URL]);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int flush(struct apk_record *rec, struct pkg_sink *sink, struct err *err)
{
	int r = 0;

	if (rec->line && rec->value[NAME].n == 0)
		r = problem(rec, rec->line, "no name (P:) in this package");
	else if (rec->line && rec->value[VERSION].n == 0)
		r = problem(rec, rec->line, "no version (V:) in this package");
	else if (rec->line)
		r = report(rec, sink, err);
	if (rec->line)
		reset(rec);
	return r;
}

static void keep(struct apk_record *rec, char key, struct str value)
{
	const char *at = memchr(letters, key, sizeof letters);

	if (at)
		rec->value[at - letters] = value;
}

static int parse_field(struct apk_record *rec, char key, struct str value, size_t lineno,
		       struct err *err)
{
	if (!rec->line)
		rec->line = lineno;
	if (value.n > LIMIT_FIELD_BYTES)
		return problem(rec, lineno, "a value longer than field_bytes");
	switch (key) {
	case 'F':
		rec->has_dir = true;
		return file_list_clean_dir(&rec->files, value, &rec->dir, err);
	case 'R':
		if (!rec->has_dir)
			return problem(rec, lineno, "a file (R:) before any directory (F:)");
		return file_list_add_in(&rec->files, rec->dir, value, err);
	default:
		keep(rec, key, value);
		return 0;
	}
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct apk_record rec = {.files = FILE_LIST_INIT(sink)};
	struct str rest = in->bytes, line;
	int r = 0;

	for (size_t lineno = 1; r == 0 && str_pull_line(&rest, &line); lineno++) {
		if (line.n == 0)
			r = flush(&rec, sink, err);
		else if (line.n < 2 || line.p[1] != ':')
			r = problem(&rec, lineno, "expected \"X:value\"");
		else
			r = parse_field(&rec, line.p[0], str_skip(line, 2), lineno, err);
	}
	if (r == 0)
		r = flush(&rec, sink, err);
	file_list_done(&rec.files);
	return r;
}

static const char *const paths[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed",
				    "lib/apk/db-uvol/installed", NULL};

const struct pkgdb pkgdb_apk = {
	.id = "apk",
	.title = "Alpine package keeper",
	.spec = "https://wiki.alpinelinux.org/wiki/Apk_spec, section \"Installed database\"; "
		"apk-v2(5)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
