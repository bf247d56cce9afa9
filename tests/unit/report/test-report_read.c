/* SPDX-License-Identifier: Apache-2.0 */
/* A report that is read back says the same: in every format that carries findings. */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "render/render.h"
#include "report/report_read.h"
#include "tests/unit/render/sample_findings.h"

#define OUTPUT_MAX 1048576

static void render(const char *id, const struct report *r, struct strbuf *out)
{
	assert_int_equal(
		renderer_find(str_of(id))->render(r, &(struct render_options){0}, out, NULL), 0);
}

TEST(a_report_read_back_renders_the_same)
{
	static const char *const formats[] = {"sarif",	    "junit",	   "markdown",
					      "checkstyle", "codeclimate", "github"};
	CLEANUP(report_freep) struct report *report = sample_report_with_findings();
	CLEANUP(report_freep) struct report *again = NULL;
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(OUTPUT_MAX);
	struct err err = {0};

	report->n_hidden_once = report->n_hidden; /* a document holds one of the two */
	render("json", report, &json);
	if (report_read(strbuf_str(&json), &again, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(OUTPUT_MAX);

		render(formats[i], report, &want);
		render(formats[i], again, &got);
		assert_str(strbuf_str(&got), strbuf_cstr(&want));
	}
	assert_int_equal(again->packages.n, report->packages.n);
	assert_int_equal(again->problems.n, report->problems.n);
	assert_int_equal(again->image.history.n, report->image.history.n);
	assert_str(again->distro.release, "debian-12");
}

TEST(packages_come_back_as_they_are_asked)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(report_freep) struct report *again = NULL;
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(OUTPUT_MAX);

	render("json", report, &json);
	assert_int_equal(report_read(strbuf_str(&json), &again, NULL), 0);
	for (size_t i = 0; i < report->packages.n; i++) {
		const struct report_package *a = vec_at(&report->packages, i);
		const struct report_package *b = vec_at(&again->packages, i);

		assert_true(str_eq(a->purl, b->purl) && str_eq(a->p.version, b->p.version));
		assert_true(str_eq(a->p.source_name, b->p.source_name));
		assert_true(str_eq(a->p.source_version, b->p.source_version));
		assert_true(str_eq(a->p.vendor, b->p.vendor) && str_eq(a->p.arch, b->p.arch));
		assert_true(str_eq(a->p.modularity, b->p.modularity));
		assert_true(str_eq(a->layer, b->layer) && str_eq(a->db_path, b->db_path));
	}
}

TEST(reports_are_told_by_their_first_bytes)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {{"{\n  \"schema\": \"plimsoll.report/1\"", true},
		    {"  {\"schema\":\"plimsoll.report/2\"}", true},
		    {"[\"plimsoll.report/1\"]", false},
		    {"{\"bomFormat\": \"CycloneDX\"}", false},
		    {"", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (report_is_json(str_of(rows[i].text)) != rows[i].is)
			fail_msg("%s", rows[i].text);
}

TEST(what_is_no_report_is_refused_with_its_place)
{
	static const char *const rows[][2] = {
		{"{", "line 1"},
		{"{}", "schema \"\": plimsoll.report/1 is read"},
		{"{\"schema\": \"plimsoll.report/1\", \"findings\": [{}]}",
		 "findings 1: kind: \"\" is not known"},
		{"{\"schema\": \"plimsoll.report/1\", \"findings\": [7]}",
		 "findings 1: kind: \"\" is not known"},
		{"{\"schema\": \"plimsoll.report/1\", \"coverage\": [{\"state\": \"so so\"}]}",
		 "coverage 1: state: \"so so\" is not known"},
		{"{\"schema\": \"plimsoll.report/1\", \"ignore_rules\": [{\"state\": 1}]}",
		 "ignore_rules 1: state: \"\" is not known"},
		{"{\"schema\": \"plimsoll.report/1\", \"findings\": {\"a\": {}}}",
		 "findings is no list"},
		{"{\"schema\": \"plimsoll.report/1\", \"problems\": 0}", "problems is no list"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = NULL;
		struct err err = {0};

		assert_int_equal(report_read(str_of(rows[i][0]), &r, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i][1]);
	}
}

TEST(odd_types_are_passed_over)
{
	CLEANUP(report_freep) struct report *r = NULL;

	assert_int_equal(report_read(STR("{\"schema\": \"plimsoll.report/1\", \"target\": [], "
					 "\"image\": 7, \"distro\": \"x\", \"layers\": null, "
					 "\"packages\": [{\"name\": 1, \"licenses\": 3}], "
					 "\"summary\": null}"),
				     &r, NULL),
			 0);
	assert_false(r->has_image);
	assert_int_equal(r->packages.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_report_read_back_renders_the_same),
		RUN(packages_come_back_as_they_are_asked),
		RUN(reports_are_told_by_their_first_bytes),
		RUN(what_is_no_report_is_refused_with_its_place),
		RUN(odd_types_are_passed_over),
	};

	return RUN_ALL(tests);
}
