/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of sample.h with findings of every sort: an upgrade that removes two, one without a
 * fix, one that a rule takes off, one in a file, hostile text, rules that do nothing, a filter.
 */
#pragma once

#include "tests/unit/render/sample.h"

static const struct str sample_evidence[] = {
	{"package=curl 7.88.1-10 in var/lib/dpkg/status", 45},
	{"feed=debian-tracker of 2026-01-01", 33},
	{"record=CVE-2026-0001", 20},
	{"range=from the first version, fixed in 7.88.1-11", 48},
	{"compared=7.88.1-10 < 7.88.1-11 (debian)", 39},
	{"decision=affected", 17},
};
static const struct str sample_references[] = {
	{"https://security.example.com/CVE-2026-0001", 42},
	{"javascript:alert(1)", 19},
	{"https://example.com/a_b?c=d&e=<f>", 33},
};
static const struct str sample_aliases[] = {{"DSA-9001-1", 10}, {"GHSA-aaaa-bbbb-cccc", 19}};
static const struct finding_cvss sample_cvss[] = {
	{{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 44}, {"Debian", 6}, {"3.1", 3}, 9.8},
	{{"AV:N/AC:L/Au:N/C:P/I:P/A:P", 26}, {"NVD", 3}, {"2.0", 3}, 7.5},
};
static const struct finding_location sample_at_curl[] = {
	{.layer = {DIGEST_B, 71}, .path = {"var/lib/dpkg/status", 19}}};
static const struct finding_location sample_at_libc[] = {
	{.layer = {DIGEST_A, 71}, .path = {"var/lib/dpkg/status", 19}}};
static const struct finding_location sample_at_file[] = {
	{.layer = {DIGEST_C, 71}, .path = {"srv/a b|c%\xc3\xa9.py", 15}, .line = 12}};

static inline struct finding sample_in_package(struct report *r, size_t i, const char *rule)
{
	const struct report_package *p = vec_at(&r->packages, i);

	return (struct finding){
		.kind = FINDING_VULNERABILITY,
		.rule = str_of(rule),
		.title = STR("a buffer of curl reads too far"),
		.severity = SEVERITY_HIGH,
		.severity_source = STR("Debian"),
		.subject = {.kind = SUBJECT_PACKAGE,
			    .name = p->p.name,
			    .version = p->p.version,
			    .purl = p->purl,
			    .path = p->db_path,
			    .layer = p->layer,
			    .namespace = p->p.namespace,
			    .arch = p->p.arch,
			    .source_name = p->p.source_name},
		.locations = i == 0 ? sample_at_curl : sample_at_libc,
		.n_locations = 1,
		.evidence = {sample_evidence, ARRAY_LEN(sample_evidence)},
		.references = {sample_references, ARRAY_LEN(sample_references)},
		.risk = 65.4,
		.confidence = 1,
	};
}

static inline void sample_package_findings(struct report *r)
{
	struct finding f = sample_in_package(r, 0, "CVE-2026-0001");

	f.severity = SEVERITY_CRITICAL;
	f.aliases = (struct str_list){sample_aliases, ARRAY_LEN(sample_aliases)};
	f.cvss = sample_cvss;
	f.n_cvss = ARRAY_LEN(sample_cvss);
	f.has_epss = true;
	f.epss = 0.01234;
	f.epss_percentile = 0.87654;
	f.epss_date = STR("2026-01-01");
	f.known_exploited = true;
	f.exploited_since = STR("2026-01-02");
	f.risk = 98;
	f.fix_action = STR("upgrade curl to 7.88.1-11");
	f.fix_version = STR("7.88.1-11");
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	f = sample_in_package(r, 0, "CVE-2026-0002");
	f.title = STR("a <b>title</b> with `ticks`, a | bar,\n\x1b[31m and [a](http://link)");
	f.fix_action = STR("upgrade curl to 7.88.1-12");
	f.fix_version = STR("7.88.1-12");
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	f = sample_in_package(r, 1, "CVE-2026-0003");
	f.severity = SEVERITY_NEGLIGIBLE;
	f.status = STATUS_WILL_NOT_FIX;
	f.risk = 2.5;
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	f = sample_in_package(r, 1, "CVE-2026-0004");
	f.suppressed_by = STR(".plimsollignore:3");
	f.suppressed_reason = STR("not reachable | see ]]> ticket 5");
	f.suppressed_until = STR("2026-12-31");
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
}

static inline void sample_rules(struct report *r)
{
	struct report_rule *rule = vec_push(&r->rules);

	*rule = (struct report_rule){.file = STR(".plimsollignore"),
				     .line = 3,
				     .rule = STR("vulnerability CVE-2026-0004"),
				     .reason = STR("not reachable | see ]]> ticket 5"),
				     .until = STR("2026-12-31"),
				     .n_findings = 1};
	rule = vec_push(&r->rules);
	*rule = (struct report_rule){.file = STR(".plimsollignore"),
				     .line = 9,
				     .rule = STR("vulnerability CVE-2026-0002"),
				     .owner = STR("team@example.com"),
				     .until = STR("2025-12-31"),
				     .state = RULE_EXPIRED,
				     .n_findings = 1};
	rule = vec_push(&r->rules);
	*rule = (struct report_rule){.file = STR(".trivyignore"),
				     .line = 1,
				     .rule = STR("vulnerability CVE-2020-0001"),
				     .state = RULE_UNUSED};
	r->n_hidden = 14;
	r->n_hidden_once = 12;
	r->hidden_by = STR("--severity critical,high");
}

static inline struct report *sample_report_with_findings(void)
{
	struct report *r = sample_report();
	struct finding f = {.kind = FINDING_SECRET,
			    .rule = STR("private-key"),
			    .title = STR("a private key"),
			    .severity = SEVERITY_MEDIUM,
			    .subject = {.kind = SUBJECT_FILE, .path = STR("srv/a b|c%\xc3\xa9.py")},
			    .locations = sample_at_file,
			    .n_locations = 1,
			    .risk = -1,
			    .confidence = 0.5};

	sample_package_findings(r);
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
	sample_rules(r);
	report_finish(r);
	return r;
}
