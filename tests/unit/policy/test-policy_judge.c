/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/policy_report.h"

#include "base/limits.h"

/* One rule, written as the lines of its map; the reasons are in the report. */
static void judge(struct report *r, const char *head, const char *rule)
{
	CLEANUP(policy_freep) struct policy *p = NULL;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
	struct err err = {0};

	strbuf_addf(&sb, "policy: p\n%srules: [{id: a, %s}]\n", head, rule);
	if (policy_parse(strbuf_str(&sb), STR("p.yaml"), &p, &err) < 0)
		fail_msg("%s\n%s", err.msg, strbuf_cstr(&sb));
	assert_int_equal(policy_judge(p, POLICY_NOW, NULL, r, &err), 0);
	assert_int_equal(r->verdict.n_rules, 1);
	assert_int_equal(r->verdict.n_passed + r->verdict.n_reasons, 1);
}

static enum rule_outcome outcome(const struct report *r)
{
	return r->verdict.n_reasons ? r->verdict.reasons[0].outcome : OUTCOME_PASS;
}

struct row {
	const char *expression;	    /* of a rule that is asked once */
	const char *deny, *require; /* the outcomes */
};

static void check_rows(struct report *(*make)(void), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2; k++) {
			CLEANUP(report_freep) struct report *r = make();
			CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
			const char *want = k ? rows[i].require : rows[i].deny;

			strbuf_addf(&sb, "message: m, %s: '%s'", k ? "require" : "deny",
				    rows[i].expression);
			judge(r, "", strbuf_cstr(&sb));
			if (!str_is(str_of(rule_outcome_name(outcome(r))), want))
				fail_msg("%s %s: %s, want %s", k ? "require" : "deny",
					 rows[i].expression, rule_outcome_name(outcome(r)), want);
		}
}

/* Facts that are true of policy_report(). */
TEST(facts_are_those_of_the_report)
{
	static const char *const rows[] = {
		"report.complete",
		"report.vulnerabilities.size() == 2",
		"report.suppressed.size() == 1 && report.suppressed[0].rule == \"CVE-3\"",
		"report.vulnerabilities[0].level == CRITICAL",
		"report.vulnerabilities[0].is_called(\"dsa-1-1\")",
		"!report.vulnerabilities[0].is_called(\"CVE-2\")",
		"report.vulnerabilities[0].fixable && !has(report.vulnerabilities[0].risk)",
		"report.vulnerabilities[1].known_exploited",
		"now - report.vulnerabilities[1].exploited_since > duration(\"24h\")",
		"report.packages.exists(p, p.name == \"libssl3\" && p.in_range(\"< 3.0.17-1\"))",
		"!report.packages.exists(p, p.in_range(\"< 3.0.11-1\"))",
		"report.packages[1].licenses == [\"MIT\", \"GPL-2.0-only\"]",
		"report.layers.size() == 2 && report.layers[1].size == 2000",
		"report.size == 3000",
		"image.name.endsWith(\":1.4\")",
		"image.reference.registry == \"registry.example.com:5000\"",
		"image.reference.repository == \"team/shop\"",
		"image.reference.repository.glob(\"team/*\")",
		"!image.reference.repository.glob(\"*\")",
		"image.base.repository == \"library/debian\"",
		"image.runs_as_root && image.user == \"0:0\"",
		"image.env[\"A\"] == \"2\" && !(\"B\" in image.env)",
		"image.labels[\"team\"] == \"shop\"",
		"image.ports.map(p, p.number) == [443, 8080]",
		"image.ports.all(p, p.protocol == \"tcp\")",
		"!image.has_healthcheck && image.healthcheck == \"\"",
		"now - image.created == duration(\"744h\")",
		"!has(image.digest)",
		"distro.id == \"debian\" && !distro.is_supported",
		"target.is_image && !target.is_sbom && target.transport == \"docker-archive\"",
		"report.problems.size() == 0",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct row row = {rows[i], "deny", "pass"};

		check_rows(policy_report, &row, 1);
	}
}

