/* SPDX-License-Identifier: Apache-2.0 */
/* Wolfi's security database; form and reader: secdb.h. */
#include "vuln/feeds/secdb.h"

static bool claims(struct str path)
{
	return feed_path_is(path, "packages.wolfi.dev/os/security.json") ||
	       feed_path_is(path, "wolfi/**/security.json");
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	return secdb_read(file, "wolfi-secdb", STR("wolfi"), sink, err);
}

const struct feed feed_wolfi_secdb = {
	.id = "wolfi-secdb",
	.title = "Wolfi security database",
	.licence = "as published by Chainguard, Inc.",
	.url = "https://packages.wolfi.dev/os/security.json",
	.claims = claims,
	.read = read,
};
