/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff.h"
#include "tests/unit/test.h"

static void add_package(struct report *r, const char *name, const char *version)
{
	struct report_package *p = vec_push(&r->packages);

	p->p.type = STR("deb");
	p->p.name = str_of(name);
	p->p.version = str_of(version);
}

static void add_finding(struct report *r, const char *rule, const char *name,
			enum severity severity)
{
	struct finding f = {.rule = str_of(rule), .severity = severity};

	f.subject.kind = SUBJECT_PACKAGE;
	f.subject.name = str_of(name);
	f.subject.purl = STR("pkg:deb/x");
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
}

static struct report *sample(bool is_after)
{
	struct report *r = report_new();

	add_package(r, "kept", "1");
	add_package(r, "moved", is_after ? "2" : "1");
	add_package(r, is_after ? "new" : "gone", "1");
	add_finding(r, "CVE-1", "kept", SEVERITY_LOW);
	add_finding(r, "CVE-1", "kept", SEVERITY_LOW); /* in another copy */
	add_finding(r, "CVE-2", "kept", is_after ? SEVERITY_HIGH : SEVERITY_LOW);
	add_finding(r, is_after ? "CVE-4" : "CVE-3", "moved", SEVERITY_MEDIUM);
	return r;
}

TEST(each_thing_is_told_once)
{
	CLEANUP(report_freep) struct report *before = sample(false);
	CLEANUP(report_freep) struct report *after = sample(true);
	CLEANUP(diff_done) struct diff d = {0};

	assert_int_equal(diff_make(before, after, &d, NULL), 0);
	for (int c = 0; c < DIFF_CHANGES; c++) {
		assert_int_equal(d.n_packages[c], 1);
		assert_int_equal(d.n_findings[c], 1);
	}
	const struct diff_finding *gone = vec_at(&d.findings, 1);

	assert_int_equal(gone->change, DIFF_REMOVED);
	assert_str(gone->before->rule, "CVE-3");
	assert_str(gone->now, "2");
	assert_true(diff_has_new(&d, SEVERITY_MEDIUM));
	assert_false(diff_has_new(&d, SEVERITY_HIGH)); /* CVE-2 was there before */
	assert_true(diff_is_complete(&d));
}

TEST(a_copy_that_is_accepted_does_not_hide_the_other)
{
	CLEANUP(report_freep) struct report *before = report_new();
	CLEANUP(report_freep) struct report *after = report_new();
	CLEANUP(diff_done) struct diff d = {0};
	struct finding *first;

	add_finding(after, "CVE-1", "twice", SEVERITY_HIGH);
	add_finding(after, "CVE-1", "twice", SEVERITY_HIGH);
	first = vec_at(&after->findings, 0);
	first->subject.version = STR("1");
	first->suppressed_by = STR(".plimsollignore:1");
	first[1].subject.version = STR("2");
	assert_int_equal(diff_make(before, after, &d, NULL), 0);
	assert_int_equal(d.findings.n, 1);
	assert_true(diff_has_new(&d, SEVERITY_HIGH));
}

TEST(what_is_no_longer_suppressed_counts_anew)
{
	CLEANUP(report_freep) struct report *before = report_new();
	CLEANUP(report_freep) struct report *after = report_new();
	CLEANUP(diff_done) struct diff d = {0};
	CLEANUP(diff_done) struct diff back = {0};

	add_finding(before, "CVE-1", "x", SEVERITY_HIGH);
	add_finding(after, "CVE-1", "x", SEVERITY_HIGH);
	((struct finding *)vec_at(&before->findings, 0))->suppressed_by = STR(".plimsollignore:1");
	assert_int_equal(diff_make(before, after, &d, NULL), 0);
	assert_true(diff_has_new(&d, SEVERITY_HIGH));
	assert_int_equal(diff_make(after, before, &back, NULL), 0);
	assert_false(diff_has_new(&back, SEVERITY_HIGH));
}

TEST(what_was_not_assessed_leaves_a_gap)
{
	CLEANUP(report_freep) struct report *before = sample(false);
	CLEANUP(report_freep) struct report *after = sample(true);
	CLEANUP(diff_done) struct diff d = {0};

	(void)report_add_coverage(after, STR("vulnerabilities"), COVERAGE_NOT_ASSESSED,
				  STR("no database"), STR_NULL, 0);
	assert_int_equal(diff_make(before, after, &d, NULL), 0);
	assert_int_equal(d.gaps.n, 1);
	assert_true(((const struct diff_gap *)vec_at(&d.gaps, 0))->is_after);
	assert_false(diff_is_complete(&d));
}

TEST(empty_reports_differ_in_nothing)
{
	CLEANUP(report_freep) struct report *before = report_new();
	CLEANUP(report_freep) struct report *after = report_new();
	CLEANUP(diff_done) struct diff d = {0};

	assert_int_equal(diff_make(before, after, &d, NULL), 0);
	assert_int_equal(d.packages.n + d.findings.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_thing_is_told_once),
		RUN(a_copy_that_is_accepted_does_not_hide_the_other),
		RUN(what_is_no_longer_suppressed_counts_anew),
		RUN(what_was_not_assessed_leaves_a_gap),
		RUN(empty_reports_differ_in_nothing),
	};

	return RUN_ALL(tests);
}