static struct report *with_partial_packages(void)
{
	struct report *r = policy_report();

	policy_add_gap(r, "language packages (npm)", COVERAGE_NOT_ASSESSED);
	return r;
}

TEST(what_is_only_partly_known_never_passes)
{
	static const struct row rows[] = {
		/* shown by what is known */
		{"report.packages.exists(p, p.name == \"curl\")", "deny", "unknown"},
		/* not shown */
		{"report.packages.exists(p, p.name == \"left-pad\")", "unknown", "deny"},
		{"report.vulnerabilities.size() > 5", "unknown", "deny"},
		/* decided by what has nothing to do with it */
		{"image.user == \"me\" && report.packages.exists(p, p.name == \"left-pad\")",
		 "pass", "deny"},
		{"image.user == \"0:0\" || report.packages.exists(p, p.name == \"x\")", "deny",
		 "pass"},
		{"report.packages.exists(p, p.name == \"x\") && image.user == \"me\"", "pass",
		 "deny"},
		{"image.runs_as_root", "deny", "pass"},
		{"report.complete", "pass", "deny"},
	};

	check_rows(with_partial_packages, rows, ARRAY_LEN(rows));
}

TEST(what_nobody_looked_for_is_unknown_and_never_empty)
{
	static const struct row rows[] = {
		{"report.secrets.size() > 0", "unknown", "unknown"},
		{"report.secrets.size() == 0", "unknown", "unknown"},
		{"report.malware.exists(m, true)", "unknown", "unknown"},
		{"report.signatures.size() > 0", "unknown", "unknown"},
		{"report.sboms.size() == 0", "unknown", "unknown"},
		{"report.findings.exists(f, f.kind == \"secret\")", "unknown", "deny"},
		{"has(report.secrets)", "unknown", "unknown"},
		{"image.runs_as_root && report.secrets.size() > 0", "unknown", "unknown"},
		{"!image.runs_as_root && report.secrets.size() > 0", "pass", "deny"},
	};

	check_rows(policy_report, rows, ARRAY_LEN(rows));
}

TEST(root_is_root_however_its_number_is_written)
{
	static const struct {
		const char *user;
		enum rule_outcome deny;
	} rows[] = {
		{"", OUTCOME_DENY},   {"root:app", OUTCOME_DENY}, {"00", OUTCOME_DENY},
		{"+0", OUTCOME_DENY}, {"-0:1000", OUTCOME_DENY},  {":0", OUTCOME_DENY},
		{"10", OUTCOME_PASS}, {"+1:0", OUTCOME_PASS},	  {"0x0", OUTCOME_PASS},
		{"+", OUTCOME_PASS},  {"toor", OUTCOME_PASS},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = policy_report();

		r->image.user = str_of(rows[i].user);
		judge(r, "", "message: m, deny: image.runs_as_root");
		if (outcome(r) != rows[i].deny)
			fail_msg("%s: %s", rows[i].user, rule_outcome_name(outcome(r)));
	}
}

/* What rules about images were not asked, and a part of the report that nobody foresaw. */
TEST(a_gap_of_any_name_counts)
{
	static const char *const rows[] = {
		"history", "file etc/shadow", "accounts", "files that rules look at", "tea leaves",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = policy_report();

		policy_add_gap(r, "image configuration", COVERAGE_ASSESSED);
		judge(r, "", "each: misconfiguration, message: m, deny: 'true'");
		assert_int_equal(outcome(r), OUTCOME_PASS);
		policy_add_gap(r, rows[i], COVERAGE_PARTIAL);
		judge(r, "", "each: misconfiguration, message: m, deny: 'true'");
		if (outcome(r) != OUTCOME_UNKNOWN)
			fail_msg("%s: %s", rows[i], rule_outcome_name(outcome(r)));
		assert_has(r->verdict.reasons[0].message.p, rows[i]);
	}
}

