/* SPDX-License-Identifier: Apache-2.0 */
/*
 * updateinfo.xml of an rpm repository: Amazon Linux, Fedora, and rebuilds of RHEL.
 *
 *     <updates>
 *       <update type="security" status="final" from="linux-security@amazon.com">
 *         <id>ALAS2023-2023-001</id> <title>..</title> <severity>Important</severity>
 *         <issued date="2023-02-17 20:41:00"/> <updated date=".."/> <summary/> <description/>
 *         <references><reference type="cve" id="CVE-2022-24903" href=".." title=".."/></references>
 *         <pkglist><collection short="amazon-linux-2023"><name>Amazon Linux 2023</name>
 *           <module name="nginx" stream="mainline" .../>
 *           <package name="rsyslog" epoch="0" version="8.2204.0" release="3.amzn2023" arch="x86_64"
 *                    src="rsyslog-8.2204.0-3.amzn2023.src.rpm"/>
 *
 * The collection says the release, and what part of it: "amazon-linux-2---docker" is the extras
 * repository docker of Amazon Linux 2, "amazon-linux-2023---kernel-livepatch" a repository. Only
 * type "security" is read. Fedora names CVEs in titles of bugs alone. A description, which stands
 * before the references, also mentions CVEs of other updates: it is asked when nothing else names
 * any. A package whose release says
 * ".module" is modular; without <module> its stream is what the title says, or "*".
 */
#include "base/limits.h"
#include "base/path.h"
#include "codec/xml.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/rpm_rows.h"

#define UPDATE	   "updates/update"
#define COLLECTION UPDATE "/pkglist/collection"

struct reader {
	struct draft d;
	struct rpm_rows rows;
	size_t number; /* of the update in the file */
	bool security;
	struct ecosystem place; /* of the collection; no shard: none is known */
	struct str shard, channel, module;
	struct draft_list mentioned; /* CVEs of the description */
};

static const struct {
	const char *prefix; /* of a collection's short name */
	const char *key;    /* of the shard */
	const char *source; /* of severities */
	const char *extras; /* before the name of a repository beside the main one */
} collections[] = {
	{"amazon-linux-ami", "amazonlinux", "Amazon", ""},
	{"amazon-linux-2023", "amazonlinux", "Amazon", ""},
	{"amazon-linux-2022", "amazonlinux", "Amazon", ""},
	{"amazon-linux-2", "amazonlinux", "Amazon", "extras:"},
	{"rocky-linux-", "rocky", "Rocky Linux", ""},
	{"almalinux-", "almalinux", "AlmaLinux", ""},
	{"F", "fedora", "Fedora", ""},
};

static bool claims(struct str path)
{
	return str_has_suffix(path_base(path), STR("updateinfo.xml"));
}

static struct str digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && char_is_digit(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

/* "amazon-linux-2---docker", "F38M", "rocky-linux-9-x86-64-appstream-rpms" */
static bool find_collection(struct reader *rd, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(collections); i++) {
		struct str rest = name, release, part, before;
		size_t at;

		if (!str_pull_prefix(&rest, str_of(collections[i].prefix)))
			continue;
		release = digits(rest);
		if (str_is(str_of(collections[i].key), "amazonlinux")) {
			before = str_of(collections[i].prefix);
			(void)str_rcut(before, '-', &before, &release); /* there is one */
			release = str_is(release, "ami") ? STR("1") : release;
		}
		if (release.n == 0 ||
		    !ecosystem_of_distro(str_of(collections[i].key), release, &rd->place))
			return false;
		at = str_find(name, STR("---"));
		part = str_skip(name, at + 3);
		if (part.n)
			rd->channel =
				draft_keepf(&rd->d, "%s%.*s", collections[i].extras, STR_FMT(part));
		rd->d.a.severity_source = str_of(collections[i].source);
		return true;
	}
	return false;
}

static void start_collection(struct reader *rd, const struct xml_element *e)
{
	struct str name = xml_attribute(e, "short");

	rd->channel = rd->module = rd->shard = STR_NULL;
	if (find_collection(rd, name))
		rd->shard = draft_keep(&rd->d, str_of(rd->place.shard));
	else
		draft_fail(&rd->d, ERR_UNSUPPORTED,
			   "collection \"%.*s\" is of no distribution that is known",
			   STR_FMT(name));
}

/* "Important: nodejs:18 security update" */
static struct str module_of_title(struct str title)
{
	struct str word;

	while (str_pull_word(&title, &word)) {
		size_t at = str_find_char(word, ':');

		if (at > 0 && at + 1 < word.n && char_is_alnum(word.p[at + 1]))
			return word;
	}
	return STR_NULL;
}

/* "nodejs-18.18.2-1.el9.src.rpm", also behind an address: "nodejs" */
static struct str source_name(struct str src)
{
	struct str version, release;

	src = path_base(src);
	if (!str_rcut(src, '-', &src, &release) || !str_rcut(src, '-', &src, &version))
		return STR_NULL;
	return src;
}

static struct str module_of_package(struct reader *rd, struct str release, struct str src)
{
	struct str title = rd->d.a.summary, module;

	if (rd->module.n || str_find(release, STR(".module")) == release.n)
		return rd->module;
	module = module_of_title(title);
	return module.n ? module : draft_keepf(&rd->d, "%.*s:*", STR_FMT(source_name(src)));
}

