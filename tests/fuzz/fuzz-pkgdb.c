/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole family of package database readers.
 *
 *     var/lib/dpkg/status.d/a.md5sums                   a path in the image chooses the reader
 *     0123456789abcdef0123456789abcdef  usr/bin/a       the file
 *     %%sibling var/lib/dpkg/status.d/a                 another file of the layer, any number
 *     Package: a
 *
 * Where no reader knows the path, its first byte modulo the size of the table chooses one. Every
 * record must keep what pkgdb.h promises, and every byte of it must be readable.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb.h"
#include "tests/unit/inventory/package_defect.h"

#define SIBLINGS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct layer_file {
	struct str path, bytes;
};

struct touching_sink {
	struct pkg_sink sink;
	struct layer_file siblings[SIBLINGS_MAX];
	size_t n;
	unsigned sum; /* of all bytes seen, so that no read is optimised away */
};

static void touch(struct touching_sink *sink, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		sink->sum += (unsigned char)s.p[i];
}

static void touch_list(struct touching_sink *sink, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		touch(sink, list.p[i]);
}

static int on_record(struct pkg_sink *base, const struct package *p)
{
	struct touching_sink *sink = (struct touching_sink *)base;
	const struct str parts[] = {p->type,	p->namespace,  p->name,
				    p->version, p->arch,       p->source_name,
				    p->vendor,	p->modularity, p->source_version};

	assert(!package_defect(p));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		touch(sink, parts[i]);
	touch_list(sink, p->licenses);
	touch_list(sink, p->files);
	touch_list(sink, p->attributes);
	return 0;
}

static int on_problem(struct pkg_sink *base, const struct err *what)
{
	assert(what->code != ERR_OK && what->msg[0]);
	return 0;
}

static bool on_sibling(struct pkg_sink *base, struct str path, struct str *ret_bytes)
{
	const struct touching_sink *sink = (const struct touching_sink *)base;

	for (size_t i = 0; i < sink->n; i++) {
		if (str_eq(sink->siblings[i].path, path)) {
			*ret_bytes = sink->siblings[i].bytes;
			return true;
		}
	}
	return false;
}

static const struct pkg_sink_ops ops = {on_record, on_record, on_problem, on_sibling};

static const struct pkgdb *reader_of(struct str path)
{
	size_t n = 0;

	for (; pkgdbs[n]; n++)
		for (size_t i = 0; pkgdbs[n]->paths[i]; i++)
			if (path_match(str_of(pkgdbs[n]->paths[i]), path))
				return pkgdbs[n];
	return pkgdbs[path.n ? (unsigned char)path.p[0] % n : 0];
}

static struct layer_file pull_file(struct str *rest)
{
	struct str mark = STR("\n%%sibling "), name = STR_NULL, path;
	size_t end = str_find(*rest, mark);
	struct str part = str_sub(*rest, 0, end);
	CLEANUP(strbuf_done) struct strbuf clean = STRBUF_INIT(LIMIT_PATH_BYTES);

	(void)str_pull_line(&part, &name); /* an empty path is fine */
	*rest = str_skip(*rest, end + mark.n);
	/* The scan hands over cleaned paths only. */
	path = path_clean(name, &clean, NULL, NULL) == 0 && str_eq(strbuf_str(&clean), name)
		       ? name
		       : STR("x/x-1-1/x");
	return (struct layer_file){path, part};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size);
	struct layer_file file = pull_file(&rest);
	struct touching_sink sink = {.sink = {.ops = &ops}};
	struct pkgdb_input in = {file.path, file.bytes};
	struct err err = {0};
	struct arena scratch;
	int r;

	while (rest.n && sink.n < SIBLINGS_MAX)
		sink.siblings[sink.n++] = pull_file(&rest);
	arena_init(&scratch, (size_t)64 << 20);
	sink.sink.scratch = &scratch;
	r = reader_of(file.path)->parse(&in, &sink.sink, &err);
	assert(r >= 0 || (err.code != ERR_OK && err.msg[0]));
	arena_done(&scratch);
	return 0;
}