TEST(a_layer_that_was_not_read_to_its_end_is_a_gap_without_coverage_too)
{
	CLEANUP(report_freep) struct report *r = policy_report();

	((struct report_layer *)vec_at(&r->layers, 1))->assessed = false;
	judge(r, "", "each: package, message: m, deny: 'false'");
	assert_int_equal(outcome(r), OUTCOME_UNKNOWN);
	assert_has(r->verdict.reasons[0].message.p, "layer 2: NOT ASSESSED");
}

static struct report *a_directory(void)
{
	struct report *r = policy_report();

	r->has_image = false;
	r->target.transport = STR("rootfs");
	r->distro.id = STR("");
	r->distro.eol = STR("");
	for (size_t i = 0; i < r->coverage.n; i++) {
		struct coverage *c = vec_at(&r->coverage, i);

		if (str_is(c->what, "distribution"))
			c->state = COVERAGE_NOT_ASSESSED;
	}
	return r;
}

static struct report *an_sbom(void)
{
	struct report *r = policy_report();

	r->target.transport = STR("sbom");
	return r;
}

TEST(a_target_without_a_configuration_has_no_user_that_is_empty)
{
	static const struct row rows[] = {
		{"image.runs_as_root", "unknown", "unknown"},
		{"image.user == \"\"", "unknown", "unknown"},
		{"image.ports.size() == 0", "unknown", "unknown"},
		{"target.is_image && image.runs_as_root", "pass", "deny"},
	};
	static const struct row none[] = {
		{"image.name == \"\"", "unknown", "unknown"},
		{"distro.id == \"debian\"", "unknown", "unknown"},
		{"distro.is_supported", "unknown", "unknown"},
	};
	static const struct row of_sbom[] = {
		{"image.name != \"\"", "deny", "pass"},
		{"report.size > 0", "unknown", "unknown"},
	};

	check_rows(a_directory, rows, ARRAY_LEN(rows));
	check_rows(a_directory, none, ARRAY_LEN(none));
	check_rows(an_sbom, rows, ARRAY_LEN(rows));
	check_rows(an_sbom, of_sbom, ARRAY_LEN(of_sbom));
}

static struct report *a_layout(void)
{
	struct report *r = policy_report();

	r->target.transport = STR("oci");
	r->image.name = STR("team/shop:1.4");
	return r;
}

TEST(a_name_without_a_registry_is_from_none)
{
	static const struct row rows[] = {
		{"image.reference.registry == \"docker.io\"", "unknown", "unknown"},
		{"has(image.reference)", "pass", "deny"},
	};

	check_rows(a_layout, rows, ARRAY_LEN(rows));
}

TEST(an_expression_that_fails_is_unknown)
{
	static const struct row rows[] = {
		{"image.env[\"NO\"] == \"1\"", "unknown", "unknown"},
		{"1 / int(report.size - 3000) > 0", "unknown", "unknown"},
		{"params[\"nothing\"] == 1", "unknown", "unknown"},
		{"report.vulnerabilities[0].epss > 0.5", "unknown", "unknown"},
		{"params", "unknown", "unknown"},
	};

	check_rows(policy_report, rows, ARRAY_LEN(rows));
}

TEST(each_thing_is_told_with_its_message)
{
	CLEANUP(report_freep) struct report *r = policy_report();
	const struct verdict_reason *reason;

	judge(r, "",
	      "each: vulnerability, deny: 'true', message: '{vulnerability.rule} is "
	      "{vulnerability.severity}'");
	reason = &r->verdict.reasons[0];
	assert_int_equal(r->verdict.decision, VERDICT_DENY);
	assert_int_equal(reason->count, 2);
	assert_str(reason->message, "CVE-1 is critical");
	assert_str(reason->evidence[0].subject, "CVE-1 libssl3 3.0.11-1");
	assert_str(reason->evidence[1].message, "CVE-2 is low");
	assert_str(reason->evidence[1].finding,
		   ((const struct finding *)vec_at(&r->findings, 1))->id.p);
	assert_int_equal(reason->not_assessed.n, 0);
}