static void start_package(struct reader *rd, const struct xml_element *e)
{
	struct draft *d = &rd->d;
	struct str release = xml_attribute(e, "release");
	struct rpm_row row = {
		.shard = rd->shard,
		.channel = rd->channel,
		.module = module_of_package(rd, release, xml_attribute(e, "src")),
		.name = draft_keep(d, xml_attribute(e, "name")),
		.version =
			rpm_evr(d, xml_attribute(e, "epoch"), xml_attribute(e, "version"), release),
		.arch = draft_keep(d, xml_attribute(e, "arch")),
		.fixed = true,
	};

	if (xml_attribute(e, "version").n == 0 || release.n == 0)
		draft_fail(d, ERR_FORMAT, "package \"%.*s\" without version or release",
			   STR_FMT(row.name));
	rpm_rows_add(&rd->rows, &row, d);
}

/* Every "CVE-2024-24989" in a text. */
static void add_cves(struct draft *d, struct draft_list *to, struct str text)
{
	size_t at;

	while ((at = str_find(text, STR("CVE-"))) < text.n) {
		struct str id = str_skip(text, at), year = digits(str_skip(id, 4));
		struct str number = digits(str_skip(id, 5 + year.n));

		text = str_skip(text, at + 4);
		if (year.n == 4 && number.n >= 4 && id.p[8] == '-')
			draft_add(d, to, draft_keep(d, str_sub(id, 0, 9 + number.n)));
	}
}

static void start_reference(struct reader *rd, const struct xml_element *e)
{
	struct draft *d = &rd->d;
	struct str type = xml_attribute(e, "type");

	if (str_is(type, "cve"))
		add_cves(d, &d->upstream, xml_attribute(e, "id"));
	else if (str_is(type, "bugzilla"))
		add_cves(d, &d->upstream, xml_attribute(e, "title"));
	if (str_is(type, "self"))
		draft_add(d, &d->references, draft_keep(d, xml_attribute(e, "href")));
}

static void start_update(struct reader *rd, const struct xml_element *e)
{
	struct draft *d = &rd->d;

	draft_begin(d, STR_NULL);
	d->where = draft_keepf(d, "update %zu", ++rd->number);
	rd->shard = rd->channel = rd->module = STR_NULL;
	rd->mentioned = (struct draft_list){0};
	rd->security = str_is(xml_attribute(e, "type"), "security");
}

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct reader *rd = ctx;
	struct draft *d = &rd->d;

	(void)err;
	if (str_is(path, UPDATE))
		start_update(rd, e);
	if (!rd->security)
		return 0;
	if (str_is(path, UPDATE "/issued"))
		d->a.published = draft_date(draft_keep(d, xml_attribute(e, "date")));
	else if (str_is(path, UPDATE "/updated"))
		d->a.modified = draft_date(draft_keep(d, xml_attribute(e, "date")));
	else if (str_is(path, UPDATE "/references/reference"))
		start_reference(rd, e);
	else if (str_is(path, COLLECTION))
		start_collection(rd, e);
	else if (str_is(path, COLLECTION "/module"))
		rd->module = draft_keepf(d, "%.*s:%.*s", STR_FMT(xml_attribute(e, "name")),
					 STR_FMT(xml_attribute(e, "stream")));
	else if (str_is(path, COLLECTION "/package"))
		start_package(rd, e);
	return 0;
}

static int end_update(struct reader *rd, struct err *err)
{
	struct draft *d = &rd->d;
	bool is_named = d->upstream.n > 0;

	if (!rd->security)
		return 0;
	rd->security = false;
	for (size_t i = 0; !is_named && i < rd->mentioned.n; i++)
		draft_add(d, &d->upstream, rd->mentioned.p[i]);
	if (d->a.id.n == 0)
		draft_fail(d, ERR_FORMAT, "an update without <id>");
	if (d->a.severity_source.n == 0)
		d->a.severity = SEVERITY_UNKNOWN;
	rpm_rows_end(&rd->rows, d);
	return draft_end(d, err);
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct reader *rd = ctx;
	struct draft *d = &rd->d;

	if (!rd->security)
		return 0;
	if (str_is(path, UPDATE "/id"))
		d->a.id = draft_keep(d, text);
	else if (str_is(path, UPDATE "/title"))
		draft_summary(d, draft_keep(d, text));
	else if (str_is(path, UPDATE "/severity"))
		d->a.severity = advisory_severity_parse(text);
	else if (str_is(path, UPDATE "/description"))
		add_cves(d, &rd->mentioned, text);
	return str_is(path, UPDATE) ? end_update(rd, err) : 0;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	struct reader rd = {.rows = RPM_ROWS_INIT};
	int r;

	draft_init(&rd.d, "updateinfo", sink);
	r = xml_parse_stream(file->stream, &(struct xml_handler){&rd, on_start, on_end}, err);
	draft_done(&rd.d);
	rpm_rows_done(&rd.rows);
	return r;
}

const struct feed feed_updateinfo = {
	.id = "updateinfo",
	.title = "Updates of rpm repositories: Amazon Linux, Fedora",
	.licence = "as published by Amazon and by the Fedora project",
	.url = "https://alas.aws.amazon.com",
	.claims = claims,
	.read = read,
};
