/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portage's database of Gentoo: var/db/pkg/CATEGORY/NAME-VERSION/, a file a fact.
 *
 *     PF           gawk-5.3.1-r1           name and version; the directory is called the same
 *     CONTENTS     obj /usr/bin/gawk 0123456789abcdef0123456789abcdef 1700000000
 *                  dir /usr/bin
 *                  sym /usr/bin/awk -> gawk 1700000000
 *     LICENSE      GPL-2 || ( MIT BSD )    one expression
 *     SLOT         0/5.3                   several slots of a package can be installed
 *     SIZE         3041241                 bytes installed
 *     repository   gentoo                  the tree it came from
 *
 * PF starts the package, the other files are its siblings. A directory without PF is reported by
 * its CONTENTS, under its own name. "-MERGING-NAME" directories are installations under way, and
 * no packages. Versions: Package Manager Specification, section 3.2; the revision is part of
 * the version, "-r0" too when written. The category is the purl namespace.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/file_list.h"

static size_t count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && char_is_digit(s.p[n]))
		n++;
	return n;
}

/* One "_alpha4", "_p" ... from the front. */
static bool pull_suffix(struct str *s)
{
	static const struct str names[] = {STR("_alpha"), STR("_beta"), STR("_pre"), STR("_rc"),
					   STR("_p")};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_pull_prefix(s, names[i])) {
			*s = str_skip(*s, count_digits(*s));
			return true;
		}
	}
	return false;
}

/* PMS 3.2 without revision: 1.2.3b_pre4_p5 */
static bool is_version(struct str s)
{
	size_t n = count_digits(s);

	if (n == 0)
		return false;
	for (s = str_skip(s, n); str_pull_prefix(&s, STR(".")); s = str_skip(s, n)) {
		n = count_digits(s);
		if (n == 0)
			return false;
	}
	if (s.n && s.p[0] >= 'a' && s.p[0] <= 'z')
		s = str_skip(s, 1);
	while (pull_suffix(&s))
		;
	return s.n == 0;
}

static bool is_revision(struct str s)
{
	return s.n > 1 && s.p[0] == 'r' && count_digits(str_skip(s, 1)) == s.n - 1;
}

static bool split_pf(struct str pf, struct str *ret_name, struct str *ret_version)
{
	struct str name, last, before;

	if (!str_rcut(pf, '-', &name, &last))
		return false;
	if (is_revision(last)) {
		before = name;
		if (!str_rcut(before, '-', &name, &last))
			return false;
	}
	*ret_name = name;
	*ret_version = str_skip(pf, name.n + 1);
	return name.n > 0 && is_version(last);
}

/* A file of the package's directory; empty when absent. */
static struct str sibling_of(struct str dir, const char *name, struct pkg_sink *sink,
			     struct err *err, int *r)
{
	struct str path = arena_strf(sink->scratch, "%.*s/%s", STR_FMT(dir), name);
	struct str bytes;

	if (!path.p)
		*r = err_nomem(err);
	return path.p && pkg_sink_sibling(sink, path, &bytes) ? bytes : STR_NULL;
}

/* Its text, trimmed. */
static struct str fact(struct str dir, const char *name, struct pkg_sink *sink, struct err *err,
		       int *r)
{
	struct str text = str_trim(sibling_of(dir, name, sink, err, r));
	struct err what;

	if (text.n <= LIMIT_FIELD_BYTES || *r < 0)
		return text;
	(void)err_set(&what, ERR_LIMIT, "%s: longer than field_bytes", name);
	*r = pkg_sink_problem(sink, &what);
	return STR_NULL;
}

/* Drops the last n words: digest and time, which no path can hide. */
static struct str drop_words(struct str s, size_t n)
{
	struct str before, word;

	while (n-- && str_rcut(s, ' ', &before, &word))
		s = before;
	return s;
}

