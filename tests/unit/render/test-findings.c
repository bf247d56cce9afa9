/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats that carry findings, against tests/fixtures/render/<id>/expected.findings.*, which
 * tools/update-golden.sh rewrites.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "codec/json.h"
#include "render/markdown_text.h"
#include "render/render.h"
#include "tests/unit/render/sample_findings.h"

#define OUTPUT_MAX 1048576

static const char *const golden[][2] = {
	{"cyclonedx-json", "json"}, {"cyclonedx-xml", "xml"}, {"json", "json"}, {"junit", "xml"},
	{"markdown", "md"},	    {"sarif", "json"},	      {"table", "txt"},
};

static void render_sample(const char *id, struct report *report, struct strbuf *out)
{
	const struct renderer *f = renderer_find(str_of(id));
	struct err err = {0};

	assert_non_null(f);
	if (f->render(report, &(struct render_options){0}, out, &err) < 0)
		fail_msg("%s: %s", id, err.msg);
}

static void check_golden(struct str got, const char *path)
{
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(OUTPUT_MAX);
	struct err err = {0};

	if (getenv("PLIMSOLL_UPDATE_GOLDEN")) {
		CLEANUP(fd_closep)
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

		assert_int_equal(fd_write_all(fd, got, NULL), 0);
		return;
	}
	if (file_read(path, &want, &err) < 0)
		fail_msg("%s", err.msg);
	if (!str_eq(got, strbuf_str(&want)))
		fail_msg("%s differs; got:\n%.*s", path, STR_FMT(got));
}

TEST(findings_are_rendered_as_the_golden_files_say)
{
	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		CLEANUP(report_freep) struct report *report = sample_report_with_findings();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		char path[4096];

		render_sample(golden[i][0], report, &out);
		snprintf(path, sizeof path, "%s/render/%s/expected.findings.%s",
			 getenv("PLIMSOLL_FIXTURES"), golden[i][0], golden[i][1]);
		check_golden(strbuf_str(&out), path);
	}
}

TEST(the_order_in_which_findings_came_does_not_show)
{
	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		CLEANUP(report_freep) struct report *a = sample_report_with_findings();
		CLEANUP(report_freep) struct report *b = sample_report_with_findings();
		CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT(OUTPUT_MAX);
		struct finding *p = b->findings.p, first = p[0];

		p[0] = p[b->findings.n - 1];
		p[b->findings.n - 1] = first;
		report_finish(b);
		render_sample(golden[i][0], a, &one);
		render_sample(golden[i][0], b, &other);
		assert_true(str_eq(strbuf_str(&one), strbuf_str(&other)));
	}
}

/* The pages know no other severity than the number: it must say what we decided. */
TEST(security_severity_lies_in_the_band_of_the_severity)
{
	static const struct {
		enum severity severity;
		double score;
		const char *want;
	} rows[] = {
		{SEVERITY_CRITICAL, 9.8, "9.8"}, {SEVERITY_CRITICAL, 5.0, "9.0"},
		{SEVERITY_HIGH, 9.8, "8.9"},	 {SEVERITY_MEDIUM, 5.3, "5.3"},
		{SEVERITY_LOW, 9.8, "3.9"},	 {SEVERITY_NEGLIGIBLE, -1, "0.1"},
		{SEVERITY_UNKNOWN, 6.1, "6.1"},	 {SEVERITY_HIGH, -1, "7.0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *report = sample_report();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		struct finding f = sample_in_package(report, 0, "CVE-1");
		struct finding_cvss cvss = sample_cvss[0];
		char want[64];

		cvss.score = rows[i].score;
		f.severity = rows[i].severity;
		f.cvss = &cvss;
		f.n_cvss = 1;
		assert_int_equal(report_add_finding(report, &f, NULL), 0);
		render_sample("sarif", report, &out);
		snprintf(want, sizeof want, "\"security-severity\": \"%s\"", rows[i].want);
		assert_has(strbuf_cstr(&out), want);
	}
}

/* Two packages that are alike but for their version are two results. */
TEST(fingerprints_survive_an_upgrade_and_stay_distinct)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
	struct finding f = sample_in_package(report, 0, "CVE-1"), later = f;
	struct str first, rest, second;
	const struct str mark = STR("\"primaryLocationLineHash\": \"");

	later.subject.version = STR("8.0-1");
	later.subject.purl = STR("pkg:deb/debian/curl@8.0-1");
	assert_int_equal(report_add_finding(report, &f, NULL), 0);
	assert_int_equal(report_add_finding(report, &later, NULL), 0);
	render_sample("sarif", report, &out);
	rest = strbuf_str(&out);
	rest = str_skip(rest, str_find(rest, mark) + mark.n);
	first = str_sub(rest, 0, 18);
	rest = str_skip(rest, str_find(rest, mark) + mark.n);
	second = str_sub(rest, 0, 18);
	assert_true(str_eq(str_sub(first, 0, 16), str_sub(second, 0, 16)));
	assert_true(str_has_suffix(first, STR(":1")) && str_has_suffix(second, STR(":2")));
}

