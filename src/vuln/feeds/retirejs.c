/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Retire.js: libraries for browsers (jsrepository-v5.json), and npm packages (npmrepository.json).
 *
 *     {"jquery": {"npmname": "jquery", "vulnerabilities": [
 *         {"atOrAbove": "1.2.1", "below": "1.9.0", "excludes": ["1.8.9"], "severity": "medium",
 *          "cwe": ["CWE-79"], "info": ["https://.."],
 *          "identifiers": {"summary": "..", "CVE": ["CVE-2020-7656"], "githubID": "GHSA-q4m3-..",
 *                          "retid": "3"}}], "extractors": {..}}}
 *
 * A library is a package of the shard "javascript", and of "npm" where it has a name there. The
 * patterns that find libraries in files (extractors) are not data of advisories. Without a CVE or a
 * GHSA the id is made of the library and its number.
 */
#include "base/path.h"
#include "codec/json_stream.h"
#include "vuln/feeds/shape.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"below", SHAPE_TEXT},
	{"atOrAbove", SHAPE_TEXT},
	{"excludes", SHAPE_LIST},
	{"excludes[]", SHAPE_TEXT},
	{"severity", SHAPE_TEXT},
	{"cwe", SHAPE_LIST},
	{"cwe[]", SHAPE_TEXT},
	{"info", SHAPE_LIST},
	{"info[]", SHAPE_TEXT},
	{"identifiers", SHAPE_MAP},
	{"identifiers.summary", SHAPE_TEXT},
	{"identifiers.CVE", SHAPE_LIST},
	{"identifiers.CVE[]", SHAPE_TEXT},
	{"identifiers.githubID", SHAPE_TEXT},
	{"identifiers.retid", SHAPE_TEXT},
};

struct library {
	struct str name, npm; /* npm empty: no package there */
	bool browser;
};

static bool claims(struct str path)
{
	struct str name = path_base(path);

	return str_is(name, "npmrepository.json") ||
	       (str_has_prefix(name, STR("jsrepository")) && str_has_suffix(name, STR(".json")));
}

/* ">= 1.2.1, < 1.9.0, != 1.8.9": only where versions in the middle are safe. */
static void add_constraint(const struct json *v, struct advisory_affected *p, struct draft *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct str from = json_get_str(v, "atOrAbove"), below = json_get_str(v, "below");
	const struct json *excludes = json_get(v, "excludes");

	if (from.n)
		strbuf_addf(&sb, ">= %.*s, ", STR_FMT(from));
	strbuf_addf(&sb, "< %.*s", STR_FMT(below));
	for (size_t i = 0; i < json_len(excludes); i++)
		strbuf_addf(&sb, ", != %.*s", STR_FMT(json_str(json_at(excludes, i))));
	if (strbuf_check(&sb, NULL) < 0)
		draft_fail(d, ERR_LIMIT, "more \"excludes\" than 4096 bytes");
	p->constraint = draft_keep(d, strbuf_str(&sb));
}

static void add_package(const struct json *v, struct str shard, struct str name, struct draft *d)
{
	struct str below = json_get_str(v, "below");
	struct advisory_affected *p = draft_package(d, shard, name);

	if (!p)
		return;
	if (json_len(json_get(v, "excludes")) && below.n)
		add_constraint(v, p, d);
	else if (below.n || json_get_str(v, "atOrAbove").n)
		draft_interval(d, json_get_str(v, "atOrAbove"), below, STR_NULL);
	else
		draft_fail(d, ERR_FORMAT, "neither \"below\" nor \"atOrAbove\"");
}

static int give(const struct json *v, const struct library *lib, struct str id, struct str alias,
		struct draft *d, struct err *err)
{
	const struct json *identifiers = json_get(v, "identifiers");

	draft_begin(d, lib->name);
	d->a.id = id;
	draft_shape(d, v, shape, ARRAY_LEN(shape));
	draft_add(d, &d->aliases, alias);
	draft_summary_of_details(d, json_get_str(identifiers, "summary"));
	d->a.severity = advisory_severity_parse(json_get_str(v, "severity"));
	d->a.severity_source = STR("Retire.js");
	draft_add_json(d, &d->cwes, json_get(v, "cwe"));
	draft_add_json(d, &d->references, json_get(v, "info"));
	if (lib->browser)
		add_package(v, STR("javascript"), lib->name, d);
	if (lib->npm.n)
		add_package(v, STR("npm"), lib->npm, d);
	return draft_end(d, err);
}

