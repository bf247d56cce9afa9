/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for GitLab: container scanning of an image, code quality of files.
 *
 * A report of files (plimsoll lint) is what the format "codeclimate" prints. Of an image, or of
 * anything else that was scanned for packages, one vulnerability a finding about a package; that
 * schema knows nothing else. What is left out for it (other findings, suppressed ones) and what
 * was not assessed are messages of the scan, which GitLab shows in the pipeline's security page.
 *
 * Times are the report's time, because a format reads no clock; 1970 when it knows none.
 *
 * Format: https://gitlab.com/gitlab-org/security-products/security-report-schemas, 15.0.7,
 * container-scanning-report-format. Lengths are cut to its limits.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "codec/json_writer.h"
#include "render/markdown_text.h"
#include "render/places.h"
#include "render/render.h"

#define TEXT_MAX     65536
#define ID_MAX	     255  /* of the schema */
#define SOLUTION_MAX 7000 /* of the schema */

static const char *severity_of(enum severity s)
{
	static const char *const names[] = {
		[SEVERITY_UNKNOWN] = "Unknown", [SEVERITY_NEGLIGIBLE] = "Info",
		[SEVERITY_LOW] = "Low",		[SEVERITY_MEDIUM] = "Medium",
		[SEVERITY_HIGH] = "High",	[SEVERITY_CRITICAL] = "Critical",
	};

	return names[s];
}

/* Cut to so many bytes, not within a character. */
static struct str cut(struct str text, size_t max)
{
	size_t n = text.n < max ? text.n : max;

	while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

static bool is_listed(const struct finding *f)
{
	return f->subject.kind == SUBJECT_PACKAGE && f->suppressed_by.n == 0;
}

/* ---- the scan ---- */

static void put_tool(struct json_writer *w, const char *key, const struct report *r)
{
	json_key(w, key);
	json_open_map(w);
	json_put_text(w, "id", "plimsoll");
	json_put_text(w, "name", "Plimsoll");
	json_key(w, "vendor");
	json_open_map(w);
	json_put_text(w, "name", "Plimsoll");
	json_close_map(w);
	json_put_str(w, "version", r->tool_version.n ? r->tool_version : STR("unknown"));
	json_close_map(w);
}

static void put_message(struct json_writer *w, const char *level, struct str text)
{
	json_open_map(w);
	json_put_text(w, "level", level);
	json_put_str(w, "value", text);
	json_close_map(w);
}

static void put_messages(struct json_writer *w, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	uint64_t suppressed = 0, other = 0;

	json_key(w, "messages");
	json_open_list(w);
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (c->state == COVERAGE_ASSESSED)
			continue;
		strbuf_reset(&sb);
		gap_add_message(&sb, c);
		put_message(w, "warn", strbuf_str(&sb));
	}
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		suppressed += f->suppressed_by.n != 0;
		other += f->suppressed_by.n == 0 && !is_listed(f);
	}
	strbuf_reset(&sb);
	strbuf_addf(&sb,
		    "not listed: %llu suppressed findings, %llu findings that are not about a "
		    "package, %llu that a filter hides",
		    (unsigned long long)suppressed, (unsigned long long)other,
		    (unsigned long long)r->n_hidden);
	if (suppressed || other || r->n_hidden)
		put_message(w, "info", strbuf_str(&sb));
	json_close_list(w);
}

static void put_scan(struct json_writer *w, const struct report *r)
{
	char text[CLOCK_TEXT_MAX];
	struct str time = STR("1970-01-01T00:00:00");

	if (r->has_time && clock_format(r->time, text))
		time = str_sub(str_of(text), 0, time.n);
	json_key(w, "scan");
	json_open_map(w);
	put_tool(w, "analyzer", r);
	put_tool(w, "scanner", r);
	json_put_text(w, "type", "container_scanning");
	json_put_str(w, "start_time", time);
	json_put_str(w, "end_time", time);
	json_put_text(w, "status", "success");
	put_messages(w, r);
	json_close_map(w);
}

/* ---- the vulnerabilities ---- */

