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
#include "vuln/feeds/shape.h"

#define CWES_MAX    64
#define DATE_BYTES  64
#define ENTRIES_MAX (1u << 20)

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"cveID", SHAPE_TEXT},
	{"dateAdded", SHAPE_TEXT},
	{"dueDate", SHAPE_TEXT},
	{"knownRansomwareCampaignUse", SHAPE_TEXT},
	{"cwes", SHAPE_LIST},
	{"cwes[]", SHAPE_TEXT},
};

/* The day may stand behind the entries, and belongs to each: they are kept until then. */
struct reader {
	const struct feed_sink *sink;
	char date[DATE_BYTES];
	struct vec entries; /* struct json * */
	bool seen;
};

static bool claims(struct str path)
{
	return feed_path_is(path, "known_exploited_vulnerabilities.json");
}

static int give_entry(const struct reader *rd, const struct json *entry, struct err *err)
{
	struct str cwes[CWES_MAX];
	const struct json *list = json_get(entry, "cwes");
	struct enrichment e = {
		.feed = STR("kev"),
		.date = str_of(rd->date),
		.cve = json_get_str(entry, "cveID"),
		.known_exploited = true,
		.exploited_since = json_get_str(entry, "dateAdded"),
		.exploited_due = json_get_str(entry, "dueDate"),
		.ransomware = str_is(json_get_str(entry, "knownRansomwareCampaignUse"), "Known"),
		.cwes = {cwes, 0},
	};

	for (size_t i = 0; i < json_len(list) && e.cwes.n < CWES_MAX; i++)
		cwes[e.cwes.n++] = json_str(json_at(list, i));
	return rd->sink->enrichment(rd->sink->context, &e, err);
}

static int check_entry(const struct json *entry, struct err *why)
{
	if (shape_check(entry, shape, ARRAY_LEN(shape), why) < 0)
		return -ERR_FORMAT;
	if (!str_has_prefix(json_get_str(entry, "cveID"), STR("CVE-")))
		return err_set(why, ERR_FORMAT, "no \"cveID\" of the form CVE-YEAR-NUMBER");
	return 0;
}

static int read_entries(struct reader *rd, struct json_stream *s, struct err *err)
{
	size_t number = 0;
	struct str none;
	int r = draft_enter(s, JSON_KIND_LIST, "\"vulnerabilities\"", err);

	while (r == 0 && (r = json_stream_next(s, &none, err)) > 0) {
		CLEANUP(json_freep) struct json *entry = NULL;
		struct json **kept;
		struct err why = {0};
		char where[64];

		(void)snprintf(where, sizeof where, "vulnerabilities[%zu]", number++); /* fits */
		r = json_stream_value(s, &entry, &why);
		if (r < 0 && json_stream_is_broken(s)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0 || check_entry(entry, &why) < 0) {
			rd->sink->problem(rd->sink->context, str_of(where), &why);
			r = 0;
			continue;
		}
		kept = vec_push(&rd->entries);
		if (!kept)
			return err_nomem(err);
		*kept = TAKE(entry);
	}
	return r;
}

static int read_date(struct reader *rd, struct json_stream *s, struct err *err)
{
	CLEANUP(json_freep) struct json *value = NULL;
	int r = json_stream_value(s, &value, err);
	struct str date = draft_date(json_str(value));

	if (r == 0 && (date.n == 0 || date.n >= sizeof rd->date))
		draft_problem(rd->sink, STR("dateReleased"), ERR_FORMAT, "no time");
	else if (r == 0)
		(void)snprintf(rd->date, sizeof rd->date, "%.*s", STR_FMT(date)); /* fits */
	return r;
}

static int read_catalog(struct reader *rd, struct json_stream *s, struct err *err)
{
	struct str key;
	int r = draft_enter(s, JSON_KIND_MAP, "the file", err);

	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		r = 0;
		if (str_is(key, "dateReleased"))
			r = read_date(rd, s, err);
		if (!str_is(key, "vulnerabilities"))
			continue;
		rd->seen = true;
		r = read_entries(rd, s, err);
	}
	if (r == 0)
		r = json_stream_end(s, err);
	return r == 0 && !rd->seen ? err_set(err, ERR_FORMAT, "no list \"vulnerabilities\"") : r;
}

static int give_all(const struct reader *rd, struct err *err)
{
	int r = rd->date[0] ? rd->sink->fact(rd->sink->context, STR("date"), str_of(rd->date), err)
			    : 0;

	for (size_t i = 0; i < rd->entries.n && r >= 0; i++)
		r = give_entry(rd, *(struct json **)vec_at(&rd->entries, i), err);
	return r;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	struct reader rd = {.sink = sink, .entries = VEC_INIT(struct json *, ENTRIES_MAX)};
	int r = json_stream_open(file->stream, &s, err);

	if (r == 0)
		r = read_catalog(&rd, s, err);
	if (r >= 0)
		r = give_all(&rd, err);
	for (size_t i = 0; i < rd.entries.n; i++)
		json_free(*(struct json **)vec_at(&rd.entries, i));
	vec_done(&rd.entries);
	return r;
}

const struct feed feed_kev = {
	.id = "kev",
	.title = "CISA Known Exploited Vulnerabilities",
	.licence = "CC0-1.0",
	.url = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
	.claims = claims,
	.read = read,
};
