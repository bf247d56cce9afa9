/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CISA's catalog of vulnerabilities that are known to be exploited.
 *
 *     { "catalogVersion": "2026.01.27", "dateReleased": "2026-01-27T15:00:02.1234Z", "count": 1,
 *       "vulnerabilities": [ { "cveID": "CVE-2021-27104", "dateAdded": "2021-11-03",
 *           "dueDate": "2021-11-17", "knownRansomwareCampaignUse": "Known", "cwes": ["CWE-78"],
 *           "vendorProject": "..", "product": "..", "shortDescription": ".." } ] }
 *
 * Format:
 * https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json
 */
#include "base/arena.h"
#include "base/limits.h"
#include "vuln/feed.h"

#define CWES_MAX 64

static bool claims(struct str path)
{
	return feed_path_is(path, "known_exploited_vulnerabilities.json");
}

static int read_entry(const struct json *entry, struct str date, const struct feed_sink *sink,
		      struct err *err)
{
	struct str cwes[CWES_MAX];
	const struct json *list = json_get(entry, "cwes");
	struct enrichment e = {
		.feed = STR("kev"),
		.date = date,
		.cve = json_get_str(entry, "cveID"),
		.known_exploited = true,
		.exploited_since = json_get_str(entry, "dateAdded"),
		.exploited_due = json_get_str(entry, "dueDate"),
		.ransomware = str_is(json_get_str(entry, "knownRansomwareCampaignUse"), "Known"),
		.cwes = {cwes, 0},
	};

	for (size_t i = 0; i < json_len(list) && e.cwes.n < CWES_MAX; i++)
		cwes[e.cwes.n++] = json_str(json_at(list, i));
	return sink->enrichment(sink->context, &e, err);
}

static int read_entries(const struct json *list, struct str date, const struct feed_sink *sink,
			struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < json_len(list) && r >= 0; i++) {
		const struct json *entry = json_at(list, i);
		struct err why = {0};
		char where[64];

		if (str_has_prefix(json_get_str(entry, "cveID"), STR("CVE-"))) {
			r = read_entry(entry, date, sink, err);
			continue;
		}
		(void)snprintf(where, sizeof where, "vulnerabilities[%zu]", i); /* fits */
		(void)err_set(&why, ERR_FORMAT, "no \"cveID\" of the form CVE-YEAR-NUMBER");
		sink->problem(sink->context, str_of(where), &why);
	}
	return r;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = feed_read_json(file, &doc, err);
	const struct json *list = json_get(doc, "vulnerabilities");
	struct str date = json_get_str(doc, "dateReleased");

	if (r < 0)
		return r;
	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "no list \"vulnerabilities\"");
	r = sink->fact(sink->context, STR("date"), date, err);
	return r < 0 ? r : read_entries(list, date, sink, err);
}

const struct feed feed_kev = {
	.id = "kev",
	.title = "CISA Known Exploited Vulnerabilities",
	.licence = "CC0-1.0",
	.url = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
	.claims = claims,
	.read = read,
};