/* With a tag or a digest, which the schema asks for. */
static void add_image(struct strbuf *sb, const struct report *r)
{
	struct str name = r->image.name.n ? r->image.name : r->target.given, folder, base = name;
	struct str digest = r->image.manifest_digest;

	(void)str_rcut(name, '/', &folder, &base);
	if (digest.n == 0)
		digest = r->image.config_digest;
	strbuf_add(sb, name.n ? name : STR("image"));
	if (str_find_char(base, ':') == base.n && digest.n)
		strbuf_addf(sb, "@%.*s", STR_FMT(digest));
}

static void put_location(struct json_writer *w, const struct report *r, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	const struct distro *d = &r->distro;

	json_key(w, "location");
	json_open_map(w);
	json_key(w, "dependency");
	json_open_map(w);
	json_key(w, "package");
	json_open_map(w);
	json_put_str(w, "name", f->subject.name);
	json_close_map(w);
	json_put_str(w, "version", f->subject.version);
	json_close_map(w);
	strbuf_add(&sb, d->id.n ? d->id : STR("unknown"));
	strbuf_adds(&sb, d->version_id.n ? ":" : "");
	strbuf_add(&sb, d->version_id);
	json_put_str(w, "operating_system", strbuf_str(&sb));
	strbuf_reset(&sb);
	add_image(&sb, r);
	json_put_str(w, "image", strbuf_str(&sb));
	json_close_map(w);
}

static const char *identifier_type(struct str id)
{
	static const char *const types[] = {"CVE", "GHSA", "RHSA", "ELSA", "USN", "OSVDB", "CWE"};
	static const char *const names[] = {"cve", "ghsa", "rhsa", "elsa", "usn", "osvdb", "cwe"};
	struct str front, rest;

	for (size_t i = 0; str_cut(id, '-', &front, &rest) && i < ARRAY_LEN(types); i++)
		if (str_is(front, types[i]))
			return names[i];
	return "plimsoll";
}

static void put_identifier(struct json_writer *w, struct str id)
{
	json_open_map(w);
	json_put_text(w, "type", identifier_type(id));
	json_put_str(w, "name", cut(id, ID_MAX));
	json_put_str(w, "value", cut(id, ID_MAX));
	json_close_map(w);
}

static void put_vulnerability(struct json_writer *w, const struct report *r,
			      const struct finding *f)
{
	json_open_map(w);
	json_put_str(w, "id", f->id);
	json_put_str(w, "name", cut(f->rule, ID_MAX));
	json_put_str(w, "description", cut(f->title, TEXT_MAX));
	json_put_text(w, "severity", severity_of(f->severity));
	if (f->fix_action.n)
		json_put_str(w, "solution", cut(f->fix_action, SOLUTION_MAX));
	json_key(w, "identifiers");
	json_open_list(w);
	put_identifier(w, f->rule);
	for (size_t i = 0; i < f->aliases.n; i++)
		put_identifier(w, f->aliases.p[i]);
	json_close_list(w);
	json_key(w, "links");
	json_open_list(w);
	for (size_t i = 0; i < f->references.n; i++) {
		if (!is_web_address(f->references.p[i]))
			continue;
		json_open_map(w);
		json_put_str(w, "url", f->references.p[i]);
		json_close_map(w);
	}
	json_close_list(w);
	put_location(w, r, f);
	json_close_map(w);
}

static int render_image(const struct report *r, struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "version", "15.0.7");
	put_scan(&w, r);
	json_key(&w, "vulnerabilities");
	json_open_list(&w);
	for (size_t i = 0; i < r->findings.n; i++)
		if (is_listed(vec_at(&r->findings, i)))
			put_vulnerability(&w, r, vec_at(&r->findings, i));
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	if (report_is_of_files(report))
		return renderer_find(STR("codeclimate"))->render(report, options, out, err);
	return render_image(report, out, err);
}

const struct renderer renderer_gitlab = {
	.id = "gitlab",
	.title = "container scanning (images) or code quality (files) for GitLab",
	.media_type = "application/json",
	.render = render,
};
