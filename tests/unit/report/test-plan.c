/* SPDX-License-Identifier: Apache-2.0 */
#include "report/plan.h"

#include "base/strbuf.h"
#include "tests/unit/test.h"

struct row {
	const char *rule, *package, *version, *source, *source_version, *fix;
	enum severity severity;
	double risk;
	bool exploited;
	const char *suppressed, *subscription;
};

static void add(struct report *r, const struct row *row)
{
	struct finding f = {.kind = FINDING_VULNERABILITY,
			    .rule = str_of(row->rule),
			    .severity = row->severity,
			    .risk = row->risk,
			    .known_exploited = row->exploited,
			    .fix_version = str_of(row->fix),
			    .suppressed_by = str_of(row->suppressed)};
	struct str *step = arena_alloc(&r->arena, sizeof *step);

	f.subject = (struct finding_subject){.kind = SUBJECT_PACKAGE,
					     .name = str_of(row->package),
					     .version = str_of(row->version),
					     .source_name = str_of(row->source),
					     .source_version = str_of(row->source_version)};
	f.subject.purl = arena_strf(&r->arena, "pkg:deb/debian/%s@%s", row->package, row->version);
	if (row->subscription) {
		*step = arena_strf(&r->arena, "subscription=%s", row->subscription);
		f.evidence = (struct str_list){step, 1};
	}
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
}

/* "openssl 3.0.11 -> 3.0.17 2/1x 3p 45; zlib .." and what is left: "| CVE-9 x2" */
static void check(const struct row *rows, size_t n, const char *want)
{
	struct report *r = report_new();
	struct strbuf sb = STRBUF_INIT(1 << 16);
	struct plan plan;

	for (size_t i = 0; i < n; i++)
		add(r, &rows[i]);
	assert_int_equal(plan_make(r, &plan, NULL), 0);
	for (size_t i = 0; i < plan.n; i++) {
		const struct action *a = &plan.actions[i];

		strbuf_addf(&sb, "%s%.*s %.*s -> %.*s%s%.*s: %d by %d, %d exploited, %s, risk %g",
			    i ? "; " : "", STR_FMT(a->package), STR_FMT(a->from), STR_FMT(a->to),
			    a->channel.n ? " from " : "", STR_FMT(a->channel), (int)a->n_findings,
			    (int)a->n_packages, (int)a->n_exploited, severity_name(a->worst),
			    a->risk);
	}
	for (size_t i = 0; i < plan.n_left; i++) {
		const struct finding *f = vec_at(&r->findings, plan.left[i].finding);

		strbuf_addf(&sb, " | %.*s x%d", STR_FMT(f->rule), (int)plan.left[i].n_packages);
	}
	strbuf_addf(&sb, " = %d high, %d exploited", (int)plan.n_by_severity[SEVERITY_HIGH],
		    (int)plan.n_exploited);
	assert_string_equal(strbuf_cstr(&sb), want);
	strbuf_done(&sb);
	plan_done(&plan);
	report_free(r);
}

TEST(one_upgrade_of_a_source_removes_all_its_findings)
{
	static const struct row rows[] = {
		{"CVE-1", "libssl3", "3.0.11", "openssl", "3.0.11", "3.0.15", SEVERITY_HIGH, 20,
		 true, NULL, NULL},
		{"CVE-1", "openssl", "3.0.11", "openssl", "3.0.11", "3.0.15", SEVERITY_HIGH, 20,
		 true, NULL, NULL},
		{"CVE-2", "libssl3", "3.0.11", "openssl", "3.0.11", "3.0.9", SEVERITY_LOW, 5, false,
		 NULL, NULL},
		{"CVE-3", "libssl3", "3.0.11", "openssl", "3.0.11", "3.0.17", SEVERITY_MEDIUM, 7,
		 false, NULL, NULL},
	};

	check(rows, ARRAY_LEN(rows),
	      "openssl 3.0.11 -> 3.0.17: 3 by 2, 1 exploited, high, risk 32 = 1 high, 1 exploited");
}

TEST(versions_side_by_side_are_two_actions)
{
	static const struct row rows[] = {
		{"CVE-1", "a", "1", NULL, NULL, "3", SEVERITY_HIGH, 20, false, NULL, NULL},
		{"CVE-1", "a", "2", NULL, NULL, "3", SEVERITY_HIGH, 20, false, NULL, NULL},
	};

	check(rows, ARRAY_LEN(rows),
	      "a 1 -> 3: 1 by 1, 0 exploited, high, risk 20; "
	      "a 2 -> 3: 1 by 1, 0 exploited, high, risk 20 = 2 high, 0 exploited");
}

