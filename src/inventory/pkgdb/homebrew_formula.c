/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formula that a keg was built from, Cellar/NAME/VERSION/.brew/NAME.rb. It is a Ruby program;
 * only the plain statements at the head of its class are read, nothing is evaluated:
 *
 *     class Rclone < Formula
 *       homepage "https://rclone.org/"
 *       url "https://.../rclone-1.67.0.tar.gz"
 *       license "MIT"
 *
 * The receipt beside it makes the package (homebrew.c); without one this file does.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

struct formula {
	struct str homepage, license, url;
};

/* `  url "TEXT"...` -> TEXT. Deeper statements belong to blocks of the class, and are indented so.
 */
static bool pull_statement(struct str line, struct str name, struct str *to)
{
	struct str before, after;

	if (to->n || !str_pull_prefix(&line, STR("  ")) || !str_pull_prefix(&line, name) ||
	    !str_pull_prefix(&line, STR(" \"")) || !str_cut(line, '"', &before, &after))
		return false;
	*to = before;
	return true;
}

static struct formula read_formula(struct str bytes)
{
	struct formula f = {0};
	struct str line;

	while (str_pull_line(&bytes, &line))
		(void)(pull_statement(line, STR("homepage"), &f.homepage) ||
		       pull_statement(line, STR("license"), &f.license) ||
		       pull_statement(line, STR("url"), &f.url));
	return f;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct formula f = read_formula(in->bytes);
	struct str keg = path_dir(path_dir(in->path)), receipt, bytes;
	struct package p = {.type = STR("brew"), .name = path_base(path_dir(keg))};
	int r;

	if (p.name.n == 0)
		return err_set(err, ERR_FORMAT, "not below Cellar/NAME/VERSION");
	receipt = arena_strf(sink->scratch, "%.*s/INSTALL_RECEIPT.json", STR_FMT(keg));
	if (!receipt.p)
		return err_nomem(err);
	if (f.license.n)
		p.licenses = (struct str_list){&f.license, 1};
	attributes_add(&attrs, "homepage", f.homepage);
	attributes_add(&attrs, "url", f.url);
	r = attributes_get(&attrs, &p.attributes, err);
	if (r < 0)
		return r;
	if (pkg_sink_sibling(sink, receipt, &bytes))
		return pkg_sink_fragment(sink, &p);
	p.version = path_base(keg);
	return pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/Cellar/*/*/.brew/*.rb", NULL};

const struct pkgdb pkgdb_homebrew_formula = {
	.id = "homebrew_formula",
	.title = "Homebrew formula files",
	.spec = "https://docs.brew.sh/Formula-Cookbook",
	.paths = paths,
	.max_size = LIMIT_KEPT_FILE_BYTES,
	.parse = parse,
};
