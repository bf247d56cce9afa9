/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "policy/ignore.h"
#include "policy/ignore_rule.h"

#define NOW	1767225600 /* 2026-01-01T00:00:00Z */

#define LAYER_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LAYER_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct str aliases[] = {{"DSA-5343-1", 10}, {"GHSA-aaaa-bbbb-cccc", 19}};
static const struct str evidence[] = {{"shard=debian-12", 15}};
static const struct finding_location in_a[] = {
	{.layer = {LAYER_A, 71}, .path = {"var/lib/dpkg/status", 19}}};
static const struct finding_location in_b[] = {
	{.layer = {LAYER_B, 71}, .path = {"srv/app/node_modules/left/package.json", 38}}};

/* 0: openssl, high, fixed. 1: libc6 of glibc, low, no fix wanted. 2: npm, critical, no fix. */
static struct report *make_report(void)
{
	struct report *r = report_new();
	struct finding f[] = {
		{.rule = STR("CVE-2023-0286"),
		 .severity = SEVERITY_HIGH,
		 .aliases = {aliases, 2},
		 .evidence = {evidence, 1},
		 .subject = {.name = STR("libssl3"),
			     .version = STR("3.0.11-1+b2"),
			     .source_name = STR("openssl"),
			     .purl = STR("pkg:deb/debian/libssl3@3.0.11-1%2Bb2?arch=amd64"),
			     .path = STR("var/lib/dpkg/status")},
		 .locations = in_a,
		 .n_locations = 1,
		 .fix_version = STR("3.0.17-1")},
		{.rule = STR("CVE-2010-4756"),
		 .severity = SEVERITY_LOW,
		 .status = STATUS_WILL_NOT_FIX,
		 .evidence = {evidence, 1},
		 .subject = {.name = STR("libc6"),
			     .version = STR("2.36-9"),
			     .source_name = STR("glibc"),
			     .purl = STR("pkg:deb/debian/libc6@2.36-9?arch=amd64"),
			     .path = STR("var/lib/dpkg/status")},
		 .locations = in_a,
		 .n_locations = 1},
		{.rule = STR("GHSA-xxxx-yyyy-zzzz"),
		 .severity = SEVERITY_CRITICAL,
		 .subject = {.name = STR("left"),
			     .version = STR("1.0.0"),
			     .purl = STR("pkg:npm/left@1.0.0"),
			     .path = STR("srv/app/node_modules/left/package.json")},
		 .locations = in_b,
		 .n_locations = 1},
	};
	struct report_layer *l = vec_push(&r->layers);

	l->diff_id = STR(LAYER_A);
	l = vec_push(&r->layers);
	l->diff_id = STR(LAYER_B);
	for (size_t i = 0; i < ARRAY_LEN(f); i++)
		assert_int_equal(report_add_finding(r, &f[i], NULL), 0);
	return r;
}

