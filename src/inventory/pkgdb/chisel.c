/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of a chiselled Ubuntu root file system: zstd-packed "jsonwall", a JSON map a line.
 *
 *     {"jsonwall":"1.0","schema":"1.0","count":5}                     5 lines, this one included
 *     {"kind":"content","slice":"base-files_base","path":"/etc/issue"}
 *     {"kind":"package","name":"base-files","version":"13ubuntu10","sha256":"ab..","arch":"amd64"}
 *     {"kind":"path","path":"/etc/issue","mode":"0644","slices":["base-files_base"],"size":26}
 *     {"kind":"slice","name":"base-files_base"}
 *
 * A slice is a part of a package; what stands before its '_' is the package's name. Files come from
 * the path lines; a path that ends in '/' is a directory and is left out. The packages are Ubuntu's
 * own, so their type is deb; the manifest does not know their source packages.
 * A line that is no JSON ends the reading: the file is not what chisel wrote.
 * Limits: json_bytes for the plain text, and packed_ratio; field_bytes for a line.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "codec/decompress.h"
#include "codec/json.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/file_list.h"
#include "inventory/pkgdb/packed.h"

#define CHUNK_BYTES 16384

/* The packed bytes as a stream; lives on the caller's stack. */
struct bytes_stream {
	struct stream stream;
	struct str rest;
};

struct chisel_package {
	struct str name, version, arch, sha256;
	size_t last_line; /* of the last path given to it */
	struct file_list files;
};

struct chisel {
	struct pkg_sink *sink;
	struct vec packages; /* struct chisel_package *, by first mention */
	struct map by_name;
	struct strbuf partial; /* a line of which the end is still to come */
	size_t line;
	int64_t count; /* lines announced by the header */
};

static ssize_t bytes_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct bytes_stream *bytes = (struct bytes_stream *)s;

	if (n > bytes->rest.n)
		n = bytes->rest.n;
	if (n)
		memcpy(buf, bytes->rest.p, n);
	bytes->rest = str_skip(bytes->rest, n);
	return (ssize_t)n;
}

static void bytes_close(struct stream *s)
{
	(void)s; /* nothing is owned */
}

static void chisel_done(struct chisel *c)
{
	struct chisel_package **all = c->packages.p;

	for (size_t i = 0; i < c->packages.n; i++)
		file_list_done(&all[i]->files);
	vec_done(&c->packages);
	map_done(&c->by_name);
	strbuf_done(&c->partial);
}

static int problem(struct chisel *c, const char *what)
{
	struct err err;

	(void)err_set(&err, ERR_FORMAT, "line %zu: %s", c->line, what);
	return pkg_sink_problem(c->sink, &err);
}

/* The entry of that name, made when it is new. */
static int package_of(struct chisel *c, struct str name, struct chisel_package **ret,
		      struct err *err)
{
	struct chisel_package *p = map_get(&c->by_name, name);
	struct chisel_package **slot;

	*ret = p;
	if (p)
		return 0;
	p = arena_alloc(c->sink->scratch, sizeof *p);
	if (!p)
		return err_nomem(err);
	*p = (struct chisel_package){.name = arena_str(c->sink->scratch, name),
				     .files = FILE_LIST_INIT(c->sink)};
	slot = vec_push(&c->packages);
	if (!p->name.p || !slot || map_put(&c->by_name, p->name, p) < 0) {
		vec_cut(&c->packages, c->packages.n - (slot ? 1 : 0));
		return err_set(err, p->name.p ? ERR_LIMIT : ERR_NOMEM, "line %zu: packages",
			       c->line);
	}
	*slot = *ret = p;
	return 0;
}

static int read_package(struct chisel *c, const struct json *entry, struct err *err)
{
	struct arena *a = c->sink->scratch;
	struct str name = json_get_str(entry, "name"), version = json_get_str(entry, "version");
	struct chisel_package *p;
	int r;

	if (name.n == 0 || version.n == 0)
		return problem(c, "a package without name or version");
	r = package_of(c, name, &p, err);
	if (r < 0)
		return r;
	if (p->version.n)
		return problem(c, "a package that is there already");
	p->version = arena_str(a, version);
	p->arch = arena_str(a, json_get_str(entry, "arch"));
	p->sha256 = arena_str(a, json_get_str(entry, "sha256"));
	return p->version.p && p->arch.p && p->sha256.p ? 0 : err_nomem(err);
}

static int read_path(struct chisel *c, const struct json *entry, struct err *err)
{
	const struct json *slices = json_get(entry, "slices");
	struct str path = json_get_str(entry, "path"), name, slice;
	struct chisel_package *p;
	int r = 0;

	if (path.n == 0 || path.p[path.n - 1] == '/')
		return path.n ? 0 : problem(c, "a path entry without path");
	path = arena_str(c->sink->scratch, path);
	if (!path.p)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < json_len(slices); i++) {
		if (!str_cut(json_str(json_at(slices, i)), '_', &name, &slice) || name.n == 0) {
			r = problem(c, "a slice name without package");
			continue;
		}
		r = package_of(c, name, &p, err);
		if (r < 0 || p->last_line == c->line)
			continue;
		p->last_line = c->line;
		r = file_list_add(&p->files, path, err);
	}
	return r;
}

