/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package of Nix is a directory of its store, and all that is known of it is in its name:
 *
 *     nix/store/1ddf3x30m0z6kknmrmapsc7liz8npi1w-perl-5.38.2-man      see nix_name.h
 *
 * Images made by Nix's own tools carry the store without its database (nix_db.c).
 */
#include "base/path.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/nix_name.h"

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("nix")};
	struct nix_name n;
	int r;

	if (!nix_name_parse(path_base(in->path), &n))
		return 0;
	p.name = n.name;
	p.version = n.version;
	attributes_add(&attrs, "hash", n.hash);
	attributes_add(&attrs, "output", n.output);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"nix/store/*", NULL};

const struct pkgdb pkgdb_nix_store = {
	.id = "nix_store",
	.title = "Nix store",
	.spec = "https://nix.dev/manual/nix, \"Store Path\"",
	.paths = paths,
	.flags = PKGDB_DIRECTORY,
	.parse = parse,
};