/* "0,2": the numbers of the suppressed findings. */
static void apply(const char *name, const char *text, char got[16], struct report **ret)
{
	struct report *r = make_report();
	struct ignore ig;
	struct err err = {0};
	size_t n = 0;

	ignore_init(&ig);
	if (ignore_parse(&ig, str_of(name), str_of(text), &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(ignore_apply(&ig, NOW, r, NULL), 0);
	ignore_done(&ig);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (f->suppressed_by.n)
			n += (size_t)snprintf(got + n, 16 - n, "%s%zu", n ? "," : "", i);
	}
	got[n] = '\0';
	*ret = r;
}

static void check(const char *name, const char *text, const char *want)
{
	CLEANUP(report_freep) struct report *r = NULL;
	char got[16];

	apply(name, text, got, &r);
	if (strcmp(got, want) != 0)
		fail_msg("%s: \"%s\" suppresses \"%s\", not \"%s\"", name, text, got, want);
}

TEST(each_condition_matches_what_it_says)
{
	static const char *const rows[][2] = {
		{"- id: CVE-2023-0286", "0"},
		{"- id: cve-2023-0286", "0"},
		{"- id: DSA-5343-1", "0"},
		{"- id: GHSA-aaaa-bbbb-cccc", "0"},
		{"- id: [CVE-2010-4756, GHSA-xxxx-yyyy-zzzz]", "1,2"},
		{"- CVE-2010-4756", "1"},
		{"- id: CVE-2023-028", ""},
		{"- package: openssl", "0"},
		{"- package: libssl3", "0"},
		{"- package: lib*", "0,1"},
		{"- purl: pkg:deb/debian/libssl3", "0"},
		{"- purl: pkg:deb/debian/lib*", "0,1"},
		{"- purl: pkg:deb/debian/libssl3@3.0.11-1+b2", "0"},
		{"- purl: pkg:deb/debian/libssl3@3.0.11-1%2Bb2", "0"},
		{"- purl: pkg:deb/debian/libssl3@3.0.12", ""},
		{"- purl: pkg:deb/debian/libssl3?arch=arm64", ""},
		{"- purl: pkg:deb/debian/libssl3@*?arch=amd64", "0"},
		{"- purl: pkg:npm/left@1.0.0", "2"},
		{"- path: var/lib/dpkg/status", "0,1"},
		{"- path: /srv/**", "2"},
		{"- path: '**/package.json'", "2"},
		{"- path: srv", ""},
		{"- layer: 2", "2"},
		{"- layer: 1", "0,1"},
		{"- layer: 3", ""},
		{"- layer: bbbbbbbbbbbb", "2"},
		{"- layer: sha256:aaaaaaaa", "0,1"},
		{"- severity: low", "1"},
		{"- severity: [high, critical]", "0,2"},
		{"- status: will_not_fix", "1"},
		{"- fix: available", "0"},
		{"- fix: none", "1,2"},
		{"- type: npm", "2"},
		{"- version: 2.36-*", "1"},
		{"- id: CVE-2023-0286\n  package: glibc", ""},
		{"- id: CVE-2023-0286\n  package: openssl", "0"},
		{"rules:\n- id: CVE-2023-0286", "0"},
		{"CVE-2023-0286\nCVE-2010-4756", "0,1"},
		{"# nothing\n", ""},
		{"[]", ""},
		{"- id: CVE-2023-0286\n  until: 2025-12-31", ""},
		{"- id: CVE-2023-0286\n  until: 2026-01-01", "0"},
		{"- id: CVE-2023-0286\n  until: 2026-01-01T00:00:00Z", ""},
		{"- id: CVE-2023-0286\n  until: 2026-01-01T00:00:01Z", "0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(".plimsollignore", rows[i][0], rows[i][1]);
}

TEST(ignore_files_of_trivy_mean_what_they_mean_there)
{
	static const char *const rows[][3] = {
		{".trivyignore", "# comment\nCVE-2023-0286\n\nCVE-2010-4756 # later\n", "0,1"},
		{".trivyignore", "CVE-2023-0286 exp:2026-01-01", ""},
		{".trivyignore", "CVE-2023-0286 exp:2026-01-02", "0"},
		{".trivyignore", "CVE-2023-0286 not reachable exp:2026-01-02", "0"},
		{".trivyignore", "CVE-2023-0286 not reachable exp:2026-01-01", ""},
		{"sub/.trivyignore", "GHSA-aaaa-bbbb-cccc\r\n", "0"},
		{".trivyignore.yaml", "vulnerabilities:\n- id: CVE-2023-0286\n", "0"},
		{".trivyignore.yaml", "secrets:\n- id: CVE-2023-0286\n", ""},
		{".trivyignore.yaml", "licenses:\n- id: GPL-3.0\n", ""},
		{".trivyignore.yaml",
		 "vulnerabilities:\n- id: GHSA-xxxx-yyyy-zzzz\n  paths: ['srv/**']\n  statement: "
		 "x\n",
		 "2"},
		{".trivyignore.yaml",
		 "vulnerabilities:\n- id: GHSA-xxxx-yyyy-zzzz\n  paths: ['opt/**']\n", ""},
		{".trivyignore.yaml",
		 "vulnerabilities:\n- id: CVE-2023-0286\n  purls: ['pkg:deb/debian/libssl3']\n"
		 "  expired_at: 2026-01-02\n",
		 "0"},
		{".trivyignore.yaml",
		 "vulnerabilities:\n- id: CVE-2023-0286\n  expired_at: 2026-01-01\n", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i][0], rows[i][1], rows[i][2]);
}

TEST(rules_of_grype_mean_what_they_mean_there)
{
	static const char *const rows[][2] = {
		{"ignore:\n- vulnerability: CVE-2023-0286", "0"},
		{"ignore:\n- fix-state: fixed", "0"},
		{"ignore:\n- fix-state: wont-fix", "1"},
		{"ignore:\n- fix-state: not-fixed", "2"},
		{"ignore:\n- package: {name: libssl3, version: 3.0.11-1+b2}", "0"},
		{"ignore:\n- package: {name: 'lib(ssl3|c6)'}", "0,1"},
		{"ignore:\n- package: {name: '^lib.*'}", "0,1"},
		{"ignore:\n- package: {name: 'ssl3.*'}", ""},
		{"ignore:\n- package: {type: npm}", "2"},
		{"ignore:\n- package: {language: javascript}", "2"},
		{"ignore:\n- package: {location: '/srv/**'}", "2"},
		{"ignore:\n- package: {upstream-name: 'open.*'}", "0"},
		{"ignore:\n- package: {upstream-name: openssl}", "0"},
		{"ignore:\n- package: {upstream-name: open.sl}", ""},
		{"ignore:\n- namespace: debian:distro:debian:12", "0,1"},
		{"ignore:\n- namespace: debian:distro:debian:11", ""},
		{"ignore:\n- namespace: github:language:javascript", "2"},
		{"ignore:\n- namespace: nvd:cpe", ""},
		{"ignore:\n- match-type: cpe-match", ""},
		/* what a VEX document says, which there is none of */
		{"ignore:\n- vex-status: affected", ""},
		{"ignore:\n- vex-status: not_affected\n  vex-justification: x", ""},
		{"ignore:\n- vulnerability: CVE-2023-0286\n  include-aliases: true\n  reason: r",
		 "0"},
		{"output: json\nfail-on-severity: high\nignore:\n", ""},
		{"output: json\n", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(".grype.yaml", rows[i][0], rows[i][1]);
}

TEST(a_broken_file_is_told_with_its_line)
{
	static const char *const rows[][3] = {
		{".plimsollignore", "- id: CVE-1\n- idd: CVE-2\n",
		 ".plimsollignore:2: no condition is called \"idd\""},
		{".plimsollignore", "- reason: all of it\n",
		 ".plimsollignore:1: a rule without a condition would ignore everything"},
		{".plimsollignore", "- id: CVE-1\n  until: soon\n",
		 ".plimsollignore:2: \"soon\" is no date like 2026-12-31"},
		{".plimsollignore", "- id: CVE-1\n  severity: grave\n",
		 ".plimsollignore:2: \"grave\" is no severity"},
		{".plimsollignore", "- status: maybe\n",
		 ".plimsollignore:1: \"maybe\" is no status"},
		{".plimsollignore", "- fix: yes\n", ".plimsollignore:1: fix is \"available\""},
		{".plimsollignore", "- purl: openssl\n",
		 ".plimsollignore:1: \"openssl\" is no package"},
		{".plimsollignore", "- layer: 0\n", ".plimsollignore:1: layer \"0\""},
		{".plimsollignore", "- path: /\n", ".plimsollignore:1: the root directory"},
		{".plimsollignore", "- id: ''\n", ".plimsollignore:1: an empty value"},
		{".plimsollignore", "- id: {a: b}\n", ".plimsollignore:1: a word or a list"},
		{".plimsollignore", "a: b\n", ".plimsollignore:1: a list of rules is expected"},
		{".plimsollignore", "- id: CVE-1\n  : [\n", ".plimsollignore:"},
		{".plimsollignore", "- - CVE-1\n", ".plimsollignore:1: a rule is a map"},
		{".plimsollignore", "- id: CVE-1\n---\n- id: CVE-2\n",
		 ".plimsollignore:3: a second document: all rules stand in one"},
		{".trivyignore", "CVE-1\nCVE-2 CVE-3\n", ".trivyignore:2: \"CVE-3\": an id a line"},
		{".trivyignore", "CVE-1 expires:2026-12-31\n",
		 ".trivyignore:1: \"expires:2026-12-31\": an end is written exp:"},
		{".trivyignore.yaml", "vulnerabilities:\n- paths: ['srv/**']\n",
		 ".trivyignore.yaml:2: a rule of Trivy's without \"id\" matches nothing"},
		{".trivyignore", "CVE-1 exp:x\n", ".trivyignore:1: \"x\" is no date"},
		{".trivyignore.yaml", "vulnerabilities:\n- id: A\n  until: 2026-01-01\n",
		 ".trivyignore.yaml:3: no condition is called \"until\""},
		{".grype.yaml", "ignore:\n- fix-state: perhaps\n", ".grype.yaml:2: fix-state is"},
		{".grype.yaml", "ignore:\n- vulnerabilty: A\n",
		 ".grype.yaml:2: no condition is called"},
		{".grype.yaml", "ignore:\n- package: {name: 'a{1,9999}'}\n",
		 ".grype.yaml:2: \"a{1"},
		{".grype.yaml", "ignore:\n- package: {name: '(a'}\n",
		 ".grype.yaml:2: \"(a\" is no regular expression"},
		{".grype.yaml", "ignore:\n- package: {name: '(a)\\1'}\n",
		 ".grype.yaml:2: \"(a)\\1\""},
		{".grype.yaml", "ignore: all\n", ".grype.yaml:1: a list of rules"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ignore ig;
		struct err err = {0};

		ignore_init(&ig);
		if (ignore_parse(&ig, str_of(rows[i][0]), str_of(rows[i][1]), &err) != -ERR_USAGE)
			fail_msg("\"%s\" is taken: %s", rows[i][1], err.msg);
		assert_has(err.msg, rows[i][2]);
		ignore_done(&ig);
	}
}

TEST(rules_are_told_with_what_became_of_them)
{
	CLEANUP(report_freep) struct report *r = NULL;
	static const struct {
		size_t line;
		enum report_rule_state state;
		uint64_t n;
		const char *text;
	} want[] = {
		{2, RULE_USED, 1, "id CVE-2023-0286, severity high"},
		{7, RULE_EXPIRED, 1, "id CVE-2010-4756"},
		{9, RULE_UNUSED, 0, "id CVE-1 or CVE-2 or CVE-3 or 1 more"},
	};
	const struct finding *f;
	char got[16];

	apply(".plimsollignore",
	      "# rules\n"
	      "- id: CVE-2023-0286\n"
	      "  severity: high\n"
	      "  owner: team@example.com\n"
	      "  reason: behind a proxy\n"
	      "  until: 2026-12-31\n"
	      "- id: CVE-2010-4756\n"
	      "  until: 2025-01-01\n"
	      "- id: [CVE-1, CVE-2, CVE-3, CVE-4]\n",
	      got, &r);
	assert_string_equal(got, "0");
	assert_int_equal(r->rules.n, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		const struct report_rule *rule = vec_at(&r->rules, i);

		assert_int_equal(rule->line, want[i].line);
		assert_int_equal(rule->state, want[i].state);
		assert_int_equal(rule->n_findings, want[i].n);
		assert_str(rule->rule, want[i].text);
	}
	f = vec_at(&r->findings, 0);
	assert_str(f->suppressed_by, ".plimsollignore:2");
	assert_str(f->suppressed_reason, "behind a proxy");
	assert_str(f->suppressed_until, "2026-12-31");
}

TEST(the_first_rule_is_named_and_all_count)
{
	CLEANUP(report_freep) struct report *r = NULL;
	const struct finding *f;
	const struct report_rule *second;
	char got[16];

	apply(".plimsollignore", "- CVE-2023-0286\n- package: openssl\n", got, &r);
	f = vec_at(&r->findings, 0);
	second = vec_at(&r->rules, 1);
	assert_str(f->suppressed_by, ".plimsollignore:1");
	assert_int_equal(second->state, RULE_USED);
}

TEST(more_rules_than_the_limit_are_refused)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(16777216);
	struct ignore ig;
	struct err err = {0};

	ignore_init(&ig);
	for (int i = 0; i < 65537; i++)
		strbuf_adds(&sb, "CVE-1\n");
	assert_int_equal(ignore_parse(&ig, STR(".trivyignore"), strbuf_str(&sb), &err), -ERR_LIMIT);
	assert_has(err.msg, ".trivyignore:65537: more than ignore_rules");
	ignore_done(&ig);
}

TEST(globs_match_whole_texts)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
		{"", "", true},		{"*", "", true},
		{"a*c", "abbbc", true}, {"a*c", "ab", false},
		{"a?c", "abc", true},	{"a?c", "ac", false},
		{"*b*b", "abab", true}, {"a", "ab", false},
		{"**", "x", true},	{"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (ignore_glob(str_of(rows[i].pattern), str_of(rows[i].text)) != rows[i].want)
			fail_msg("%s on %s", rows[i].pattern, rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_condition_matches_what_it_says),
		RUN(ignore_files_of_trivy_mean_what_they_mean_there),
		RUN(rules_of_grype_mean_what_they_mean_there),
		RUN(a_broken_file_is_told_with_its_line),
		RUN(rules_are_told_with_what_became_of_them),
		RUN(the_first_rule_is_named_and_all_count),
		RUN(more_rules_than_the_limit_are_refused),
		RUN(globs_match_whole_texts),
	};

	return RUN_ALL(tests);
}