TEST(most_risk_goes_first_then_the_name)
{
	static const struct row rows[] = {
		{"CVE-1", "b", "1", NULL, NULL, "2", SEVERITY_LOW, 10, false, NULL, NULL},
		{"CVE-2", "a", "1", NULL, NULL, "2", SEVERITY_LOW, 10, false, NULL, NULL},
		{"CVE-3", "c", "1", NULL, NULL, "2", SEVERITY_LOW, 6, false, NULL, NULL},
		{"CVE-4", "c", "1", NULL, NULL, "2", SEVERITY_LOW, 6, false, NULL, NULL},
		{"CVE-5", "d", "1", NULL, NULL, "2", SEVERITY_LOW, -1, false, NULL, NULL},
	};

	check(rows, ARRAY_LEN(rows),
	      "c 1 -> 2: 2 by 1, 0 exploited, low, risk 12; "
	      "a 1 -> 2: 1 by 1, 0 exploited, low, risk 10; "
	      "b 1 -> 2: 1 by 1, 0 exploited, low, risk 10; "
	      "d 1 -> 2: 1 by 1, 0 exploited, low, risk 0 = 0 high, 0 exploited");
}

TEST(a_fix_behind_a_subscription_says_so)
{
	static const struct row rows[] = {
		{"CVE-1", "a", "1", NULL, NULL, "2", SEVERITY_LOW, 1, false, NULL, NULL},
		{"CVE-2", "a", "1", NULL, NULL, "2+esm1", SEVERITY_LOW, 1, false, NULL, "esm-apps"},
	};

	check(rows, ARRAY_LEN(rows),
	      "a 1 -> 2+esm1 from esm-apps: 2 by 1, 0 exploited, low, risk 2 = 0 high, 0 "
	      "exploited");
}

TEST(what_has_no_fix_is_left_once_a_source)
{
	static const struct row rows[] = {
		{"CVE-1", "libc6", "2.36", "glibc", "2.36", NULL, SEVERITY_HIGH, 9, true, NULL,
		 NULL},
		{"CVE-1", "libc-bin", "2.36", "glibc", "2.36", NULL, SEVERITY_HIGH, 9, true, NULL,
		 NULL},
		{"CVE-1", "libc-bin", "2.36", "glibc", "2.36", NULL, SEVERITY_HIGH, 9, true, NULL,
		 NULL},
		{"CVE-1", "other", "1", NULL, NULL, NULL, SEVERITY_HIGH, 9, false, NULL, NULL},
	};

	check(rows, ARRAY_LEN(rows), " | CVE-1 x2 | CVE-1 x1 = 2 high, 1 exploited");
}

TEST(suppressed_findings_are_nowhere)
{
	static const struct row rows[] = {
		{"CVE-1", "a", "1", NULL, NULL, "2", SEVERITY_HIGH, 9, true, "rule 1", NULL},
		{"CVE-2", "a", "1", NULL, NULL, NULL, SEVERITY_HIGH, 9, true, "rule 1", NULL},
	};

	check(rows, ARRAY_LEN(rows), " = 0 high, 0 exploited");
}

TEST(findings_of_other_kinds_are_left)
{
	const struct finding f = {.kind = FINDING_SECRET,
				  .rule = STR("private-key"),
				  .severity = SEVERITY_HIGH,
				  .subject = {.kind = SUBJECT_FILE, .path = STR("root/.ssh/id")}};
	struct report *r = report_new();
	struct plan plan;

	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	assert_int_equal(plan_make(r, &plan, NULL), 0);
	assert_int_equal(plan.n, 0);
	assert_int_equal(plan.n_left, 1);
	assert_int_equal(plan.left[0].n_packages, 0);
	plan_done(&plan);
	report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(one_upgrade_of_a_source_removes_all_its_findings),
		RUN(versions_side_by_side_are_two_actions),
		RUN(most_risk_goes_first_then_the_name),
		RUN(a_fix_behind_a_subscription_says_so),
		RUN(what_has_no_fix_is_left_once_a_source),
		RUN(suppressed_findings_are_nowhere),
		RUN(findings_of_other_kinds_are_left),
	};

	return RUN_ALL(tests);
}
