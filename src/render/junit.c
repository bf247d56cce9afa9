/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as JUnit XML, for the test pages of CI servers.
 *
 * Two suites: "findings" has one case a finding, failed, or skipped when a rule suppresses it; and
 * "coverage" one case for each thing that was to be looked at: passed, or skipped with the reason
 * when it was not assessed or only partially. So an image in which nothing was looked at shows no
 * passed case.
 *
 * Format: there is no specification; this keeps to what Jenkins' junit-10.xsd and GitLab take
 * (https://github.com/jenkinsci/xunit-plugin, types/model/xsd/junit-10.xsd). Times are 0: a report
 * does not know how long it took.
 */
#include "base/cleanup.h"
#include "codec/xml_writer.h"
#include "render/places.h"
#include "render/render.h"
#include "render/tally.h"

#define TEXT_MAX  1048576
#define PART_MAX  4096 /* bytes of one field in a text; more is cut */
#define LINES_MAX 64   /* of evidence, and of references */

static void attr_count(struct xml_writer *w, const char *name, uint64_t n)
{
	char text[24];

	xml_attr(
		w, name,
		str_make(text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)n)));
}

struct totals {
	uint64_t tests, failures, skipped;
};

static struct totals count_findings(const struct report *r)
{
	struct finding_counts n = finding_counts_of(r);

	return (struct totals){r->findings.n, r->findings.n - n.suppressed, n.suppressed};
}

static struct totals count_coverage(const struct report *r)
{
	struct totals t = {.tests = r->coverage.n};

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		t.skipped += c->state != COVERAGE_ASSESSED;
	}
	return t;
}

static void put_totals(struct xml_writer *w, const struct totals *t)
{
	attr_count(w, "tests", t->tests);
	attr_count(w, "failures", t->failures);
	attr_count(w, "errors", 0);
	attr_count(w, "skipped", t->skipped);
	xml_attr(w, "time", STR("0"));
}

static void open_suite(struct xml_writer *w, const char *name, const struct totals *t)
{
	xml_open(w, "testsuite");
	xml_attr(w, "name", str_of(name));
	put_totals(w, t);
}

/* "CVE-2023-0286 in openssl 3.0.2-0ubuntu1", "apt-recommends in Dockerfile:3:5" */
static void add_name(struct strbuf *sb, const struct finding *f)
{
	struct str what = f->subject.name.n ? f->subject.name : f->subject.path;
	const struct finding_location *at = place_of(f);

	strbuf_add(sb, str_sub(f->rule, 0, PART_MAX));
	strbuf_adds(sb, " in ");
	if (at->line) {
		strbuf_add(sb, str_sub(place_path(f), 0, PART_MAX));
		strbuf_addf(sb, ":%llu", (unsigned long long)at->line);
		if (at->column)
			strbuf_addf(sb, ":%llu", (unsigned long long)at->column);
		return;
	}
	strbuf_add(sb, str_sub(what, 0, PART_MAX));
	if (f->subject.version.n) {
		strbuf_addc(sb, ' ');
		strbuf_add(sb, str_sub(f->subject.version, 0, PART_MAX));
	}
}

static void add_message(struct strbuf *sb, const struct finding *f)
{
	strbuf_adds(sb, severity_name(f->severity));
	strbuf_adds(sb, f->known_exploited ? ", known to be exploited: " : ": ");
	strbuf_add(sb, str_sub(f->title, 0, PART_MAX));
	if (f->fix_action.n) {
		strbuf_adds(sb, "; ");
		strbuf_add(sb, str_sub(f->fix_action, 0, PART_MAX));
	}
}

