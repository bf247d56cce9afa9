/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Red Hat's VEX: for each CVE what is fixed, affected and not affected in each repository.
 *
 *     csaf_vex_2025-11-21.tar.zst             2023/cve-2023-38545.json ...; also unpacked
 *     vex/changes.csv "2023/cve-2023-38545.json","2025-11-21T14:31:32+00:00" vex/deletions.csv the
 * same: records taken back vex/archive_latest.txt                  csaf_vex_2025-11-21.tar.zst
 *
 * How a document is read:
 *   - rows are kept whose platform is a release of RHEL (its CPE says so, vuln/ecosystem.h), or a
 *     product made for one ("::el8"), and whose component is an rpm; the channel is the CPE;
 *   - `fixed` of a platform that lists source packages is read from those alone: the binary
 *     packages beside them say the same once more;
 *   - `known_affected` gets its status from the remediation: no_fix_planned is will_not_fix, or
 *     end_of_life when out of support scope; none_available with "Fix deferred" is fix_deferred;
 *   - `known_not_affected` counts for packages without a version: one with a version stands beside
 *     a fix only because it comes from the same build.
 * Format: CSAF 2.0 profile 5, https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html
 */
#include "base/limits.h"
#include "base/path.h"
#include "base/stream_lines.h"
#include "package/purl.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/csaf_tree.h"
#include "vuln/feeds/rpm_rows.h"
#include "vuln/feeds/shape.h"

struct document {
	struct csaf_tree tree;
	struct rpm_rows rows;
	struct map
		remedies; /* product id -> struct json *remediation that says why there is no fix */
	struct map fixes; /* product id -> struct json *remediation that is the fix */
	struct map threats; /* product id -> struct json *threat of category impact */
};

static const struct shape_field document_shape[] = {
	{"", SHAPE_MAP},
	{"document", SHAPE_MAP},
	{"document.category", SHAPE_TEXT},
	{"document.aggregate_severity", SHAPE_MAP},
	{"document.aggregate_severity.text", SHAPE_TEXT},
	{"document.tracking", SHAPE_MAP},
	{"document.tracking.id", SHAPE_TEXT},
	{"document.tracking.status", SHAPE_TEXT},
	{"document.tracking.current_release_date", SHAPE_TEXT},
	{"vulnerabilities", SHAPE_LIST},
	{"vulnerabilities[]", SHAPE_MAP},
};

#define PRODUCTS(name)                                                                             \
	{name, SHAPE_LIST},                                                                        \
	{                                                                                          \
		name "[]", SHAPE_TEXT                                                              \
	}

static const struct shape_field vulnerability_shape[] = {
	{"cve", SHAPE_TEXT},
	{"title", SHAPE_TEXT},
	{"release_date", SHAPE_TEXT},
	{"cwe", SHAPE_MAP},
	{"cwe.id", SHAPE_TEXT},
	{"product_status", SHAPE_MAP},
	PRODUCTS("product_status.fixed"),
	PRODUCTS("product_status.known_affected"),
	PRODUCTS("product_status.under_investigation"),
	PRODUCTS("product_status.known_not_affected"),
	{"remediations", SHAPE_LIST},
	{"remediations[]", SHAPE_MAP},
	{"remediations[].category", SHAPE_TEXT},
	{"remediations[].details", SHAPE_TEXT},
	{"remediations[].url", SHAPE_TEXT},
	PRODUCTS("remediations[].product_ids"),
	{"threats", SHAPE_LIST},
	{"threats[]", SHAPE_MAP},
	{"threats[].category", SHAPE_TEXT},
	{"threats[].details", SHAPE_TEXT},
	PRODUCTS("threats[].product_ids"),
	{"scores", SHAPE_LIST},
	{"scores[]", SHAPE_MAP},
	{"scores[].cvss_v4", SHAPE_MAP},
	{"scores[].cvss_v4.vectorString", SHAPE_TEXT},
	{"scores[].cvss_v3", SHAPE_MAP},
	{"scores[].cvss_v3.vectorString", SHAPE_TEXT},
	{"scores[].cvss_v2", SHAPE_MAP},
	{"scores[].cvss_v2.vectorString", SHAPE_TEXT},
	{"references", SHAPE_LIST},
	{"references[]", SHAPE_MAP},
	{"references[].url", SHAPE_TEXT},
};

