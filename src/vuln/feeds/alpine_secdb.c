/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpine's security database: a file for each branch and repository; form and reader: secdb.h.
 *
 *     v3.20/main.json  v3.20/community.json  edge/testing.json      (.yaml: the older form)
 */
#include "base/path.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/secdb.h"

static const char *const names[] = {"main.json", "community.json", "testing.json",
				    "main.yaml", "community.yaml", "testing.yaml"};

/* "v3.20", "edge": the directory says it, in the file it may stand behind the packages. */
static bool branch_of(struct str path, struct ecosystem *ret)
{
	struct str branch = path_base(path_dir(path));
	char name[64];

	if (!str_is(branch, "edge") &&
	    (branch.n < 2 || branch.p[0] != 'v' || !char_is_digit(branch.p[1])))
		return false;
	return (size_t)snprintf(name, sizeof name, "Alpine:%.*s", STR_FMT(branch)) < sizeof name &&
	       ecosystem_of_osv(str_of(name), ret);
}

static bool claims(struct str path)
{
	struct ecosystem e;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(path_base(path), names[i]))
			return branch_of(path, &e);
	return false;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	struct ecosystem e;

	if (!branch_of(file->path, &e))
		return err_set(err, ERR_FORMAT, "not in a directory named as a branch of Alpine");
	return secdb_read(file, "alpine-secdb", str_of(e.shard), sink, err);
}

const struct feed feed_alpine_secdb = {
	.id = "alpine-secdb",
	.title = "Alpine security database",
	.licence = "as published by the Alpine Linux project",
	.url = "https://secdb.alpinelinux.org",
	.claims = claims,
	.read = read,
};
