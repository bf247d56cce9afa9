/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of sources of feeds: how what a publisher serves gets into a mirror.
 *
 * A kind is a function here and a macro in source_list.def; vuln/update.c runs each row of the list
 * as a task. A source lies below a root: "amazonlinux" in the mirror is https://cdn.amazonlinux.com
 * at the publisher, and whatever lies behind is the same at both, also where --from names a mirror.
 *
 * A task returns 1 when anything is new, 0 when all is as it was, or an error: -ERR_NOT_FOUND when
 * the server does not have the source at all. What was fetched before stays in the mirror, and an
 * update that ends early goes on there the next time.
 */
#pragma once

#include "vuln/download.h"

struct source {
	const char *root; /* folder of the mirror */
	const char *url;  /* of the root; of a single file its own address */
	const char *rest; /* below both; NULL for a single file, whose path is the root */
	int (*fetch)(const struct source *s, struct download *d, struct err *err);
};

/* One file. */
int source_file(const struct source *s, struct download *d, struct err *err);

/*
 * An ecosystem of OSV: all.zip, or the single records that modified_id.csv says are newer, while
 * they are few. They lie beside all.zip, whose older copies of them do not count.
 */
int source_osv(const struct source *s, struct download *d, struct err *err);

/*
 * Red Hat's VEX: the archive that archive_latest.txt names, single documents by changes.csv since
 * then, and deletions.csv.
 */
int source_vex(const struct source *s, struct download *d, struct err *err);

/* An rpm repository: the updateinfo that its repodata/repomd.xml names, by its digest there. */
int source_repository(const struct source *s, struct download *d, struct err *err);
/* The same where a mirror.list says which folder the repository is today: Amazon Linux. */
int source_mirror_list(const struct source *s, struct download *d, struct err *err);
/* All repositories that extras-catalog.json of Amazon Linux 2 lists, those without updates too. */
int source_extras(const struct source *s, struct download *d, struct err *err);

/* "root/rest/name" into ret, which is then borrowed by it; name and rest may be empty. */
int source_path(const struct source *s, const char *name, struct strbuf *ret, struct err *err);
/* Downloads the file of that path. */
int source_get(const struct source *s, struct download *d, struct str path, unsigned flags,
	       struct err *err);