static int give_by_number(const struct json *v, const struct library *lib, size_t number,
			  struct draft *d, struct err *err)
{
	struct str retid = json_get_str(json_get(v, "identifiers"), "retid");
	char id[512];

	if (retid.n)
		(void)snprintf(id, sizeof id, "RETIRE-%.*s-%.*s", STR_FMT(lib->name),
			       STR_FMT(retid));
	else
		(void)snprintf(id, sizeof id, "RETIRE-%.*s-%s%.*s-%zu", STR_FMT(lib->name),
			       "below-", STR_FMT(json_get_str(v, "below")), number);
	return give(v, lib, str_of(id), STR_NULL, d, err);
}

static int read_vulnerability(const struct json *v, const struct library *lib, size_t number,
			      struct draft *d, struct err *err)
{
	const struct json *identifiers = json_get(v, "identifiers");
	const struct json *cves = json_get(identifiers, "CVE");
	struct str ghsa = json_get_str(identifiers, "githubID");
	int r = 0;

	if (json_len(cves) == 0)
		return ghsa.n ? give(v, lib, ghsa, STR_NULL, d, err)
			      : give_by_number(v, lib, number, d, err);
	for (size_t i = 0; i < json_len(cves) && r == 0; i++)
		r = give(v, lib, json_str(json_at(cves, i)), json_len(cves) == 1 ? ghsa : STR_NULL,
			 d, err);
	return r;
}

static int read_library(const struct json *entry, const struct library *lib, struct draft *d,
			struct err *err)
{
	const struct json *list = json_get(entry, "vulnerabilities");
	int r = 0;

	if (json_kind_of(list) != JSON_KIND_LIST)
		draft_problem(d->sink, lib->name, ERR_FORMAT, "no list \"vulnerabilities\"");
	if (json_get(entry, "npmname") &&
	    json_kind_of(json_get(entry, "npmname")) != JSON_KIND_TEXT)
		draft_problem(d->sink, lib->name, ERR_FORMAT, "npmname: not a text");
	for (size_t i = 0; i < json_len(list) && r == 0; i++)
		r = read_vulnerability(json_at(list, i), lib, i, d, err);
	return r;
}

static int read_entry(struct json_stream *s, struct str name, bool browser, struct draft *d,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf copy = STRBUF_INIT(256);
	CLEANUP(json_freep) struct json *entry = NULL;
	struct library lib;
	struct err why = {0};
	int r;

	strbuf_add(&copy, name);
	if (strbuf_check(&copy, NULL) < 0)
		return err_set(err, ERR_LIMIT, "line %zu: a name of more than 256 bytes",
			       json_stream_line(s));
	r = json_stream_value(s, &entry, &why);
	if (r < 0 && json_stream_is_broken(s)) {
		if (err)
			*err = why;
		return r;
	}
	name = strbuf_str(&copy);
	if (r < 0)
		d->sink->problem(d->sink->context, name, &why);
	if (r < 0 || str_is(name, "retire-example"))
		return 0;
	lib = (struct library){name, browser ? json_get_str(entry, "npmname") : name, browser};
	return read_library(entry, &lib, d, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	CLEANUP(draft_done) struct draft d;
	bool browser = !str_is(path_base(file->path), "npmrepository.json");
	struct str name;
	int r;

	draft_init(&d, "retirejs", sink);
	r = json_stream_open(file->stream, &s, err);
	if (r == 0)
		r = draft_enter(s, JSON_KIND_MAP, "the file", err);
	while (r == 0 && (r = json_stream_next(s, &name, err)) > 0)
		r = read_entry(s, name, browser, &d, err);
	return r < 0 ? r : json_stream_end(s, err);
}

const struct feed feed_retirejs = {
	.id = "retirejs",
	.title = "Retire.js",
	.licence = "Apache-2.0",
	.url = "https://github.com/RetireJS/retire.js",
	.claims = claims,
	.read = read,
};