TEST(a_message_has_a_text_for_every_kind_of_value)
{
	static const struct {
		const char *message, *want;
	} rows[] = {
		{"{image.created}", "2025-12-01T00:00:00Z"},
		{"{now}", "2026-01-01T00:00:00Z"},
		{"{now - image.created}", "2678400s"},
		{"{image.ports}", "443/tcp, 8080"},
		{"{image.labels}",
		 "org.opencontainers.image.base.name=docker.io/debian:12, team=shop"},
		{"{image.reference}", "registry.example.com:5000/team/shop:1.4"},
		{"{image}", "registry.example.com:5000/team/shop:1.4"},
		{"{params}", ""},
		{"{type(1)}", "int"},
		{"{report.packages[7].name}", "(?)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = policy_report();
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		strbuf_addf(&sb, "deny: 'true', message: '%s'", rows[i].message);
		judge(r, "", strbuf_cstr(&sb));
		assert_str(r->verdict.reasons[0].message, rows[i].want);
	}
}

TEST(what_is_unset_is_named_with_its_reason)
{
	CLEANUP(report_freep) struct report *r = policy_report();

	r->target.transport = STR("oci"); /* where a name may be a tag alone */
	r->image.name = STR("shop:1.4");
	judge(r, "", "message: m, require: 'image.reference.registry == \"a\"'");
	assert_str(r->verdict.reasons[0].message,
		   "cannot be decided: Image.reference is unset: the name has no registry");
}

TEST(things_of_an_area_with_gaps_are_not_all_of_them)
{
	static const struct {
		const char *rule;
		enum rule_outcome want;
		enum verdict_decision decision;
		size_t n_gaps;
	} rows[] = {
		{"each: vulnerability, message: m, deny: vulnerability.level >= CRITICAL",
		 OUTCOME_DENY, VERDICT_DENY, 1},
		{"each: vulnerability, message: m, deny: vulnerability.epss > 2.0", OUTCOME_UNKNOWN,
		 VERDICT_DENY, 1},
		{"each: vulnerability, message: m, deny: 'false'", OUTCOME_UNKNOWN, VERDICT_DENY,
		 1},
		{"each: vulnerability, message: m, warn: 'false'", OUTCOME_UNKNOWN, VERDICT_WARN,
		 1},
		{"each: vulnerability, message: m, warn: 'true', unknown: deny", OUTCOME_WARN,
		 VERDICT_DENY, 1},
		{"each: vulnerability, message: m, deny: 'false', unknown: allow", OUTCOME_UNKNOWN,
		 VERDICT_ALLOW, 1},
		{"each: package, message: m, deny: 'false'", OUTCOME_UNKNOWN, VERDICT_DENY, 1},
		{"each: layer, message: m, deny: 'false'", OUTCOME_PASS, VERDICT_ALLOW, 0},
		{"each: coverage, message: m, deny: coverage.state != \"assessed\"", OUTCOME_DENY,
		 VERDICT_DENY, 0},
		{"each: secret, message: m, deny: 'true'", OUTCOME_UNKNOWN, VERDICT_DENY, 1},
		{"each: finding, message: m, deny: 'false'", OUTCOME_UNKNOWN, VERDICT_DENY, 4},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = with_partial_packages();

		judge(r, "", rows[i].rule);
		if (outcome(r) != rows[i].want || r->verdict.decision != rows[i].decision)
			fail_msg("%s: %s, %s", rows[i].rule, rule_outcome_name(outcome(r)),
				 verdict_decision_name(r->verdict.decision));
		if (r->verdict.n_reasons)
			assert_int_equal(r->verdict.reasons[0].not_assessed.n, rows[i].n_gaps);
	}
}

TEST(what_a_filter_hid_is_a_gap)
{
	CLEANUP(report_freep) struct report *r = policy_report();

	r->n_hidden = 3;
	r->hidden_by = STR("--severity critical");
	judge(r, "", "each: vulnerability, message: m, deny: vulnerability.level == MEDIUM");
	assert_int_equal(outcome(r), OUTCOME_UNKNOWN);
	assert_has(r->verdict.reasons[0].message.p, "3 were left out by --severity critical");
}

TEST(a_report_that_says_nothing_is_not_clean)
{
	static const char *const rules[] = {
		"message: m, require: 'report.coverage.all(c, c.state == \"assessed\")'",
		"message: m, deny: 'report.coverage.exists(c, c.state != \"assessed\")'",
		"message: m, each: coverage, deny: 'coverage.state != \"assessed\"'",
		"message: m, each: layer, deny: 'false'",
		"message: m, each: problem, deny: 'problem.code == \"bug\"'",
		"message: m, deny: 'report.problems.size() > 0'",
		"message: m, require: report.size < 1000",
	};

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		CLEANUP(report_freep) struct report *r = report_new();

		r->n_problems_unlisted = 1;
		judge(r, "", rules[i]);
		if (outcome(r) != OUTCOME_UNKNOWN || r->verdict.decision != VERDICT_DENY)
			fail_msg("%s: %s", rules[i], rule_outcome_name(outcome(r)));
	}
}

