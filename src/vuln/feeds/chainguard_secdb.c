/* SPDX-License-Identifier: Apache-2.0 */
/* Chainguard's security database; form and reader: secdb.h. */
#include "vuln/feeds/secdb.h"

static bool claims(struct str path)
{
	return feed_path_is(path, "packages.cgr.dev/chainguard/security.json") ||
	       feed_path_is(path, "chainguard/**/security.json");
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	return secdb_read(file, "chainguard-secdb", STR("chainguard"), sink, err);
}

const struct feed feed_chainguard_secdb = {
	.id = "chainguard-secdb",
	.title = "Chainguard security database",
	.licence = "as published by Chainguard, Inc.",
	.url = "https://packages.cgr.dev/chainguard/security.json",
	.claims = claims,
	.read = read,
};