static void add_body(struct strbuf *sb, const struct finding *f)
{
	strbuf_addf(sb, "id: %.*s\nseverity: %s", STR_FMT(f->id), severity_name(f->severity));
	if (f->severity_source.n)
		strbuf_addf(sb, " (%.*s)", STR_FMT(str_sub(f->severity_source, 0, PART_MAX)));
	strbuf_addf(sb, "\nstatus: %s\n", finding_status_name(f->status));
	for (size_t i = 0; i < f->evidence.n && i < LINES_MAX; i++) {
		struct str key = f->evidence.p[i], value = STR_NULL;

		(void)str_cut(f->evidence.p[i], '=', &key, &value);
		strbuf_add(sb, str_sub(key, 0, PART_MAX));
		strbuf_adds(sb, ": ");
		strbuf_add(sb, str_sub(value, 0, PART_MAX));
		strbuf_addc(sb, '\n');
	}
	for (size_t i = 0; i < f->references.n && i < LINES_MAX; i++) {
		strbuf_add(sb, str_sub(f->references.p[i], 0, PART_MAX));
		strbuf_addc(sb, '\n');
	}
}

static void put_finding_case(struct xml_writer *w, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);

	xml_open(w, "testcase");
	add_name(&sb, f);
	xml_attr(w, "name", strbuf_str(&sb));
	xml_attr(w, "classname",
		 f->subject.purl.n ? f->subject.purl
				   : (place_of(f)->line ? place_path(f)
							: str_of(finding_kind_name(f->kind))));
	xml_attr(w, "time", STR("0"));
	strbuf_reset(&sb);
	if (f->suppressed_by.n) {
		strbuf_adds(&sb, "suppressed by ");
		strbuf_add(&sb, str_sub(f->suppressed_by, 0, PART_MAX));
		strbuf_adds(&sb, f->suppressed_reason.n ? ": " : "");
		strbuf_add(&sb, str_sub(f->suppressed_reason, 0, PART_MAX));
		xml_open(w, "skipped");
		xml_attr(w, "message", strbuf_str(&sb));
		xml_close(w);
	} else {
		add_message(&sb, f);
		xml_open(w, "failure");
		xml_attr(w, "message", strbuf_str(&sb));
		xml_attr(w, "type", str_of(severity_name(f->severity)));
		strbuf_reset(&sb);
		add_body(&sb, f);
		xml_content(w, strbuf_str(&sb));
		xml_close(w);
	}
	xml_close(w);
}

static void put_coverage_case(struct xml_writer *w, const struct coverage *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);

	xml_open(w, "testcase");
	xml_attr(w, "name", c->what);
	xml_attr(w, "classname", STR("coverage"));
	xml_attr(w, "time", STR("0"));
	if (c->state != COVERAGE_ASSESSED) {
		strbuf_adds(&sb, c->state == COVERAGE_PARTIAL ? "assessed only partially: "
							      : "NOT ASSESSED: ");
		strbuf_add(&sb, str_sub(c->reason, 0, PART_MAX));
		xml_open(w, "skipped");
		xml_attr(w, "message", strbuf_str(&sb));
		xml_close(w);
	}
	xml_close(w);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct totals findings = count_findings(report), coverage = count_coverage(report);
	struct totals all = {findings.tests + coverage.tests, findings.failures,
			     findings.skipped + coverage.skipped};
	struct xml_writer w;

	xml_writer_init(&w, out);
	xml_open(&w, "testsuites");
	xml_attr(&w, "name",
		 report_is_of_files(report) ? STR("files")
		 : report->image.name.n	    ? report->image.name
					    : report->target.given);
	put_totals(&w, &all);
	open_suite(&w, "findings", &findings);
	for (size_t i = 0; i < report->findings.n; i++)
		put_finding_case(&w, vec_at(&report->findings, i));
	xml_close(&w);
	open_suite(&w, "coverage", &coverage);
	for (size_t i = 0; i < report->coverage.n; i++)
		put_coverage_case(&w, vec_at(&report->coverage, i));
	xml_close(&w);
	xml_close(&w);
	return strbuf_check(out, err);
}

const struct renderer renderer_junit = {
	.id = "junit",
	.title = "JUnit XML for the test pages of CI servers",
	.media_type = "application/xml",
	.render = render,
};
