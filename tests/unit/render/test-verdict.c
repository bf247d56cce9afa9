/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "render/render.h"
#include "report/report_read.h"
#include "tests/unit/render/sample.h"

#define OUTPUT_MAX (1u << 20)

static const struct str missing[] = {
	STR("language packages (npm): NOT ASSESSED, seen (app/package.json)"),
	STR("layer sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: only in part")};
static const struct verdict_evidence evidence[] = {
	{STR("CVE-2026-0001 curl 7.88.1-10"), STR("CVE-2026-0001 in curl 7.88.1-10 is critical"),
	 STR("0123456789abcdef")},
	{STR("pkg:deb/debian/evil\x1b[31m@1"), STR("evil\x1b[31m 1 is not wanted"), STR("")},
};
static const struct verdict_reason reasons[] = {
	{.rule = STR("no-grave"),
	 .title = STR("Nothing grave"),
	 .outcome = OUTCOME_DENY,
	 .effect = VERDICT_DENY,
	 .message = STR("CVE-2026-0001 in curl 7.88.1-10 is critical"),
	 .evidence = evidence,
	 .n_evidence = 2,
	 .count = 1203,
	 .not_assessed = {missing, 1}},
	{.rule = STR("root"),
	 .outcome = OUTCOME_WARN,
	 .effect = VERDICT_WARN,
	 .message = STR("the image runs | as root"),
	 .evidence = evidence,
	 .n_evidence = 1,
	 .count = 1},
	{.rule = STR("packages"),
	 .title =
		 STR("No package that is not wanted, whatever its name may be and whoever made it"),
	 .outcome = OUTCOME_UNKNOWN,
	 .effect = VERDICT_DENY,
	 .message = STR("cannot be decided: language packages (npm): NOT ASSESSED"),
	 .not_assessed = {missing, 2}},
	{.rule = STR("licenses"),
	 .outcome = OUTCOME_UNKNOWN,
	 .effect = VERDICT_ALLOW,
	 .message = STR("cannot be decided: language packages (npm): NOT ASSESSED"),
	 .not_assessed = {missing, 2}},
	{.rule = STR("age"),
	 .outcome = OUTCOME_UNKNOWN,
	 .effect = VERDICT_WARN,
	 .message = STR("cannot be decided: no such key: created")},
};
static const struct verdict_exception exceptions[] = {
	{.rule = STR("no-grave"),
	 .owner = STR("shop@example.com"),
	 .reason = STR("not reachable"),
	 .until = STR("2026-12-31"),
	 .line = 12,
	 .state = EXCEPTION_USED,
	 .count = 2},
	{.rule = STR("no-grave"),
	 .owner = STR("shop@example.com"),
	 .reason = STR("was being fixed"),
	 .until = STR("2025-12-31"),
	 .line = 16,
	 .state = EXCEPTION_EXPIRED,
	 .count = 1},
	{.rule = STR("root"),
	 .owner = STR("ops@example.com"),
	 .reason = STR("it is a base image"),
	 .until = STR("never"),
	 .line = 30,
	 .state = EXCEPTION_UNUSED},
};

static struct report *judged(void)
{
	struct report *r = sample_report();

	r->verdict = (struct verdict){.decision = VERDICT_DENY,
				      .policy = STR("team"),
				      .file = STR("team.yaml"),
				      .n_rules = 9,
				      .n_passed = 4,
				      .reasons = reasons,
				      .n_reasons = ARRAY_LEN(reasons),
				      .exceptions = exceptions,
				      .n_exceptions = ARRAY_LEN(exceptions)};
	return r;
}

static void check_golden(struct str got, const char *id, const char *file)
{
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(OUTPUT_MAX);
	struct err err = {0};
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/render/%s/%s", getenv("PLIMSOLL_FIXTURES"), id, file);
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

TEST(output_is_the_golden_file)
{
	static const struct {
		const char *id, *file;
		struct render_options options;
	} golden[] = {
		{"json", "expected.verdict.json", {0}},
		{"markdown", "expected.verdict.md", {0}},
		{"verdict", "expected.verdict.txt", {.width = 80, .unicode = true}},
		{"verdict", "expected.narrow.txt", {.width = 40}},
		{"verdict", "expected.color.txt", {.width = 80, .unicode = true, .color = true}},
	};

	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(report_freep) struct report *r = judged();

		assert_int_equal(renderer_find(str_of(golden[i].id))
					 ->render(r, &golden[i].options, &out, NULL),
				 0);
		check_golden(strbuf_str(&out), golden[i].id, golden[i].file);
	}
}

TEST(a_table_ends_with_the_verdict)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(report_freep) struct report *r = judged();

	assert_int_equal(renderer_find(STR("table"))
				 ->render(r, &(struct render_options){.width = 100}, &out, NULL),
			 0);
	assert_has(strbuf_cstr(&out),
		   "DENY by policy team: 9 rules, 4 passed, 1 denies, 1 warns, 3 "
		   "could not be decided.");
	assert_null(strchr(strbuf_cstr(&out), '\x1b'));
}

TEST(a_verdict_is_read_back)
{
	CLEANUP(strbuf_done) struct strbuf first = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(strbuf_done) struct strbuf second = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(report_freep) struct report *r = judged();
	CLEANUP(report_freep) struct report *back = NULL;
	const struct renderer *json = renderer_find(STR("json")),
			      *text = renderer_find(STR("verdict"));
	const struct render_options o = {.width = 80};
	struct err err = {0};

	assert_int_equal(json->render(r, &o, &first, NULL), 0);
	if (report_read(strbuf_str(&first), &back, &err) < 0)
		fail_msg("%s", err.msg);
	strbuf_reset(&first);
	assert_int_equal(text->render(r, &o, &first, NULL), 0);
	assert_int_equal(text->render(back, &o, &second, NULL), 0);
	assert_string_equal(strbuf_cstr(&second), strbuf_cstr(&first));
	assert_int_equal(back->verdict.reasons[0].count, 1203);
	assert_str(back->verdict.exceptions[1].reason, "was being fixed");
}

TEST(a_decision_that_is_none_is_told)
{
	static const char text[] =
		"{\"schema\":\"plimsoll.report/1\",\"verdict\":{\"decision\":\"perhaps\"}}";
	struct report *r = NULL;
	struct err err = {0};

	assert_int_equal(report_read(STR(text), &r, &err), -ERR_FORMAT);
	assert_has(err.msg, "decision: \"perhaps\" is not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(output_is_the_golden_file),
		RUN(a_table_ends_with_the_verdict),
		RUN(a_verdict_is_read_back),
		RUN(a_decision_that_is_none_is_told),
	};

	return RUN_ALL(tests);
}
