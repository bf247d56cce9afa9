/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arch Linux's security tracker: security.archlinux.org/all.json.
 *
 *     [{"name": "AVG-5", "packages": ["libtiff"], "status": "Fixed", "severity": "Critical",
 *       "type": "..", "affected": "4.0.8-1", "fixed": "4.0.8-2", "issues": ["CVE-2016-10095"],
 *       "advisories": ["ASA-201707-17"]}]
 *
 * `affected` is the version that was current, not the first one. Status: Vulnerable, Fixed, Testing
 * (fixed in the testing repository), Not affected, Unknown.
 */
#include "codec/json_stream.h"
#include "vuln/feeds/shape.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},	  {"name", SHAPE_TEXT},
	{"packages", SHAPE_LIST}, {"packages[]", SHAPE_TEXT},
	{"status", SHAPE_TEXT},	  {"severity", SHAPE_TEXT},
	{"type", SHAPE_TEXT},	  {"fixed", SHAPE_TEXT},
	{"issues", SHAPE_LIST},	  {"issues[]", SHAPE_TEXT},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "security.archlinux.org/all.json") ||
	       feed_path_is(path, "arch/all.json");
}

static void add_package(const struct json *row, struct str name, struct draft *d)
{
	struct str status = json_get_str(row, "status"), fixed = json_get_str(row, "fixed");
	struct advisory_affected *p = draft_package(d, STR("arch"), name);

	if (!p)
		return;
	p->by_binary = true;
	if (str_is(status, "Not affected")) {
		p->status = STATUS_NOT_AFFECTED;
		return;
	}
	if (str_is(status, "Unknown"))
		p->status = STATUS_UNDER_INVESTIGATION;
	else if (!str_is(status, "Vulnerable") && !str_is(status, "Fixed") &&
		 !str_is(status, "Testing"))
		draft_fail(d, ERR_FORMAT, "status \"%.*s\" is not known", STR_FMT(status));
	draft_interval(d, STR_NULL, fixed, STR_NULL);
}

static int read_row(const struct json *row, struct draft *d, struct err *err)
{
	const struct json *packages = json_get(row, "packages");

	d->a.id = json_get_str(row, "name");
	d->where = d->a.id;
	if (d->a.id.n == 0 || json_kind_of(packages) != JSON_KIND_LIST)
		draft_fail(d, ERR_FORMAT, "expected {\"name\": \"AVG-..\", \"packages\": [..]}");
	draft_shape(d, row, shape, ARRAY_LEN(shape));
	draft_add_json(d, &d->upstream, json_get(row, "issues"));
	draft_summary(d, json_get_str(row, "type"));
	d->a.severity = advisory_severity_parse(json_get_str(row, "severity"));
	d->a.severity_source = STR("Arch Linux");
	for (size_t i = 0; i < json_len(packages) && !d->failed; i++)
		add_package(row, json_str(json_at(packages, i)), d);
	return draft_end(d, err);
}

static int read_rows(struct json_stream *s, struct draft *d, struct err *err)
{
	struct str none;
	int r = draft_enter(s, JSON_KIND_LIST, "the file", err);

	while (r == 0 && (r = json_stream_next(s, &none, err)) > 0) {
		CLEANUP(json_freep) struct json *row = NULL;
		struct err why = {0};

		draft_begin(d, STR("row"));
		r = json_stream_value(s, &row, &why);
		if (r < 0 && json_stream_is_broken(s)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0)
			draft_fail(d, why.code, "%s", why.msg);
		r = read_row(row, d, err);
	}
	return r < 0 ? r : json_stream_end(s, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "arch", sink);
	r = json_stream_open(file->stream, &s, err);
	return r < 0 ? r : read_rows(s, &d, err);
}

const struct feed feed_arch = {
	.id = "arch",
	.title = "Arch Linux security tracker",
	.licence = "as published by the Arch Linux project",
	.url = "https://security.archlinux.org/all.json",
	.claims = claims,
	.read = read,
};