/* GitHub refuses a document of more results, and one with a result that lies in no file. */
TEST(sarif_stays_within_the_limits_of_github)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(256 * (size_t)OUTPUT_MAX);
	const struct str mark = STR("\"ruleId\": ");
	struct str rest;
	size_t at, n_results = 0;

	for (unsigned i = 0; i < 25002; i++) {
		struct finding f = sample_in_package(report, 0, "CVE-LOW");

		f.subject.version = arena_strf(&report->arena, "%u", i);
		f.rule = i == 25001 ? STR("CVE-HIGH") : f.rule;
		f.severity = i == 25001 ? SEVERITY_HIGH : SEVERITY_LOW;
		f.n_locations = i == 25001 ? 0 : 1;
		assert_int_equal(report_add_finding(report, &f, NULL), 0);
	}
	render_sample("sarif", report, &out);
	for (rest = strbuf_str(&out); (at = str_find(rest, mark)) < rest.n; n_results++)
		rest = str_skip(rest, at + mark.n);
	assert_int_equal(n_results, 25000);
	assert_has(strbuf_cstr(&out), "2 of 25002 findings, the least severe ones, are not listed");
	assert_has(strbuf_cstr(&out), "\"ruleId\": \"CVE-HIGH\"");
	assert_has(strbuf_cstr(&out), "\"uri\": \"image\"");
}

TEST(locations_that_sarif_leaves_out_are_told)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
	static const struct finding_location many[1003];
	struct finding f = sample_in_package(report, 0, "CVE-MANY");

	f.locations = many;
	f.n_locations = ARRAY_LEN(many);
	assert_int_equal(report_add_finding(report, &f, NULL), 0);
	render_sample("sarif", report, &out);
	assert_has(strbuf_cstr(&out), "\"3 locations are not listed: GitHub takes no result with "
				      "more than 1000\"");
	assert_null(strstr(strbuf_cstr(&out), "findings, the least severe ones"));
}

TEST(nothing_of_an_image_becomes_markup)
{
	static const struct {
		const char *in, *text, *code;
	} rows[] = {
		{"plain 1.2-3", "plain 1.2-3", "`plain 1.2-3`"},
		{"<img src=x>", "\\<img src=x\\>", "`<img src=x>`"},
		{"a|b`c", "a\\|b\\`c", "`a\\|b'c`"},
		{"[x](y) *z* _w_ #1", "\\[x\\](y) \\*z\\* \\_w\\_ \\#1", "`[x](y) *z* _w_ #1`"},
		{"one\ntwo", "one\\\\x0atwo", "`one\\x0atwo`"},
		{"", "", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(strbuf_done) struct strbuf code = STRBUF_INIT(OUTPUT_MAX);

		markdown_add(&text, str_of(rows[i].in));
		markdown_add_code(&code, str_of(rows[i].in));
		assert_str(strbuf_str(&text), rows[i].text);
		assert_str(strbuf_str(&code), rows[i].code);
	}
}

TEST(only_web_addresses_become_links)
{
	static const struct {
		const char *url;
		bool is;
	} rows[] = {{"https://example.com/a?b=c&d#e", true},
		    {"http://example.com", true},
		    {"javascript:alert(1)", false},
		    {"https://", false},
		    {"https://a b", false},
		    {"https://a>b", false},
		    {"ftp://example.com", false},
		    {"https://a)b", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_web_address(str_of(rows[i].url)) != rows[i].is)
			fail_msg("%s", rows[i].url);
}

TEST(long_lists_are_cut_and_counted_in_markdown)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

	for (int i = 0; i < 300; i++) {
		struct str rule = arena_strf(&report->arena, "CVE-2026-%04d", i);
		struct finding f = sample_in_package(report, 0, rule.p);

		assert_int_equal(report_add_finding(report, &f, NULL), 0);
	}
	report_finish(report);
	render_sample("markdown", report, &out);
	assert_has(strbuf_cstr(&out), "100 more rows; `--format json` lists all.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(findings_are_rendered_as_the_golden_files_say),
		RUN(the_order_in_which_findings_came_does_not_show),
		RUN(security_severity_lies_in_the_band_of_the_severity),
		RUN(fingerprints_survive_an_upgrade_and_stay_distinct),
		RUN(sarif_stays_within_the_limits_of_github),
		RUN(locations_that_sarif_leaves_out_are_told),
		RUN(nothing_of_an_image_becomes_markup),
		RUN(only_web_addresses_become_links),
		RUN(long_lists_are_cut_and_counted_in_markdown),
	};

	return RUN_ALL(tests);
}
