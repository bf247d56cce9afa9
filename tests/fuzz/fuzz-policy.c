/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy is read and asked about a small report; the same bytes are taken for the settings of
 * every tool that policies are made from, and what is made of them is a policy.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "policy/policy_import.h"
#include "policy/policy_judge.h"

static struct report *small_report(void)
{
	struct report *r = report_new();
	const struct finding f = {.rule = STR("CVE-1"),
				  .severity = SEVERITY_HIGH,
				  .subject = {.name = STR("curl"), .version = STR("1\xff")}};

	if (!r)
		abort();
	r->has_image = true;
	r->image.name = STR("example.com/a:1");
	if (report_add_finding(r, &f, NULL) < 0 ||
	    report_add_coverage(r, STR("vulnerabilities"), COVERAGE_PARTIAL, STR("x"), STR_NULL,
				1) < 0)
		abort();
	return r;
}

static void judge(struct str bytes)
{
	CLEANUP(policy_freep) struct policy *p = NULL;
	CLEANUP(report_freep) struct report *r = NULL;

	if (policy_parse(bytes, STR("p.yaml"), &p, NULL) < 0)
		return;
	r = small_report();
	if (policy_judge(p, 0, NULL, r, NULL) == 0 && r->verdict.decision == VERDICT_NONE)
		abort();
}

static void import(const struct policy_source *s, struct str bytes)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1u << 24);
	CLEANUP(policy_draft_done) struct policy_draft d;
	CLEANUP(policy_freep) struct policy *p = NULL;
	struct err err = {0};

	policy_draft_init(&d, STR("x"));
	if (s->read(&d, STR("x.yaml"), bytes, NULL) < 0 || policy_import_end(s, &d, NULL) < 0 ||
	    policy_draft_write(&d, &sb, NULL) < 0 || d.rules.n == 0)
		return;
	if (policy_parse(strbuf_str(&sb), STR("made"), &p, &err) == -ERR_FORMAT)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size);

	if (size > 65536)
		return 0;
	judge(bytes);
	for (size_t i = 0; policy_sources[i]; i++)
		import(policy_sources[i], bytes);
	return 0;
}