static const char *const records[] = {
	"csaf_vex_*.tar/*/cve-*.json",
	"vex-archive*.tar/*/cve-*.json",
	"vex/*/cve-*.json",
	"vex-feed/*/cve-*.json",
};

static const char *const lists[] = {
	"vex/changes.csv",	  "vex-feed/changes.csv",   "vex/deletions.csv",
	"vex-feed/deletions.csv", "vex/archive_latest.txt", "vex-feed/archive_latest.txt",
};

static bool claims(struct str path)
{
	struct str year = path_base(path_dir(path));
	uint64_t number;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (feed_path_is(path, lists[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		if (feed_path_is(path, records[i]))
			return year.n == 4 && str_parse_u64(year, &number);
	return false;
}

/* "redis:6:8100020250113083959:489197e6": its name and stream; empty when it has none. */
static struct str name_and_stream(struct str module)
{
	size_t at = str_find_char(module, ':');
	size_t end = at + 1 + str_find_char(str_skip(module, at + 1), ':');

	return at == 0 || at + 1 >= module.n ? STR_NULL : str_sub(module, 0, end);
}

static struct str module_of(const struct csaf_product *product, const struct purl *u,
			    struct draft *d)
{
	struct str text = purl_qualifier_value(u, "rpmmod"), module;
	struct purl m;

	if (text.n == 0 && product->module.n &&
	    purl_parse_loose(product->module, &d->arena, &m, NULL) == 0)
		text = draft_keepf(d, "%.*s:%.*s", STR_FMT(m.name), STR_FMT(m.version));
	module = name_and_stream(text);
	if (module.n == 0 && text.n)
		draft_problem(d->sink, d->where, ERR_FORMAT, "\"%.*s\" is no module with a stream",
			      STR_FMT(text));
	return text.n && module.n == 0 ? draft_keepf(d, "%.*s:*", STR_FMT(u->name)) : module;
}

/* Red Hat writes [epoch:]version-release in three ways; what has no release is no version. */
static struct str version_of(const struct purl *u, struct draft *d)
{
	struct str epoch = purl_qualifier_value(u, "epoch");

	if (str_find_char(u->version, '-') == u->version.n)
		return STR_NULL;
	if (epoch.n == 0 || str_is(epoch, "0") || str_find_char(u->version, ':') < u->version.n)
		return u->version;
	return draft_keepf(d, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(u->version));
}

/* "cpe:/a:redhat:enterprise_linux:9::appstream" without its head. */
static bool place_of(struct str cpe, struct rpm_row *row, struct draft *d)
{
	struct ecosystem e;
	char name[ECOSYSTEM_NAME_MAX + 16];

	if (!(str_pull_prefix(&cpe, STR("cpe:/a:redhat:")) ||
	      str_pull_prefix(&cpe, STR("cpe:/o:redhat:"))) ||
	    (size_t)snprintf(name, sizeof name, "Red Hat:%.*s", STR_FMT(cpe)) >= sizeof name ||
	    !ecosystem_of_osv(str_of(name), &e))
		return false;
	row->shard = draft_keep(d, str_of(e.shard));
	row->channel = draft_keep(d, str_of(e.channel));
	return true;
}

/* False: not an rpm of RHEL. */
static bool read_product(struct document *doc, struct str id, struct rpm_row *row, struct draft *d)
{
	struct csaf_product product;
	struct purl u;
	struct err why = {0};

	if (!csaf_tree_find(&doc->tree, id, &product)) {
		if (!csaf_tree_has(&doc->tree, id))
			draft_problem(d->sink, d->where, ERR_FORMAT,
				      "product \"%.*s\" is not in the tree", STR_FMT(id));
		return false;
	}
	if (!str_has_prefix(product.purl, STR("pkg:rpm/")) || !place_of(product.cpe, row, d))
		return false;
	if (purl_parse_loose(product.purl, &d->arena, &u, &why) < 0) {
		draft_problem(d->sink, d->where, why.code, "%s", why.msg);
		return false;
	}
	row->name = u.name;
	row->version = version_of(&u, d);
	row->module = module_of(&product, &u, d);
	row->arch = purl_qualifier_value(&u, "arch");
	return true;
}

static enum finding_status affected_status(const struct json *remedy)
{
	struct str category = json_get_str(remedy, "category");
	struct str details = json_get_str(remedy, "details");

	if (str_is(category, "no_fix_planned"))
		return str_find(details, STR("upport scope")) < details.n ? STATUS_END_OF_LIFE
									  : STATUS_WILL_NOT_FIX;
	return str_is(details, "Fix deferred") ? STATUS_FIX_DEFERRED : STATUS_AFFECTED;
}

/* "https://access.redhat.com/errata/RHSA-2024:2011" */
static struct str erratum(const struct json *fix)
{
	struct str before, name = STR_NULL;

	(void)str_rcut(json_get_str(fix, "url"), '/', &before, &name); /* or none */
	return str_has_prefix(name, STR("RH")) ? name : STR_NULL;
}

static void finish_row(struct document *doc, struct str id, struct rpm_row *row)
{
	const struct json *remedy = map_get(&doc->remedies, id);
	const struct json *threat = map_get(&doc->threats, id);

	row->severity = advisory_severity_parse(json_get_str(threat, "details"));
	if (row->fixed) {
		row->note = erratum(map_get(&doc->fixes, id));
	} else if (row->status == STATUS_AFFECTED && remedy) {
		row->status = affected_status(remedy);
		row->note = json_get_str(remedy, "details");
	}
}

static void add_row(struct document *doc, struct str id, enum finding_status status, bool fixed,
		    struct draft *d)
{
	struct rpm_row row = {.status = status, .fixed = fixed};

	if (!read_product(doc, id, &row, d))
		return;
	/* Without a version a fix says nothing; not affected with one neither (see above). */
	if ((fixed && row.version.n == 0) || (status == STATUS_NOT_AFFECTED && row.version.n))
		return;
	finish_row(doc, id, &row);
	rpm_rows_add(&doc->rows, &row, d);
}

static void add_rows(struct document *doc, const struct json *ids, enum finding_status status,
		     bool fixed, struct draft *d)
{
	for (size_t i = 0; i < json_len(ids) && !d->failed; i++)
		add_row(doc, json_str(json_at(ids, i)), status, fixed, d);
}

static void put_all(struct map *m, const struct json *entry, struct draft *d)
{
	const struct json *ids = json_get(entry, "product_ids");

	for (size_t i = 0; i < json_len(ids) && !d->failed; i++)
		if (map_put(m, json_str(json_at(ids, i)), (void *)entry) < 0)
			draft_fail(d, ERR_LIMIT, "more products than advisory_items (%d)",
				   (int)LIMIT_ADVISORY_ITEMS);
}

static void read_remedies(struct document *doc, const struct json *vulnerability, struct draft *d)
{
	const struct json *remedies = json_get(vulnerability, "remediations");
	const struct json *threats = json_get(vulnerability, "threats");

	for (size_t i = 0; i < json_len(remedies); i++) {
		const struct json *remedy = json_at(remedies, i);
		struct str category = json_get_str(remedy, "category");

		if (str_is(category, "vendor_fix"))
			put_all(&doc->fixes, remedy, d);
		else if (str_is(category, "no_fix_planned") || str_is(category, "none_available"))
			put_all(&doc->remedies, remedy, d);
	}
	for (size_t i = 0; i < json_len(threats); i++)
		if (str_is(json_get_str(json_at(threats, i), "category"), "impact"))
			put_all(&doc->threats, json_at(threats, i), d);
}

static void read_scores(const struct json *vulnerability, struct draft *d)
{
	const struct json *scores = json_get(vulnerability, "scores");
	const struct json *references = json_get(vulnerability, "references");

	for (size_t i = 0; i < json_len(scores); i++) {
		const struct json *score = json_at(scores, i);

		draft_add(d, &d->cvss, json_get_str(json_get(score, "cvss_v4"), "vectorString"));
		draft_add(d, &d->cvss, json_get_str(json_get(score, "cvss_v3"), "vectorString"));
		draft_add(d, &d->cvss, json_get_str(json_get(score, "cvss_v2"), "vectorString"));
	}
	for (size_t i = 0; i < json_len(references); i++)
		draft_add(d, &d->references, json_get_str(json_at(references, i), "url"));
	draft_add(d, &d->cwes, json_get_str(json_get(vulnerability, "cwe"), "id"));
}

static void read_vulnerability(struct document *doc, const struct json *v,
			       const struct json *document, struct draft *d)
{
	const struct json *status = json_get(v, "product_status");
	const struct json *tracking = json_get(document, "tracking");

	d->a.id = json_get_str(v, "cve");
	if (d->a.id.n == 0)
		d->a.id = json_get_str(tracking, "id");
	draft_summary(d, json_get_str(v, "title"));
	d->a.published = draft_date(json_get_str(v, "release_date"));
	d->a.modified = draft_date(json_get_str(tracking, "current_release_date"));
	d->a.severity = advisory_severity_parse(
		json_get_str(json_get(document, "aggregate_severity"), "text"));
	d->a.severity_source = STR("Red Hat");
	read_scores(v, d);
	read_remedies(doc, v, d);
	add_rows(doc, json_get(status, "fixed"), STATUS_AFFECTED, true, d);
	add_rows(doc, json_get(status, "known_affected"), STATUS_AFFECTED, false, d);
	add_rows(doc, json_get(status, "under_investigation"), STATUS_UNDER_INVESTIGATION, false,
		 d);
	add_rows(doc, json_get(status, "known_not_affected"), STATUS_NOT_AFFECTED, false, d);
	rpm_rows_end(&doc->rows, d);
	if (d->a.id.n == 0)
		draft_fail(d, ERR_FORMAT, "a vulnerability without \"cve\"");
}

static int read_one(const struct json *json, const struct json *v, struct draft *d, struct err *err)
{
	struct document doc = {.rows = RPM_ROWS_INIT};
	struct err why = {0};
	int r;

	map_init(&doc.remedies, LIMIT_ADVISORY_ITEMS);
	map_init(&doc.fixes, LIMIT_ADVISORY_ITEMS);
	map_init(&doc.threats, LIMIT_ADVISORY_ITEMS);
	draft_begin(d, json_get_str(json_get(json_get(json, "document"), "tracking"), "id"));
	r = csaf_tree_init(&doc.tree, json_get(json, "product_tree"), &why);
	draft_shape(d, v, vulnerability_shape, ARRAY_LEN(vulnerability_shape));
	if (r < 0)
		draft_fail(d, why.code, "%s", why.msg);
	else
		read_vulnerability(&doc, v, json_get(json, "document"), d);
	r = draft_end(d, err);
	csaf_tree_done(&doc.tree);
	rpm_rows_done(&doc.rows);
	map_done(&doc.remedies);
	map_done(&doc.fixes);
	map_done(&doc.threats);
	return r;
}

static int read_document(const struct feed_file *file, struct draft *d, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *vulnerabilities;
	int r = feed_read_json(file, &doc, err);

	if (r == 0)
		r = shape_check(doc, document_shape, ARRAY_LEN(document_shape), err);
	if (r < 0)
		return r;
	vulnerabilities = json_get(doc, "vulnerabilities");
	if (str_is(json_get_str(json_get(json_get(doc, "document"), "tracking"), "status"),
		   "deleted")) {
		draft_begin(d, STR_NULL);
		d->a.id = json_get_str(json_get(json_get(doc, "document"), "tracking"), "id");
		d->a.withdrawn = true;
		return draft_end(d, err);
	}
	if (!str_has_prefix(json_get_str(json_get(doc, "document"), "category"), STR("csaf_")))
		return err_set(err, ERR_FORMAT, "not a document of CSAF: no category csaf_..");
	for (size_t i = 0; i < json_len(vulnerabilities) && r == 0; i++)
		r = read_one(doc, json_at(vulnerabilities, i), d, err);
	return r;
}

/* "2021/cve-2021-47343.json","2024-07-29T18:39:58+00:00" */
static bool read_change(struct str line, struct str *ret_name, struct str *ret_time)
{
	struct str name, time, year;

	if (!str_cut(line, ',', &name, &time))
		return false;
	for (struct str *s = &name; s; s = s == &name ? &time : NULL)
		if (str_pull_prefix(s, STR("\"")) && s->n)
			s->n--;
	if (!str_cut(name, '/', &year, ret_name) || !str_has_suffix(*ret_name, STR(".json")) ||
	    !str_has_prefix(*ret_name, STR("cve-")) || draft_date(time).n == 0)
		return false;
	ret_name->n -= 5;
	*ret_time = time;
	return true;
}

static int read_deletion(struct str name, struct str time, struct draft *d, struct err *err)
{
	draft_begin(d, name);
	d->a.id = draft_keepf(d, "CVE-%.*s", STR_FMT(str_skip(name, 4)));
	d->a.modified = time;
	d->a.withdrawn = true;
	return draft_end(d, err);
}

/* Deletions take records back; of the changes only the newest time is of use: the feed's date. */
static int read_changes(struct stream_lines *in, bool deletions, struct draft *d, struct err *err)
{
	struct str line, name, time;
	char newest[64] = "";
	int r;

	while ((r = stream_lines_next(in, &line, err)) > 0) {
		if (!read_change(line, &name, &time)) {
			char where[32];

			(void)snprintf(where, sizeof where, "line %zu", in->number); /* fits */
			draft_problem(d->sink, str_of(where), ERR_FORMAT,
				      "expected \"YEAR/cve-ID.json\",\"TIME\"");
			continue;
		}
		if (time.n < sizeof newest && str_cmp(time, str_of(newest)) > 0)
			(void)snprintf(newest, sizeof newest, "%.*s", STR_FMT(time)); /* fits */
		r = deletions ? read_deletion(name, time, d, err) : 0;
		if (r < 0)
			return r;
	}
	if (r == 0 && newest[0])
		r = d->sink->fact(d->sink->context, STR("date"), str_of(newest), err);
	return r;
}

/* "csaf_vex_2025-11-21.tar.zst"; the new archive has a name without a day. */
static int read_latest(struct stream_lines *in, struct draft *d, struct err *err)
{
	struct str line;
	int r = stream_lines_next(in, &line, err);

	if (r <= 0)
		return r;
	line = str_trim(line);
	line = str_sub(str_pull_prefix(&line, STR("csaf_vex_")) ? line : STR_NULL, 0, 10);
	return draft_date(line).n ? d->sink->fact(d->sink->context, STR("date"), line, err) : 0;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(stream_lines_done)
	struct stream_lines in = STREAM_LINES_INIT(file->stream, LIMIT_FIELD_BYTES);
	CLEANUP(draft_done) struct draft d;

	draft_init(&d, "redhat-vex", sink);
	if (str_has_suffix(file->path, STR(".csv")))
		return read_changes(&in, str_has_suffix(file->path, STR("deletions.csv")), &d, err);
	if (str_has_suffix(file->path, STR(".txt")))
		return read_latest(&in, &d, err);
	return read_document(file, &d, err);
}

const struct feed feed_redhat_vex = {
	.id = "redhat-vex",
	.title = "Red Hat VEX",
	.licence = "CC-BY-4.0",
	.url = "https://security.access.redhat.com/data/csaf/v2/vex/",
	.claims = claims,
	.read = read,
};
