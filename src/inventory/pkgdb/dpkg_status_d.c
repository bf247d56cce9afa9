/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages of distroless images: var/lib/dpkg/status.d/NAME holds the control stanza of one
 * package, NAME.md5sums beside it lists its files.
 *
 * There is no Status field: a package that has a file here is installed. Where a stanza has one
 * all the same, it is obeyed.
 */
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/dpkg_files.h"
#include "inventory/pkgdb/dpkg_stanza.h"

static const struct str md5sums_suffix = STR(".md5sums");

/* The files belong to the package the stanza names; its file may be called something else. */
static void identify(struct str path, struct pkg_sink *sink, struct package *p)
{
	struct dpkg_stanza stanza;
	struct deb822 d;
	struct str bytes;

	p->name = path_base(path);
	if (!pkg_sink_sibling(sink, path, &bytes))
		return;
	d = deb822_make(bytes);
	if (dpkg_stanza_next(&d, &stanza, NULL) > 0 && stanza.field[DPKG_PACKAGE].n) {
		p->name = stanza.field[DPKG_PACKAGE];
		p->arch = stanza.field[DPKG_ARCHITECTURE];
	}
}

static int parse_md5sums(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
	struct str stem = str_sub(in->path, 0, in->path.n - md5sums_suffix.n);
	struct package p = {.type = STR("deb")};
	int r = dpkg_md5sums_parse(in->bytes, &files, err);

	identify(stem, sink, &p);
	p.files = file_list_get(&files);
	return r < 0 || p.files.n == 0 || p.name.n == 0 ? r : pkg_sink_fragment(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	static const struct dpkg_dialect dialect = {.type = "deb", .status_is_optional = true};

	if (str_has_suffix(in->path, md5sums_suffix))
		return parse_md5sums(in, sink, err);
	return dpkg_stanzas_parse(in->bytes, &dialect, sink, err);
}

static const char *const paths[] = {"var/lib/dpkg/status.d/*", NULL};

const struct pkgdb pkgdb_dpkg_status_d = {
	.id = "dpkg_status_d",
	.title = "dpkg packages of distroless images",
	.spec = "deb-control(5); one file a package, as distroless lays them out",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
