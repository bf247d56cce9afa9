/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSV: the exports of the public bucket, and every other place that serves records in this form.
 *
 *     osv/npm/all.zip, osv/Rocky Linux/all.zip           members <ID>.json
 *     .../GHSA-aaaa-bbbb-cccc.json                       one record, in any folder or archive
 *     osv-all.tar.xz of Canonical                        osv/cve/2024/UBUNTU-CVE-2024-1.json
 *     vulndb.zip of Go                                   ID/GO-2024-1234.json
 *
 * Records that say they are withdrawn are read: a database must be able to take one back.
 * Format: osv_record.h.
 */
#include "base/path.h"
#include "vuln/feeds/osv_record.h"

/* With which a record's file begins, where no folder says what it is. */
static const char *const prefixes[] = {
	"ALSA-", "ALBA-",     "ALEA-",	  "ALPINE-CVE-", "BIT-",   "BELL-", "DEBIAN-CVE-",
	"DLA-",	 "DSA-",      "EEF-CVE-", "GHSA-",	 "GO-",	   "HSEC-", "LSN-",
	"MAL-",	 "MGAA-",     "MGASA-",	  "OESA-",	 "PYSEC-", "RHBA-", "RHEA-",
	"RHSA-", "RLSA-",     "RSEC-",	  "RUSTSEC-",	 "RXSA-",  "SUSE-", "UBUNTU-CVE-",
	"USN-",	 "openSUSE-", "JLSEC-",
};

static bool claims(struct str path)
{
	struct str name = path_base(path);

	if (!str_has_suffix(name, STR(".json")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (str_has_prefix(name, str_of(prefixes[i])) &&
		    char_is_alnum(str_skip(name, strlen(prefixes[i])).p[0]))
			return true;
	/* One of an archive, or beside it: then the folders say what it is, whatever its prefix. */
	return feed_path_is(path, "all.zip/*.json") || feed_path_is(path, "osv/*/*.json");
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "osv", sink);
	r = feed_read_json(file, &doc, err);
	if (r < 0)
		return r;
	if (json_kind_of(doc) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "not a record of OSV: no map");
	draft_begin(&d, json_get_str(doc, "id"));
	return osv_record(doc, &d) ? draft_end(&d, err) : 0;
}

const struct feed feed_osv = {
	.id = "osv",
	.title = "OSV: GitHub, Go, PyPA, RustSec, distributions and others",
	.licence =
		"each publisher's: CC-BY-4.0 (GitHub, Go, PyPA, RustSec), CC-BY-SA-4.0 (Ubuntu), "
		"MIT (AlmaLinux), BSD-3-Clause (Rocky), Apache-2.0 (Bitnami), CC0-1.0 and others",
	.url = "https://osv.dev",
	.claims = claims,
	.read = read,
};
