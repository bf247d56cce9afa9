/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nix's database of registered store paths, SQLite, schema 10:
 *
 *     ValidPaths(id, path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca)
 *     Refs(referrer, reference)
 *
 * The directories of the store make the packages (nix_store.c), with or without a database. This
 * adds what only the database knows, the derivation that a path was built from, under keys that
 * name the store path's hash, since a store may hold several builds of one version.
 */
#include "base/limits.h"
#include "base/path.h"
#include "codec/sqlite_image.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/nix_name.h"

static int add_row(void *ctx, const struct sqlite_row *row, struct err *err)
{
	struct pkg_sink *sink = ctx;
	struct str deriver = path_base(sqlite_row_str(row, 1)), attribute;
	struct package p = {.type = STR("nix")};
	struct nix_name n;

	if (!nix_name_parse(path_base(sqlite_row_str(row, 0)), &n) || deriver.n == 0)
		return 0;
	attribute =
		arena_strf(sink->scratch, "deriver-%.*s=%.*s", STR_FMT(n.hash), STR_FMT(deriver));
	if (!attribute.p)
		return err_nomem(err);
	p.name = n.name;
	p.version = n.version;
	p.attributes = (struct str_list){&attribute, 1};
	return pkg_sink_fragment(sink, &p);
}

/* The newest rows may be in the log only. A log that is none is told, and the rest is read. */
static int open_db(const struct pkgdb_input *in, struct pkg_sink *sink, struct sqlite_image **ret,
		   struct err *err)
{
	struct str path = arena_strf(sink->scratch, "%.*s-wal", STR_FMT(in->path)), wal = STR_NULL;
	struct err problem = {0};
	int r;

	if (!path.p)
		return err_nomem(err);
	if (!pkg_sink_sibling(sink, path, &wal) || wal.n == 0)
		return sqlite_image_open(in->bytes, STR_NULL, ret, err);
	r = sqlite_image_open(in->bytes, wal, ret, &problem);
	if (r == 0)
		return 0;
	r = pkg_sink_problem(sink, &problem);
	return r < 0 ? r : sqlite_image_open(in->bytes, STR_NULL, ret, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	int r;

	if (str_has_suffix(in->path, STR("-wal")))
		return 0; /* kept for its database */
	r = open_db(in, sink, &db, err);
	if (r < 0)
		return r;
	return sqlite_image_each(db, "SELECT path, deriver FROM ValidPaths ORDER BY id", add_row,
				 sink, err);
}

static const char *const paths[] = {"nix/var/nix/db/db.sqlite", "nix/var/nix/db/db.sqlite-wal",
				    NULL};

const struct pkgdb pkgdb_nix_db = {
	.id = "nix_db",
	.title = "Nix database",
	.spec = "https://github.com/NixOS/nix, src/libstore/schema.sql",
	.paths = paths,
	.max_size = LIMIT_SQLITE_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY, /* a log that was checkpointed */
	.parse = parse,
};
