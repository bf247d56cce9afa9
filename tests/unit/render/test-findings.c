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
#include "tests/unit/render/readable.h"
#include "tests/unit/render/sample_findings.h"

#define OUTPUT_MAX 1048576

static const char *const golden[][2] = {
	{"checkstyle", "xml"},	  {"codeclimate", "json"}, {"cyclonedx-json", "json"},
	{"cyclonedx-xml", "xml"}, {"github", "txt"},	   {"gitlab", "json"},
	{"html", "html"},	  {"json", "json"},	   {"junit", "xml"},
	{"lint", "txt"},	  {"markdown", "md"},	   {"sarif", "json"},
	{"table", "txt"},
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
		check_golden(readable(strbuf_str(&out)), path);
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

/* A finding of a rule at columns of a line. */
static struct report *report_of_line(const char *source, uint64_t column, uint64_t end_column)
{
	struct report *r = report_new();
	struct finding_location *at = arena_alloc(&r->arena, sizeof *at);
	struct str *evidence = arena_alloc(&r->arena, sizeof *evidence);
	struct finding f = {.kind = FINDING_MISCONFIGURATION,
			    .rule = STR("some-rule"),
			    .title = STR("wrong"),
			    .fix_action = STR("Write\n::error::it."),
			    .severity = SEVERITY_MEDIUM,
			    .subject = {.kind = SUBJECT_INSTRUCTION, .name = STR("RUN")},
			    .locations = at,
			    .n_locations = 1,
			    .evidence = {evidence, 1},
			    .risk = -1};

	assert_true(at && evidence);
	*at = (struct finding_location){.path = STR("a,b:c/Dockerfile"),
					.line = 3,
					.column = column,
					.end_line = 3,
					.end_column = end_column};
	*evidence = arena_strf(&r->arena, "source=%s", source);
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	return r;
}

TEST(the_mark_stands_below_what_is_wrong)
{
	static const struct {
		const char *source;
		uint64_t column, end_column;
		const char *want;
		bool ascii;
	} rows[] = {
		{"RUN cd x", 5, 7, "| RUN cd x\n         |     ^^\n", false},
		{"\tRUN", 2, 5, "|     RUN\n         |     ^^^\n", false},
		{"a\tRUN", 3, 4, "| a   RUN\n         |     ^\n", false},
		{"日本 RUN", 4, 7, "| 日本 RUN\n         |      ^^^\n", false},
		{"\x1b RUN", 3, 6, "| \\x1b RUN\n         |      ^^^\n", false},
		{"é RUN", 3, 6, "| \\xc3\\xa9 RUN\n         |          ^^^\n", true},
		{"RUN x", 0, 0, "| RUN x\n         Write", false},
		{"RUN x", 5, 0, "| RUN x\n         |     ^\n", false},
		/* 29 columns are left of 40. */
		{"0123456789012345678901234567890123456789", 2, 4,
		 "| 0123456789012345678901234567…\n         |  ^^\n", false},
		{"0123456789012345678901234567890123456789", 31, 33,
		 "| …2345678901234567890123456789\n         |                    ^^\n", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep)
		struct report *r =
			report_of_line(rows[i].source, rows[i].column, rows[i].end_column);
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		const struct render_options options = {.width = 40, .unicode = !rows[i].ascii};

		assert_int_equal(renderer_find(STR("lint"))->render(r, &options, &out, NULL), 0);
		assert_has(strbuf_cstr(&out), rows[i].want);
	}
}

TEST(formats_that_annotate_tell_columns_and_ends)
{
	static const struct {
		const char *format, *want;
	} rows[] = {
		{"checkstyle",
		 "<file name=\"a,b:c/Dockerfile\">\n    <error line=\"3\" column=\"5\" "
		 "severity=\"warning\""},
		{"github", "::warning file=a%2Cb%3Ac/Dockerfile,line=3,endLine=3,col=5,"
			   "endColumn=6,title=some-rule::wrong. Fix: Write\\x0a::error::it.\n"},
		{"codeclimate", "\"end\": {\n          \"line\": 3,\n          \"column\": 6\n"},
		{"gitlab", "\"check_name\": \"some-rule\""},
		{"sarif", "\"endColumn\": 7"},
		{"sarif", "\"uriBaseId\": \"%SRCROOT%\""},
		{"junit", "name=\"some-rule in a,b:c/Dockerfile:3:5\""},
		{"markdown", "`a,b:c/Dockerfile:3`"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = report_of_line("RUN cd x", 5, 7);
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		render_sample(rows[i].format, r, &out);
		assert_has(strbuf_cstr(&out), rows[i].want);
	}
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
		RUN(the_mark_stands_below_what_is_wrong),
		RUN(formats_that_annotate_tell_columns_and_ends),
		RUN(nothing_of_an_image_becomes_markup),
		RUN(only_web_addresses_become_links),
		RUN(long_lists_are_cut_and_counted_in_markdown),
	};

	return RUN_ALL(tests);
}
