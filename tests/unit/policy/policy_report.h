/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report for the tests of policies, fully assessed as far as an analysis exists: an image with
 * two layers, two packages, three vulnerabilities (one suppressed). report_free() when done.
 */
#pragma once

#include "policy/policy_judge.h"
#include "report/report.h"
#include "tests/unit/test.h"

#define POLICY_NOW 1767225600 /* 2026-01-01 */

static const struct str policy_env[] = {{"A=1", 3}, {"PATH=/bin", 9}, {"A=2", 3}};
static const struct str policy_labels[] = {
	{"org.opencontainers.image.base.name=docker.io/debian:12", 54}, {"team=shop", 9}};
static const struct str policy_ports[] = {{"443/tcp", 7}, {"8080", 4}};
static const struct str policy_aliases[] = {{"DSA-1-1", 7}};
static const struct str policy_licenses[] = {{"MIT", 3}, {"GPL-2.0-only", 12}};

static inline void policy_add_packages(struct report *r)
{
	static const struct {
		const char *name, *version;
	} rows[] = {{"curl", "7.88.1-10"}, {"libssl3", "3.0.11-1"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct report_package *p = vec_push(&r->packages);

		p->p.type = STR("deb");
		p->p.name = str_of(rows[i].name);
		p->p.version = str_of(rows[i].version);
		p->p.licenses = (struct str_list){policy_licenses, i ? 2 : 1};
		p->purl = arena_strf(&r->arena, "pkg:deb/debian/%s@%s", rows[i].name,
				     rows[i].version);
		p->layer_index = i;
	}
}

static inline void policy_add_findings(struct report *r)
{
	const struct finding findings[] = {
		{.rule = STR("CVE-1"),
		 .severity = SEVERITY_CRITICAL,
		 .fix_version = STR("3.0.17-1"),
		 .risk = -1,
		 .aliases = {policy_aliases, 1},
		 .subject = {.name = STR("libssl3"), .version = STR("3.0.11-1")}},
		{.rule = STR("CVE-2"),
		 .severity = SEVERITY_LOW,
		 .known_exploited = true,
		 .exploited_since = STR("2025-11-30"),
		 .risk = 12,
		 .subject = {.name = STR("curl"), .version = STR("7.88.1-10")}},
		{.rule = STR("CVE-3"),
		 .severity = SEVERITY_CRITICAL,
		 .suppressed_by = STR(".plimsollignore:1"),
		 .subject = {.name = STR("curl")}},
	};

	for (size_t i = 0; i < ARRAY_LEN(findings); i++)
		assert_int_equal(report_add_finding(r, &findings[i], NULL), 0);
}

static inline struct report *policy_report(void)
{
	static const char *const covered[] = {"operating-system packages (dpkg)",
					      "vulnerabilities (debian-12)", "distribution"};
	struct report *r = report_new();

	assert_non_null(r);
	r->has_image = true;
	r->target = (struct report_target){.given = STR("shop.tar"),
					   .transport = STR("docker-archive"),
					   .location = STR("shop.tar")};
	r->image.name = STR("registry.example.com:5000/team/shop:1.4");
	r->image.created = STR("2025-12-01T00:00:00Z");
	r->image.user = STR("0:0");
	r->image.env = (struct str_list){policy_env, 3};
	r->image.labels = (struct str_list){policy_labels, 2};
	r->image.exposed_ports = (struct str_list){policy_ports, 2};
	r->distro.id = STR("debian");
	r->distro.release = STR("debian-12");
	r->distro.eol = STR("2025-12-31");
	for (size_t i = 0; i < 2; i++) {
		struct report_layer *l = vec_push(&r->layers);

		l->diff_id = i ? STR("sha256:bb") : STR("sha256:aa");
		l->file_bytes = 1000 * (i + 1);
		l->assessed = true;
	}
	r->file_bytes = 3000;
	for (size_t i = 0; i < ARRAY_LEN(covered); i++)
		assert_int_equal(report_add_coverage(r, str_of(covered[i]), COVERAGE_ASSESSED,
						     STR_NULL, STR_NULL, 1),
				 0);
	policy_add_packages(r);
	policy_add_findings(r);
	report_finish(r);
	return r;
}

/* A part that was not, or not fully, assessed. */
static inline void policy_add_gap(struct report *r, const char *what, enum coverage_state state)
{
	assert_int_equal(
		report_add_coverage(r, str_of(what), state, STR("for a reason"), STR_NULL, 1), 0);
	report_finish(r);
}
