/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Debian security tracker: what each release says of each CVE of each source package.
 *
 *     {"openssl": {"CVE-2023-0286": {"description": "..", "debianbug": 1, "scope": "remote",
 *         "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.11-1"},
 *             "fixed_version": "3.0.8-1", "urgency": "not yet assigned",
 *             "nodsa": "Minor issue", "nodsa_reason": "postponed"}}}}}
 *
 *     resolved, fixed_version "0"      never affected in this release
 *     resolved                         fixed from fixed_version on
 *     open                             every version: nodsa_reason "ignored" will not be fixed,
 *                                      "postponed" later, "" (a minor issue) perhaps
 *     undetermined                     nobody knows yet
 *     urgency                          "unimportant" (not in the binary package), "low**",
 *                                      "end-of-life" (no longer supported); mostly not assigned
 *
 * A DSA or DLA may have fixed what still stands as open here (debian_lists.c).
 * Names in it are of source packages. A CVE of two packages is two advisories of one id.
 * Format: https://security-team.debian.org/security_tracker.html; 60 MB, read as a stream.
 */
#include "codec/json_stream.h"
#include "vuln/feeds/debian_release.h"
#include "vuln/feeds/shape.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"description", SHAPE_TEXT},
	{"releases", SHAPE_MAP},
	{"releases.*", SHAPE_MAP},
	{"releases.*.status", SHAPE_TEXT},
	{"releases.*.fixed_version", SHAPE_TEXT},
	{"releases.*.urgency", SHAPE_TEXT},
	{"releases.*.nodsa", SHAPE_TEXT},
	{"releases.*.nodsa_reason", SHAPE_TEXT},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "tracker/data/json") || feed_path_is(path, "tracker/data.json") ||
	       feed_path_is(path, "debian-tracker.json");
}

static enum finding_status open_status(const struct json *release)
{
	struct str reason = json_get_str(release, "nodsa_reason");

	if (str_is(json_get_str(release, "urgency"), "end-of-life"))
		return STATUS_END_OF_LIFE;
	if (str_is(reason, "ignored"))
		return STATUS_WILL_NOT_FIX;
	return str_is(reason, "postponed") ? STATUS_FIX_DEFERRED : STATUS_AFFECTED;
}

/* The codename of the release stands in every message: it is most of the way to the line. */
static void read_status(const struct json *release, struct str codename,
			struct advisory_affected *p, struct draft *d)
{
	struct str status = json_get_str(release, "status");
	struct str fixed = json_get_str(release, "fixed_version");

	if (str_is(status, "open")) {
		p->status = open_status(release);
		draft_interval(d, STR_NULL, STR_NULL, STR_NULL);
	} else if (str_is(status, "undetermined")) {
		p->status = STATUS_UNDER_INVESTIGATION;
		draft_interval(d, STR_NULL, STR_NULL, STR_NULL);
	} else if (!str_is(status, "resolved")) {
		draft_fail(d, ERR_FORMAT, "%.*s: status is not open, resolved or undetermined",
			   STR_FMT(codename));
	} else if (fixed.n == 0) {
		draft_fail(d, ERR_FORMAT, "%.*s: resolved without \"fixed_version\"",
			   STR_FMT(codename));
	} else if (str_is(fixed, "0")) {
		p->status = STATUS_NOT_AFFECTED;
	} else {
		draft_interval(d, STR_NULL, fixed, STR_NULL);
	}
}

static void read_release(const struct json *release, struct str codename, struct str source,
			 struct draft *d)
{
	struct str shard = debian_release(codename);
	struct advisory_affected *p;

	if (shard.n == 0)
		return;
	p = draft_package(d, shard, source);
	if (!p)
		return;
	read_status(release, codename, p, d);
	p->severity = advisory_severity_parse(json_get_str(release, "urgency"));
	p->note = json_get_str(release, "nodsa");
}

static int read_cve(const struct json *cve, struct str source, struct str id, struct draft *d,
		    struct err *err)
{
	const struct json *releases = json_get(cve, "releases"), *release;
	void *iter = NULL;
	struct str codename;

	d->a.id = id;
	d->a.severity_source = STR("Debian");
	draft_shape(d, cve, shape, ARRAY_LEN(shape));
	draft_summary_of_details(d, json_get_str(cve, "description"));
	if (json_kind_of(releases) != JSON_KIND_MAP)
		draft_fail(d, ERR_FORMAT, "no map \"releases\"");
	while (!d->failed && json_each(releases, &iter, &codename, &release))
		read_release(release, codename, source, d);
	return draft_end(d, err);
}

/* The CVEs of one source package, entered already; its name lives in `source`. */
static int read_source(struct json_stream *s, struct str source, struct draft *d, struct err *err)
{
	struct str id;
	int r;

	while ((r = json_stream_next(s, &id, err)) > 0) {
		CLEANUP(json_freep) struct json *cve = NULL;
		struct err why = {0};

		draft_begin(d, STR_NULL);
		id = draft_keep(d, id);
		d->where = draft_keepf(d, "%.*s: %.*s", STR_FMT(source), STR_FMT(id));
		r = json_stream_value(s, &cve, &why);
		if (r < 0 && json_stream_is_broken(s))
			return err_set(err, why.code, "%.*s: %s", STR_FMT(source), why.msg);
		if (r < 0)
			draft_fail(d, why.code, "%s", why.msg);
		r = read_cve(cve, source, id, d, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_sources(struct json_stream *s, struct draft *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf source = STRBUF_INIT(1024);
	struct str key;
	int r = draft_enter(s, JSON_KIND_MAP, "the file", err);

	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		if (json_stream_kind(s) != JSON_KIND_MAP) {
			draft_problem(d->sink, key, ERR_FORMAT, "no map of CVEs");
			r = 0;
			continue;
		}
		strbuf_reset(&source);
		strbuf_add(&source, key);
		r = strbuf_check(&source, err);
		if (r == 0)
			r = json_stream_enter(s, err);
		if (r == 0)
			r = read_source(s, strbuf_str(&source), d, err);
	}
	return r < 0 ? r : json_stream_end(s, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "debian-tracker", sink);
	r = json_stream_open(file->stream, &s, err);
	return r < 0 ? r : read_sources(s, &d, err);
}

const struct feed feed_debian_tracker = {
	.id = "debian-tracker",
	.title = "Debian security tracker",
	.licence = "public data of the Debian project",
	.url = "https://security-tracker.debian.org/tracker/data/json",
	.claims = claims,
	.read = read,
};
