/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The licences of a Debian package, from usr/share/doc/NAME/copyright.
 *
 *     Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 *
 *     Files: *
 *     License: GPL-2+ or Artistic                   taken as written, each expression once
 *
 * A file that does not start with Format is free text. There the names of the texts it points to
 * in /usr/share/common-licenses count, and lines "License: NAME" of one word. A text with neither
 * names no licence, which is no problem: nobody promised more. The package is the one the
 * directory is named after; its architecture is not known here.
 */
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/vec.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/deb822.h"

struct licenses {
	struct vec list; /* struct str */
	struct map seen;
};

static int add(struct licenses *found, struct str license, struct err *err)
{
	struct str *slot;

	if (license.n == 0 || license.n > LIMIT_FIELD_BYTES || map_get(&found->seen, license))
		return 0;
	if (map_put(&found->seen, license, found) < 0)
		return err_nomem(err);
	slot = vec_push(&found->list);
	if (!slot)
		return err_set(err, ERR_LIMIT, "more than %d licences (packages)", LIMIT_PACKAGES);
	*slot = license;
	return 0;
}

static bool is_machine_readable(struct str bytes)
{
	struct deb822 d = deb822_make(bytes);
	struct deb822_item first;

	return deb822_next(&d, &first) && first.kind == DEB822_FIELD &&
	       (str_eq_nocase(first.name, STR("Format")) ||
		str_eq_nocase(first.name, STR("Format-Specification")));
}

static int read_fields(struct str bytes, struct licenses *found, struct err *err)
{
	struct deb822 d = deb822_make(bytes);
	struct deb822_item item;
	int r = 0;

	while (r == 0 && deb822_next(&d, &item))
		if (item.kind == DEB822_FIELD && str_eq_nocase(item.name, STR("License")))
			r = add(found, deb822_first_line(item.value), err);
	return r;
}

/* "License: NAME" */
static struct str license_line(struct str line)
{
	struct str word = STR_NULL, more;

	if (!str_pull_prefix(&line, STR("License:")) || !str_pull_word(&line, &word))
		return STR_NULL;
	return str_pull_word(&line, &more) ? STR_NULL : word;
}

/* The name behind common-licenses/, which may end a sentence: "GPL-3." */
static struct str pull_reference(struct str *rest)
{
	struct str mark = STR("/common-licenses/");
	size_t n = 0;
	struct str name;

	*rest = str_skip(str_skip(*rest, str_find(*rest, mark)), mark.n);
	while (n < rest->n && (char_is_alnum(rest->p[n]) || rest->p[n] == '-' ||
			       rest->p[n] == '+' || rest->p[n] == '.'))
		n++;
	name = str_sub(*rest, 0, n);
	*rest = str_skip(*rest, n);
	while (name.n && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == '-'))
		name.n--;
	return name;
}

static int read_text(struct str bytes, struct licenses *found, struct err *err)
{
	struct str line;
	int r = 0;

	while (r == 0 && str_pull_line(&bytes, &line)) {
		r = add(found, license_line(line), err);
		while (r == 0 && line.n)
			r = add(found, pull_reference(&line), err);
	}
	return r;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct licenses found = {.list = VEC_INIT(struct str, LIMIT_PACKAGES)};
	struct package p = {.type = STR("deb"), .name = path_base(path_dir(in->path))};
	int r = 0;

	map_init(&found.seen, LIMIT_PACKAGES);
	if (p.name.n == 0)
		r = err_set(err, ERR_FORMAT, "not below a directory named after a package");
	if (r == 0 && is_machine_readable(in->bytes))
		r = read_fields(in->bytes, &found, err);
	if (r == 0 && found.list.n == 0)
		r = read_text(in->bytes, &found, err);
	p.licenses = (struct str_list){found.list.p, found.list.n};
	if (r == 0 && p.licenses.n)
		r = pkg_sink_fragment(sink, &p);
	vec_done(&found.list);
	map_done(&found.seen);
	return r;
}

static const char *const paths[] = {"usr/share/doc/*/copyright", NULL};

const struct pkgdb pkgdb_dpkg_copyright = {
	.id = "dpkg_copyright",
	.title = "licences of Debian packages",
	.spec = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ and Debian "
		"policy 12.5",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY | PKGDB_ALONE | PKGDB_NAMED_BY_PATH,
	.parse = parse,
};
