/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pacman's local database: var/lib/pacman/local/NAME-VERSION-RELEASE/{desc,files}.
 *
 *     %NAME%                a block: its name, a value a line, a blank line
 *     gawk
 *
 *     %VERSION%
 *     5.3.1-1               [epoch:]version-release
 *
 *     %LICENSE%
 *     GPL-3.0-or-later
 *
 * `files` is a file of the same shape with a %FILES% block; a path that ends in '/' is a directory
 * and is left out. It makes a fragment named after its directory, because a later layer can hold a
 * new `desc` (pacman -D) without it. %BASE% is the source package, of the same version.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/file_list.h"

enum field {
	ARCH,
	BASE,
	BUILDDATE,
	INSTALLDATE,
	NAME,
	PACKAGER,
	REASON,
	SIZE,
	URL,
	VALIDATION,
	VERSION,
	N_FIELDS,
};

static const struct str fields[N_FIELDS] = {
	[ARCH] = STR("ARCH"),
	[BASE] = STR("BASE"),
	[BUILDDATE] = STR("BUILDDATE"),
	[INSTALLDATE] = STR("INSTALLDATE"),
	[NAME] = STR("NAME"),
	[PACKAGER] = STR("PACKAGER"),
	[REASON] = STR("REASON"),
	[SIZE] = STR("SIZE"),
	[URL] = STR("URL"),
	[VALIDATION] = STR("VALIDATION"),
	[VERSION] = STR("VERSION"),
};

/* Walks blocks: every value line comes with the name of its block. */
struct blocks {
	struct str rest;
	struct str block; /* empty: between blocks */
	size_t line;	  /* number of the last line */
};

static bool is_block_name(struct str line)
{
	if (line.n < 3 || line.p[0] != '%' || line.p[line.n - 1] != '%')
		return false;
	for (size_t i = 1; i < line.n - 1; i++)
		if (line.p[i] < 'A' || line.p[i] > 'Z')
			return false;
	return true;
}

static bool next_value(struct blocks *b, struct str *ret_value)
{
	struct str line;

	while (str_pull_line(&b->rest, &line)) {
		b->line++;
		if (line.n == 0) {
			b->block = STR_NULL;
		} else if (is_block_name(line)) {
			b->block = str_sub(line, 1, line.n - 2);
		} else {
			*ret_value = line;
			return true;
		}
	}
	return false;
}

static int problem(struct pkg_sink *sink, enum err_code code, size_t line, const char *what)
{
	struct err err;

	(void)err_set(&err, code, "line %zu: %s", line, what);
	return pkg_sink_problem(sink, &err);
}

static enum field field_of(struct str block)
{
	enum field f = 0;

	while (f < N_FIELDS && !str_eq(fields[f], block))
		f++;
	return f;
}

static int read_desc(struct blocks *b, struct str *values, struct vec *licenses,
		     struct pkg_sink *sink, struct err *err)
{
	struct str value, *license;
	enum field f;
	int r = 0;

	while (r == 0 && next_value(b, &value)) {
		f = field_of(b->block);
		if (b->block.n == 0) {
			r = problem(sink, ERR_FORMAT, b->line, "expected %NAME% before a value");
		} else if (value.n > LIMIT_FIELD_BYTES) {
			r = problem(sink, ERR_LIMIT, b->line, "a value longer than field_bytes");
		} else if (str_is(b->block, "LICENSE")) {
			license = vec_push(licenses);
			if (!license)
				return err_set(err, ERR_LIMIT, "line %zu: too many licences",
					       b->line);
			*license = value;
		} else if (f < N_FIELDS && values[f].n == 0) {
			values[f] = value;
		}
	}
	return r;
}

static int report(const struct str *values, struct str_list licenses, struct pkg_sink *sink,
		  struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {
		.type = STR("alpm"),
		.name = values[NAME],
		.version = values[VERSION],
		.arch = values[ARCH],
		.source_name = values[BASE],
		.vendor = values[PACKAGER],
		.licenses = licenses,
	};
	int r;

	attributes_add(&attrs, "build-date", values[BUILDDATE]);
	attributes_add(&attrs, "install-date", values[INSTALLDATE]);
	attributes_add(&attrs, "installed-size", values[SIZE]);
	attributes_add(&attrs, "reason", values[REASON]);
	attributes_add(&attrs, "url", values[URL]);
	attributes_add(&attrs, "validation", values[VALIDATION]);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int parse_desc(struct str bytes, struct pkg_sink *sink, struct err *err)
{
	struct vec licenses = VEC_INIT(struct str, LIMIT_PACKAGES);
	struct str values[N_FIELDS] = {0};
	struct blocks b = {.rest = bytes};
	int r = read_desc(&b, values, &licenses, sink, err);

	if (r == 0 && values[NAME].n == 0)
		r = problem(sink, ERR_FORMAT, b.line, "no %NAME% in this package");
	else if (r == 0 && values[VERSION].n == 0)
		r = problem(sink, ERR_FORMAT, b.line, "no %VERSION% in this package");
	else if (r == 0)
		r = report(values, (struct str_list){licenses.p, licenses.n}, sink, err);
	vec_done(&licenses);
	return r;
}

/* NAME-VERSION-RELEASE: neither version nor release holds a '-'. */
static bool split_directory(struct str directory, struct str *ret_name)
{
	struct str rest, release, version;

	return str_rcut(directory, '-', &rest, &release) &&
	       str_rcut(rest, '-', ret_name, &version) && ret_name->n > 0;
}

static int parse_files(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
	struct package p = {.type = STR("alpm")};
	struct blocks b = {.rest = in->bytes};
	struct str path;
	int r = 0;

	if (!split_directory(path_base(path_dir(in->path)), &p.name))
		return err_set(err, ERR_FORMAT, "directory is no NAME-VERSION-RELEASE");
	while (r == 0 && next_value(&b, &path))
		if (str_is(b.block, "FILES") && path.p[path.n - 1] != '/')
			r = file_list_add(&files, path, err);
	p.files = file_list_get(&files);
	return r < 0 || p.files.n == 0 ? r : pkg_sink_fragment(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	if (str_is(path_base(in->path), "files"))
		return parse_files(in, sink, err);
	return parse_desc(in->bytes, sink, err);
}

static const char *const paths[] = {"var/lib/pacman/local/*/desc", "var/lib/pacman/local/*/files",
				    NULL};

const struct pkgdb pkgdb_pacman = {
	.id = "pacman",
	.title = "pacman of Arch Linux",
	.spec = "alpm-db-desc(5), alpm-db-files(5)",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.parse = parse,
};