TEST(match_says_what_a_rule_is_about)
{
	static const struct {
		const char *match;
		enum rule_outcome deny;
	} rows[] = {
		{"vulnerability.fixable", OUTCOME_DENY},
		{"vulnerability.package == \"zlib\"", OUTCOME_PASS},
		{"vulnerability.epss > 0.5", OUTCOME_UNKNOWN},
		{"vulnerability.epss > 0.5 && false", OUTCOME_PASS},
		{"has(vulnerability.epss) && vulnerability.epss > 0.5", OUTCOME_PASS},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = policy_report();
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		strbuf_addf(&sb, "each: vulnerability, message: m, deny: 'true', match: '%s'",
			    rows[i].match);
		judge(r, "", strbuf_cstr(&sb));
		assert_int_equal(outcome(r), rows[i].deny);
	}
}

TEST(an_exception_takes_out_what_it_matches_for_certain_until_it_ends)
{
	static const struct {
		const char *match, *until;
		uint64_t left;
		enum verdict_exception_state state;
		uint64_t count;
	} rows[] = {
		{"vulnerability.is_called(\"CVE-1\")", "never", 1, EXCEPTION_USED, 1},
		{"vulnerability.is_called(\"CVE-1\")", "2026-01-01", 1, EXCEPTION_USED, 1},
		{"vulnerability.is_called(\"CVE-1\")", "2025-12-31", 2, EXCEPTION_EXPIRED, 1},
		{"vulnerability.is_called(\"CVE-1\")", "2025-12-31T23:59:59Z", 2, EXCEPTION_EXPIRED,
		 1},
		{"vulnerability.is_called(\"CVE-9\")", "never", 2, EXCEPTION_UNUSED, 0},
		{"vulnerability.epss > 0.1", "never", 2, EXCEPTION_UNUSED, 0},
		{"report.secrets.size() == 0", "never", 2, EXCEPTION_UNUSED, 0},
		{"!report.packages.exists(p, p.name == \"left-pad\")", "never", 0, EXCEPTION_USED,
		 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = policy_report();
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		strbuf_addf(&sb,
			    "each: vulnerability, message: m, deny: 'true', except: "
			    "[{match: '%s', owner: o, reason: w, until: %s}]",
			    rows[i].match, rows[i].until);
		judge(r, "", strbuf_cstr(&sb));
		assert_int_equal(r->verdict.n_reasons ? r->verdict.reasons[0].count : 0,
				 rows[i].left);
		assert_int_equal(r->verdict.n_exceptions, 1);
		assert_int_equal(r->verdict.exceptions[0].state, rows[i].state);
		assert_int_equal(r->verdict.exceptions[0].count, rows[i].count);
	}
}

TEST(an_exception_that_rests_on_what_is_partly_known_does_not_hold)
{
	CLEANUP(report_freep) struct report *r = with_partial_packages();

	judge(r, "",
	      "message: m, deny: image.runs_as_root, except: [{match: '!report.packages.exists(p, "
	      "p.name == \"left-pad\")', owner: o, reason: w, until: never}]");
	assert_int_equal(outcome(r), OUTCOME_DENY);
}

TEST(the_worst_decides_and_every_rule_is_told)
{
	CLEANUP(report_freep) struct report *r = policy_report();
	CLEANUP(policy_freep) struct policy *p = NULL;
	static const char text[] = "policy: p\n"
				   "unknown: allow\n"
				   "rules:\n"
				   "  - {id: a, warn: image.runs_as_root, message: root}\n"
				   "  - {id: b, deny: report.size > 1, message: '{report.size}'}\n"
				   "  - {id: c, deny: report.secrets.size() > 0, message: m}\n"
				   "  - {id: d, require: report.complete, message: m}\n";

	assert_int_equal(policy_parse(STR(text), STR("p.yaml"), &p, NULL), 0);
	assert_int_equal(policy_judge(p, POLICY_NOW, NULL, r, NULL), 0);
	assert_int_equal(r->verdict.decision, VERDICT_DENY);
	assert_int_equal(r->verdict.n_reasons, 3);
	assert_int_equal(r->verdict.n_passed, 1);
	assert_str(r->verdict.reasons[1].message, "3000");
	assert_int_equal(r->verdict.reasons[2].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(r->verdict.reasons[2].effect, VERDICT_ALLOW);
	assert_has(r->verdict.reasons[2].message.p, "cannot be decided: secrets: NOT ASSESSED");
}

TEST(bytes_that_are_no_text_are_written_out)
{
	CLEANUP(report_freep) struct report *r = policy_report();

	r->image.user = STR("a\xff\xc3\xa4\xc3");
	judge(r, "", "deny: 'true', message: '{image.user}'");
	assert_str(r->verdict.reasons[0].message, "a\\xff\xc3\xa4\\xc3");
}

TEST(work_beyond_the_limit_is_unknown_and_ends)
{
	CLEANUP(report_freep) struct report *r = policy_report();
	const struct finding f = {.rule = STR("CVE-9"), .severity = SEVERITY_LOW};

	for (int i = 0; i < 3000; i++)
		assert_int_equal(report_add_finding(r, &f, NULL), 0);
	report_finish(r);
	judge(r, "",
	      "each: vulnerability, message: m, deny: 'report.vulnerabilities.all(a, "
	      "report.vulnerabilities.all(b, a.level + b.level >= 0)) && vulnerability.level > 9'");
	assert_int_equal(outcome(r), OUTCOME_UNKNOWN);
	assert_int_equal(r->verdict.decision, VERDICT_DENY);
}

TEST(no_more_evidence_is_kept_than_the_limit_says)
{
	CLEANUP(report_freep) struct report *r = policy_report();
	const struct finding f = {.rule = STR("CVE-9"), .severity = SEVERITY_LOW};

	for (int i = 0; i < LIMIT_POLICY_EVIDENCE; i++)
		assert_int_equal(report_add_finding(r, &f, NULL), 0);
	report_finish(r);
	judge(r, "", "each: vulnerability, message: m, deny: 'true'");
	assert_int_equal(r->verdict.reasons[0].n_evidence, LIMIT_POLICY_EVIDENCE);
	assert_int_equal(r->verdict.reasons[0].count, LIMIT_POLICY_EVIDENCE + 2);
}

static enum verdict_decision decide(const char *policy, const struct policy_trust *trust,
				    struct str *ret_message)
{
	static char message[256];
	struct policy *p = NULL;
	struct report *r = report_new();
	enum verdict_decision decision;

	assert_int_equal(policy_parse(str_of(policy), STR("p.yaml"), &p, NULL), 0);
	assert_int_equal(policy_judge(p, POLICY_NOW, trust, r, NULL), 0);
	decision = r->verdict.decision;
	(void)snprintf(message, sizeof message, "%.*s",
		       STR_FMT(r->verdict.n_reasons ? r->verdict.reasons[0].message : STR_NULL));
	*ret_message = str_of(message);
	assert_int_equal(r->verdict.n_passed + r->verdict.n_reasons, r->verdict.n_rules);
	policy_free(p);
	report_free(r);
	return decision;
}

TEST(trust_that_nobody_asked_for_is_undecided_and_never_a_pass)
{
	static const char policy[] = "policy: p\ntrust:\n  images:\n"
				     "    - {match: 'r.example.com/**', allow: x}\n";
	static const char lenient[] = "policy: p\nunknown: warn\ntrust:\n  images:\n"
				      "    - {match: 'r.example.com/**', allow: x}\n";
	const struct policy_trust trusted = {.is_trusted = true};
	const struct policy_trust both = {.is_trusted = true, .is_refused = true};
	const struct policy_trust refused = {
		.is_refused = true, .why = STR("unsigned"), .remedy = STR("sign it")};
	const struct policy_trust unsure = {.why = STR("no answer")};
	struct str message;

	assert_int_equal(decide(policy, NULL, &message), VERDICT_DENY);
	assert_str(message, "nobody asked who has signed the image");
	assert_int_equal(decide(lenient, NULL, &message), VERDICT_WARN);
	assert_int_equal(decide(policy, &unsure, &message), VERDICT_DENY);
	assert_str(message, "no answer");
	assert_int_equal(decide(lenient, &unsure, &message), VERDICT_WARN);
	assert_int_equal(decide(lenient, &refused, &message), VERDICT_DENY);
	assert_str(message, "unsigned; sign it");
	assert_int_equal(decide(policy, &both, &message), VERDICT_DENY);
	assert_int_equal(decide(policy, &trusted, &message), VERDICT_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(facts_are_those_of_the_report),
		RUN(what_is_only_partly_known_never_passes),
		RUN(what_nobody_looked_for_is_unknown_and_never_empty),
		RUN(root_is_root_however_its_number_is_written),
		RUN(a_gap_of_any_name_counts),
		RUN(a_layer_that_was_not_read_to_its_end_is_a_gap_without_coverage_too),
		RUN(a_target_without_a_configuration_has_no_user_that_is_empty),
		RUN(a_name_without_a_registry_is_from_none),
		RUN(an_expression_that_fails_is_unknown),
		RUN(each_thing_is_told_with_its_message),
		RUN(a_message_has_a_text_for_every_kind_of_value),
		RUN(what_is_unset_is_named_with_its_reason),
		RUN(things_of_an_area_with_gaps_are_not_all_of_them),
		RUN(what_a_filter_hid_is_a_gap),
		RUN(a_report_that_says_nothing_is_not_clean),
		RUN(match_says_what_a_rule_is_about),
		RUN(an_exception_takes_out_what_it_matches_for_certain_until_it_ends),
		RUN(an_exception_that_rests_on_what_is_partly_known_does_not_hold),
		RUN(the_worst_decides_and_every_rule_is_told),
		RUN(bytes_that_are_no_text_are_written_out),
		RUN(work_beyond_the_limit_is_unknown_and_ends),
		RUN(no_more_evidence_is_kept_than_the_limit_says),
		RUN(trust_that_nobody_asked_for_is_undecided_and_never_a_pass),
	};

	return RUN_ALL(tests);
}