static int read_header(struct chisel *c, const struct json *entry, struct err *err)
{
	struct str wall = json_get_str(entry, "jsonwall"), schema = json_get_str(entry, "schema");

	if (wall.n == 0)
		return err_set(err, ERR_FORMAT, "line 1: expected a header with \"jsonwall\"");
	if (!str_has_prefix(wall, STR("1.")) || !str_has_prefix(schema, STR("1.")))
		return err_set(err, ERR_UNSUPPORTED, "jsonwall %.*s with schema %.*s",
			       STR_FMT(str_sub(wall, 0, 40)), STR_FMT(str_sub(schema, 0, 40)));
	if (!json_get_int(entry, "count", &c->count))
		return err_set(err, ERR_FORMAT, "line 1: expected \"count\" in the header");
	return 0;
}

static int read_line(struct chisel *c, struct str line, struct err *err)
{
	CLEANUP(json_freep) struct json *entry = NULL;
	struct str kind;
	int r = json_parse(line, &entry, err);

	c->line++;
	if (r < 0)
		return err_wrap(err, r, "entry on line %zu", c->line);
	if (c->line == 1)
		return read_header(c, entry, err);
	kind = json_get_str(entry, "kind");
	if (str_is(kind, "package"))
		return read_package(c, entry, err);
	if (str_is(kind, "path"))
		return read_path(c, entry, err);
	return 0;
}

/* Cuts the chunk into lines; the last one waits in `partial` for its end. */
static int read_chunk(struct chisel *c, struct str chunk, struct err *err)
{
	struct str line;
	int r = 0;

	while (r == 0 && str_find_char(chunk, '\n') < chunk.n) {
		(void)str_pull_until(&chunk, '\n', &line); /* there is one */
		if (c->partial.n == 0) {
			r = read_line(c, line, err);
			continue;
		}
		strbuf_add(&c->partial, line);
		r = strbuf_check(&c->partial, err);
		if (r == 0)
			r = read_line(c, strbuf_str(&c->partial), err);
		strbuf_reset(&c->partial);
	}
	strbuf_add(&c->partial, chunk);
	if (r == 0 && strbuf_check(&c->partial, err) < 0)
		r = err_wrap(err, -(int)c->partial.error, "line %zu (field_bytes)", c->line + 1);
	return r;
}

static int read_all(struct chisel *c, struct stream *plain, size_t max, struct err *err)
{
	char buf[CHUNK_BYTES];
	size_t total = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = stream_read(plain, buf, sizeof buf, err)) != 0) {
		if (n < 0)
			return (int)n;
		total += (size_t)n;
		if (total > max)
			return err_set(err, ERR_LIMIT,
				       "unpacked, more than json_bytes (%d), or packed_ratio (%d) "
				       "times its size",
				       LIMIT_JSON_BYTES, LIMIT_PACKED_RATIO);
		r = read_chunk(c, str_make(buf, (size_t)n), err);
	}
	if (r == 0 && c->partial.n)
		r = read_line(c, strbuf_str(&c->partial), err);
	if (r == 0 && c->line == 0)
		return err_set(err, ERR_FORMAT, "expected a header line, got nothing");
	if (r == 0 && (uint64_t)c->count != c->line)
		r = problem(c, "the header announced another number of lines");
	return r;
}

static int report(struct chisel *c, const struct chisel_package *entry, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(c->sink->scratch);
	struct package p = {
		.type = STR("deb"),
		.name = entry->name,
		.version = entry->version,
		.arch = entry->arch,
		.files = file_list_get(&entry->files),
	};
	struct err what;
	int r;

	if (p.version.n == 0) {
		(void)err_set(&what, ERR_FORMAT, "files of package %.*s, which has no entry",
			      STR_FMT(str_sub(p.name, 0, 200)));
		return pkg_sink_problem(c->sink, &what);
	}
	attributes_add(&attrs, "chiselled", STR("true"));
	attributes_add(&attrs, "sha256", entry->sha256);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(c->sink, &p);
}

static int report_all(struct chisel *c, struct err *err)
{
	struct chisel_package **all = c->packages.p;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->packages.n; i++)
		r = report(c, all[i], err);
	return r;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(chisel_done)
	struct chisel c = {
		.sink = sink,
		.packages = VEC_INIT(struct chisel_package *, LIMIT_PACKAGES),
		.partial = STRBUF_INIT(LIMIT_FIELD_BYTES),
	};
	/* Before `plain`, which closes it: lifetimes end in the reverse order. */
	struct bytes_stream packed = {{bytes_read, bytes_close}, in->bytes};
	CLEANUP(stream_closep) struct stream *plain = NULL;
	enum compression kind = compression_of(in->bytes);
	int r, reported;

	map_init(&c.by_name, LIMIT_PACKAGES);
	if (kind != COMPRESSION_ZSTD)
		return err_set(err, ERR_FORMAT, "expected zstd data, found %s",
			       in->bytes.n ? "another kind" : "nothing");
	r = decompress_open(&packed.stream, kind, &plain, err);
	if (r < 0)
		return r;
	r = read_all(&c, plain, packed_limit(in->bytes, LIMIT_JSON_BYTES), err);
	/* What was read before the file broke is still true. */
	reported = r == -ERR_NOMEM ? r : report_all(&c, r < 0 ? NULL : err);
	return r < 0 ? r : reported;
}

static const char *const paths[] = {"var/lib/chisel/**/manifest.wall", NULL};

const struct pkgdb pkgdb_chisel = {
	.id = "chisel",
	.title = "chiselled Ubuntu packages",
	.spec = "https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/ and "
		"explanation/jsonwall/",
	.paths = paths,
	.max_size = LIMIT_JSON_BYTES,
	.parse = parse,
};
