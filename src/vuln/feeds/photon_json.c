/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Photon OS's list of CVEs: cve_data_photon5.0.json; the file's name says the release.
 *
 *     [{"cve_id": "CVE-2023-5115", "pkg": "ansible", "cve_score": 6.3, "status": "Fixed",
 *       "aff_ver": "all versions before 2.14.12-1.ph5 are vulnerable",
 *       "res_ver": "2.14.12-1.ph5"}]
 *
 * res_ver "NotFixed": no fix; "NA": not affected, unless aff_ver says versions. Older files have no
 * status. Names are of source packages.
 */
#include "base/path.h"
#include "codec/json_stream.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/shape.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},	 {"cve_id", SHAPE_TEXT},
	{"pkg", SHAPE_TEXT},	 {"cve_score", SHAPE_TEXT | SHAPE_NUMBER},
	{"aff_ver", SHAPE_TEXT}, {"res_ver", SHAPE_TEXT},
};

static bool release_of(struct str path, struct ecosystem *ret)
{
	struct str name = path_base(path);
	char osv[64];

	if (!str_pull_prefix(&name, STR("cve_data_photon")) ||
	    !str_has_suffix(name, STR(".json")) || name.n > 32)
		return false;
	name.n -= 5;
	(void)snprintf(osv, sizeof osv, "Photon OS:%.*s", STR_FMT(name)); /* fits */
	return ecosystem_of_osv(str_of(osv), ret);
}

static bool claims(struct str path)
{
	struct ecosystem e;

	return release_of(path, &e);
}

static void read_versions(const struct json *row, struct advisory_affected *p, struct draft *d)
{
	struct str affected = json_get_str(row, "aff_ver"), fixed = json_get_str(row, "res_ver");

	if (str_is(fixed, "NotFixed")) {
		draft_interval(d, STR_NULL, STR_NULL, STR_NULL);
	} else if (str_is(fixed, "NA")) {
		p->status = STATUS_NOT_AFFECTED;
		if (str_has_prefix(affected, STR("all versions"))) {
			p->status = STATUS_AFFECTED;
			draft_interval(d, STR_NULL, STR_NULL, STR_NULL);
		}
	} else if (fixed.n == 0) {
		draft_fail(d, ERR_FORMAT, "no \"res_ver\"");
	} else {
		draft_interval(d, STR_NULL, fixed, STR_NULL);
	}
}

/* A score is a number in one row and a text in the next. */
static struct str score_of(const struct json *v, struct draft *d)
{
	double number;

	if (json_number(v, &number))
		return draft_keepf(d, "%.1f", number);
	return json_str(v);
}

static int read_row(const struct json *row, struct str shard, struct draft *d, struct err *err)
{
	struct advisory_affected *p;

	d->a.id = json_get_str(row, "cve_id");
	if (d->a.id.n == 0)
		draft_fail(d, ERR_FORMAT, "a row without \"cve_id\"");
	else
		d->where = d->a.id;
	draft_shape(d, row, shape, ARRAY_LEN(shape));
	d->a.severity = draft_score(score_of(json_get(row, "cve_score"), d));
	d->a.severity_source = STR("Photon");
	p = draft_package(d, shard, json_get_str(row, "pkg"));
	if (p)
		read_versions(row, p, d);
	return draft_end(d, err);
}

static int read_rows(struct json_stream *s, struct str shard, struct draft *d, struct err *err)
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
		r = read_row(row, shard, d, err);
	}
	return r < 0 ? r : json_stream_end(s, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	CLEANUP(draft_done) struct draft d;
	struct ecosystem e;
	int r;

	draft_init(&d, "photon-json", sink);
	if (!release_of(file->path, &e))
		return err_set(err, ERR_FORMAT, "the name of the file does not say the release");
	r = json_stream_open(file->stream, &s, err);
	return r < 0 ? r : read_rows(s, str_of(e.shard), &d, err);
}

const struct feed feed_photon_json = {
	.id = "photon-json",
	.title = "Photon OS CVE metadata",
	.licence = "as published by Broadcom",
	.url = "https://packages.broadcom.com/photon/photon_cve_metadata/",
	.claims = claims,
	.read = read,
};
