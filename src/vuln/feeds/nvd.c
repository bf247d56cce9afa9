/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVD's feeds of CVEs, version 2.0: vectors, weaknesses, and which CVEs were rejected.
 *
 *     {"format": "NVD_CVE", "version": "2.0", "timestamp": "2025-06-25T03:01:03.129",
 *      "vulnerabilities": [{"cve": {"id": "CVE-2021-3002", "published": "..", "lastModified": "..",
 *        "vulnStatus": "Modified", "descriptions": [{"lang": "en", "value": ".."}],
 *        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary",
 *                                       "cvssData": {"vectorString": "CVSS:3.1/.."}}]},
 *        "weaknesses": [{"description": [{"lang": "en", "value": "CWE-79"}]}]}}]}
 *
 * Its own vectors come before those it took over ("Secondary"). Which products are affected is not
 * read: since 2024 many entries lack it, and names of products are no names of packages.
 * Format: https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema; read as a stream.
 */
#include "base/path.h"
#include "codec/json_stream.h"
#include "vuln/feeds/shape.h"

static const char *const metrics[] = {"cvssMetricV40", "cvssMetricV31", "cvssMetricV30",
				      "cvssMetricV2"};

#define METRIC_FIELDS(name)                                                                        \
	{"metrics." name, SHAPE_LIST}, {"metrics." name "[]", SHAPE_MAP},                          \
		{"metrics." name "[].type", SHAPE_TEXT},                                           \
		{"metrics." name "[].cvssData", SHAPE_MAP},                                        \
	{                                                                                          \
		"metrics." name "[].cvssData.vectorString", SHAPE_TEXT                             \
	}

static const struct shape_field shape[] = {
	{"id", SHAPE_TEXT},
	{"published", SHAPE_TEXT},
	{"lastModified", SHAPE_TEXT},
	{"vulnStatus", SHAPE_TEXT},
	{"descriptions", SHAPE_LIST},
	{"descriptions[]", SHAPE_MAP},
	{"descriptions[].lang", SHAPE_TEXT},
	{"descriptions[].value", SHAPE_TEXT},
	{"metrics", SHAPE_MAP},
	METRIC_FIELDS("cvssMetricV40"),
	METRIC_FIELDS("cvssMetricV31"),
	METRIC_FIELDS("cvssMetricV30"),
	METRIC_FIELDS("cvssMetricV2"),
	{"weaknesses", SHAPE_LIST},
	{"weaknesses[]", SHAPE_MAP},
	{"weaknesses[].description", SHAPE_LIST},
	{"weaknesses[].description[]", SHAPE_MAP},
	{"weaknesses[].description[].value", SHAPE_TEXT},
};

static bool claims(struct str path)
{
	struct str name = path_base(path);

	return str_has_prefix(name, STR("nvdcve-2.0-")) && str_has_suffix(name, STR(".json"));
}

static void add_vectors(const struct json *all, bool primary, struct draft *d)
{
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		const struct json *list = json_get(all, metrics[i]);

		for (size_t k = 0; k < json_len(list); k++) {
			const struct json *m = json_at(list, k);

			if (str_is(json_get_str(m, "type"), "Primary") == primary)
				draft_add(d, &d->cvss,
					  json_get_str(json_get(m, "cvssData"), "vectorString"));
		}
	}
}

static void add_weaknesses(const struct json *list, struct draft *d)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *words = json_get(json_at(list, i), "description");

		for (size_t k = 0; k < json_len(words); k++) {
			struct str word = json_get_str(json_at(words, k), "value");

			if (str_has_prefix(word, STR("CWE-")))
				draft_add(d, &d->cwes, word);
		}
	}
}

static struct str english(const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_is(json_get_str(json_at(list, i), "lang"), "en"))
			return json_get_str(json_at(list, i), "value");
	return STR_NULL;
}

static int read_cve(const struct json *cve, struct draft *d, struct err *err)
{
	struct enrichment e = {.feed = STR("nvd"), .cve = json_get_str(cve, "id")};

	draft_begin(d, e.cve);
	if (!str_has_prefix(e.cve, STR("CVE-")))
		draft_fail(d, ERR_FORMAT, "an entry without \"cve\": {\"id\": \"CVE-..\"}");
	draft_shape(d, cve, shape, ARRAY_LEN(shape));
	draft_summary_of_details(d, english(json_get(cve, "descriptions")));
	add_vectors(json_get(cve, "metrics"), true, d);
	add_vectors(json_get(cve, "metrics"), false, d);
	add_weaknesses(json_get(cve, "weaknesses"), d);
	if (d->failed) {
		d->sink->problem(d->sink->context, d->where, &d->why);
		return 0;
	}
	e.summary = d->a.summary;
	e.date = draft_date(json_get_str(cve, "lastModified"));
	e.published = draft_date(json_get_str(cve, "published"));
	e.rejected = str_is(json_get_str(cve, "vulnStatus"), "Rejected");
	e.cvss = (struct str_list){d->cvss.p, d->cvss.n};
	e.cwes = (struct str_list){d->cwes.p, d->cwes.n};
	return d->sink->enrichment(d->sink->context, &e, err);
}

static int read_entries(struct json_stream *s, struct draft *d, struct err *err)
{
	struct str none;
	int r = draft_enter(s, JSON_KIND_LIST, "\"vulnerabilities\"", err);

	while (r == 0 && (r = json_stream_next(s, &none, err)) > 0) {
		CLEANUP(json_freep) struct json *entry = NULL;
		struct err why = {0};

		r = json_stream_value(s, &entry, &why);
		if (r < 0 && json_stream_is_broken(s)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0)
			d->sink->problem(d->sink->context, STR("vulnerabilities"), &why);
		r = r < 0 ? 0 : read_cve(json_get(entry, "cve"), d, err);
	}
	return r;
}

static int read_timestamp(struct json_stream *s, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *value = NULL;
	int r = json_stream_value(s, &value, err);
	struct str time = draft_date(json_str(value));

	if (r == 0 && time.n == 0)
		draft_problem(sink, STR("timestamp"), ERR_FORMAT, "no time");
	return r < 0 || time.n == 0 ? r : sink->fact(sink->context, STR("date"), time, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	CLEANUP(draft_done) struct draft d;
	bool seen = false;
	struct str key;
	int r;

	draft_init(&d, "nvd", sink);
	r = json_stream_open(file->stream, &s, err);
	if (r == 0)
		r = json_stream_enter(s, err);
	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		r = 0;
		if (str_is(key, "timestamp"))
			r = read_timestamp(s, sink, err);
		if (!str_is(key, "vulnerabilities"))
			continue;
		seen = true;
		r = read_entries(s, &d, err);
	}
	if (r == 0)
		r = json_stream_end(s, err);
	return r == 0 && !seen ? err_set(err, ERR_FORMAT, "no list \"vulnerabilities\"") : r;
}

const struct feed feed_nvd = {
	.id = "nvd",
	.title = "National Vulnerability Database",
	.licence = "public domain; not endorsed or certified by the NVD",
	.url = "https://nvd.nist.gov/feeds/json/cve/2.0/",
	.claims = claims,
	.read = read,
};
