/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"
#include "tests/unit/test.h"

static struct finding vulnerability(const char *rule, const char *purl)
{
	return (struct finding){
		.kind = FINDING_VULNERABILITY,
		.rule = str_of(rule),
		.title = STR("a title"),
		.severity = SEVERITY_HIGH,
		.subject = {.kind = SUBJECT_PACKAGE, .purl = str_of(purl)},
		.risk = 10,
		.confidence = 1,
	};
}

static const struct finding *first(const struct report *r)
{
	return vec_at(&r->findings, 0);
}

static void add(struct report *r, const struct finding *f)
{
	struct err err = {0};

	assert_int_equal(report_add_finding(r, f, &err), 0);
}

TEST(an_id_depends_on_rule_and_subject_alone)
{
	struct finding a = vulnerability("CVE-2026-1", "pkg:deb/debian/a@1");
	struct finding b = a, c = a, d = a;
	CLEANUP(report_freep) struct report *r = report_new();
	const struct finding *all;

	b.severity = SEVERITY_LOW;
	b.title = STR("another title");
	c.rule = STR("CVE-2026-2");
	d.subject.purl = STR("pkg:deb/debian/b@1");
	add(r, &a);
	add(r, &b);
	add(r, &c);
	add(r, &d);
	all = first(r);
	assert_int_equal(all[0].id.n, 16);
	assert_true(str_eq(all[0].id, all[1].id));
	assert_false(str_eq(all[0].id, all[2].id));
	assert_false(str_eq(all[0].id, all[3].id));
}

TEST(evidence_tells_findings_of_other_kinds_apart)
{
	const struct str one[] = {{"line=1", 6}}, two[] = {{"line=2", 6}};
	struct finding a = {.kind = FINDING_SECRET, .rule = STR("token"), .evidence = {one, 1}};
	struct finding b = a;
	CLEANUP(report_freep) struct report *r = report_new();

	b.evidence = (struct str_list){two, 1};
	add(r, &a);
	add(r, &b);
	assert_false(str_eq(first(r)[0].id, first(r)[1].id));
}

TEST(findings_are_sorted_gravest_first_and_suppressed_ones_last)
{
	struct finding low = vulnerability("CVE-1", "pkg:a"),
		       high = vulnerability("CVE-2", "pkg:a");
	struct finding risky = high, off = high;
	CLEANUP(report_freep) struct report *r = report_new();

	low.severity = SEVERITY_LOW;
	risky.rule = STR("CVE-3");
	risky.risk = 90;
	off.rule = STR("CVE-4");
	off.severity = SEVERITY_CRITICAL;
	off.suppressed_by = STR(".plimsollignore:1");
	add(r, &off);
	add(r, &low);
	add(r, &high);
	add(r, &risky);
	report_finish(r);
	assert_str(first(r)[0].rule, "CVE-3");
	assert_str(first(r)[1].rule, "CVE-2");
	assert_str(first(r)[2].rule, "CVE-1");
	assert_str(first(r)[3].rule, "CVE-4");
}

TEST(a_severity_is_its_exact_name_or_the_names_are_told)
{
	enum severity s = SEVERITY_UNKNOWN;
	struct err err = {0};

	assert_int_equal(severity_parse(STR("high"), &s, &err), 0);
	assert_int_equal(s, SEVERITY_HIGH);
	assert_int_equal(severity_parse(STR("HIGH"), &s, &err), -ERR_USAGE);
	assert_string_equal(err.msg, "\"HIGH\" is no severity: critical, high, medium, low, "
				     "negligible or unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_id_depends_on_rule_and_subject_alone),
		RUN(evidence_tells_findings_of_other_kinds_apart),
		RUN(findings_are_sorted_gravest_first_and_suppressed_ones_last),
		RUN(a_severity_is_its_exact_name_or_the_names_are_told),
	};

	return RUN_ALL(tests);
}
