/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Homebrew installs a cask into Caskroom/NAME/VERSION; what is in there differs from cask to cask
 * (an application, a wrapper script, unpacked tools), so the directory itself is the record.
 * Caskroom/NAME/.metadata is Homebrew's own.
 */
#include "base/path.h"
#include "inventory/pkgdb.h"

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct str name_dir = path_dir(in->path), kind = STR("kind=cask");
	const struct package p = {
		.type = STR("brew"),
		.name = path_base(name_dir),
		.version = path_base(in->path),
		.attributes = {&kind, 1},
	};

	if (p.name.n == 0)
		return err_set(err, ERR_FORMAT, "not below Caskroom/NAME/VERSION");
	if (str_has_prefix(p.version, STR(".")) || str_has_prefix(p.name, STR(".")))
		return 0;
	return pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/Caskroom/*/*", NULL};

const struct pkgdb pkgdb_homebrew_cask = {
	.id = "homebrew_cask",
	.title = "Homebrew casks",
	.spec = "https://docs.brew.sh/Cask-Cookbook",
	.paths = paths,
	.flags = PKGDB_DIRECTORY,
	.parse = parse,
};