static int parse_entry(struct str line, struct file_list *files, struct err *err)
{
	struct str arrow = STR(" -> ");

	if (str_pull_prefix(&line, STR("obj ")))
		return file_list_add(files, drop_words(line, 2), err);
	if (str_pull_prefix(&line, STR("sym ")))
		return file_list_add(files, str_sub(line, 0, str_find(line, arrow)), err);
	if (str_pull_prefix(&line, STR("fif ")) || str_pull_prefix(&line, STR("dev ")))
		return file_list_add(files, line, err);
	return 0;
}

static bool entry_is_sound(struct str line)
{
	return line.n > 4 && line.p[3] == ' ' &&
	       (str_has_prefix(line, STR("obj")) || str_has_prefix(line, STR("sym")) ||
		str_has_prefix(line, STR("dir")) || str_has_prefix(line, STR("fif")) ||
		str_has_prefix(line, STR("dev")));
}

static int parse_contents(struct str bytes, struct file_list *files, struct err *err)
{
	struct str line;
	struct err what;
	int r = 0;

	for (size_t lineno = 1; r == 0 && str_pull_line(&bytes, &line); lineno++) {
		if (line.n == 0)
			continue;
		if (entry_is_sound(line)) {
			r = parse_entry(line, files, err);
			continue;
		}
		(void)err_set(&what, ERR_FORMAT,
			      "CONTENTS line %zu: expected obj, sym, dir, fif or dev", lineno);
		r = pkg_sink_problem(files->sink, &what);
	}
	return r;
}

static int report(struct str dir, struct str contents, struct package *p, struct pkg_sink *sink,
		  struct err *err)
{
	CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	int r = parse_contents(contents, &files, err);
	struct str license;

	if (r < 0)
		return r;
	license = fact(dir, "LICENSE", sink, err, &r);
	attributes_add(&attrs, "installed-size", fact(dir, "SIZE", sink, err, &r));
	attributes_add(&attrs, "repository", fact(dir, "repository", sink, err, &r));
	attributes_add(&attrs, "slot", fact(dir, "SLOT", sink, err, &r));
	if (r == 0)
		r = attributes_get(&attrs, &p->attributes, err);
	p->licenses = (struct str_list){&license, license.n ? 1 : 0};
	p->files = file_list_get(&files);
	return r < 0 ? r : pkg_sink_add(sink, p);
}

static int parse_package(struct str dir, struct str pf, struct str contents, struct pkg_sink *sink,
			 struct err *err)
{
	struct package p = {.type = STR("ebuild"), .namespace = path_base(path_dir(dir))};

	if (!split_pf(pf, &p.name, &p.version))
		return err_set(err, ERR_FORMAT, "expected NAME-VERSION, not \"%.*s\"",
			       STR_FMT(str_sub(pf, 0, 200)));
	return report(dir, contents, &p, sink, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct str file = path_base(in->path), dir = path_dir(in->path), pf, contents;
	int r = 0;

	if (str_has_prefix(path_base(dir), STR("-MERGING-")))
		return 0;
	if (str_is(file, "PF")) {
		contents = sibling_of(dir, "CONTENTS", sink, err, &r);
		return r < 0 ? r : parse_package(dir, str_trim(in->bytes), contents, sink, err);
	}
	if (!str_is(file, "CONTENTS"))
		return 0;
	pf = fact(dir, "PF", sink, err, &r);
	return r < 0 || pf.n ? r : parse_package(dir, path_base(dir), in->bytes, sink, err);
}

static const char *const paths[] = {"var/db/pkg/*/*/PF",
				    "var/db/pkg/*/*/CONTENTS",
				    "var/db/pkg/*/*/LICENSE",
				    "var/db/pkg/*/*/SLOT",
				    "var/db/pkg/*/*/SIZE",
				    "var/db/pkg/*/*/repository",
				    NULL};

const struct pkgdb pkgdb_portage = {
	.id = "portage",
	.title = "Portage of Gentoo",
	.spec = "https://projects.gentoo.org/pms/8/pms.html, section 3.2; portage(5), /var/db/pkg",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
