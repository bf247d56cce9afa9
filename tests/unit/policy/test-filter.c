/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "policy/filter.h"

static struct report *make_report(void)
{
	struct report *r = report_new();
	const struct finding findings[] = {
		{.rule = STR("A"), .severity = SEVERITY_CRITICAL, .known_exploited = true},
		{.rule = STR("B"), .severity = SEVERITY_HIGH, .fix_version = STR("2")},
		{.rule = STR("C"), .severity = SEVERITY_LOW, .fix_version = STR("3")},
	};

	for (size_t i = 0; i < ARRAY_LEN(findings); i++)
		assert_int_equal(report_add_finding(r, &findings[i], NULL), 0);
	return r;
}

TEST(what_is_left_out_is_counted_with_the_reason)
{
	static const struct {
		const char *severities;
		bool fixable, exploited;
		const char *left, *by;
	} rows[] = {
		{"", false, false, "ABC", ""},
		{"critical,high", false, false, "AB", "--severity critical,high"},
		{"high, critical", false, false, "AB", "--severity critical,high"},
		{"", true, false, "BC", "--fixable"},
		{"", false, true, "A", "--known-exploited"},
		{"high,low", true, true, "", "--severity high,low --fixable --known-exploited"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = make_report();
		struct filter f = {.fixable = rows[i].fixable,
				   .known_exploited = rows[i].exploited};
		char left[4] = {0};

		assert_int_equal(filter_parse_severities(&f, str_of(rows[i].severities), NULL), 0);
		assert_int_equal(filter_apply(&f, r, NULL), 0);
		for (size_t k = 0; k < r->findings.n; k++)
			left[k] = ((const struct finding *)vec_at(&r->findings, k))->rule.p[0];
		assert_string_equal(left, rows[i].left);
		assert_int_equal(r->n_hidden, 3 - strlen(left));
		assert_str(r->hidden_by, rows[i].by);
	}
}

TEST(packages_of_one_source_count_once_in_words)
{
	CLEANUP(report_freep) struct report *r = report_new();
	struct filter f = {.known_exploited = true};

	for (size_t i = 0; i < 3; i++) {
		const struct finding x = {
			.rule = i < 2 ? STR("A") : STR("B"),
			.subject = {.kind = SUBJECT_PACKAGE,
				    .purl = i ? STR("pkg:deb/d/libssl3@1") : STR("pkg:deb/d/o@1"),
				    .name = i ? STR("libssl3") : STR("o"),
				    .source_name = STR("openssl"),
				    .source_version = STR("1")},
		};

		assert_int_equal(report_add_finding(r, &x, NULL), 0);
	}
	assert_int_equal(filter_apply(&f, r, NULL), 0);
	assert_int_equal(r->findings.n, 0);
	assert_int_equal(r->n_hidden, 3);
	assert_int_equal(r->n_hidden_once, 2);
}

TEST(a_severity_that_is_none_is_told)
{
	struct filter f = {0};
	struct err err = {0};

	assert_int_equal(filter_parse_severities(&f, STR("high,grave"), &err), -ERR_USAGE);
	assert_has(err.msg, "--severity: \"grave\" is no severity: critical, high");
	assert_int_equal(filter_parse_severities(&f, STR("high,,low"), &err), -ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_left_out_is_counted_with_the_reason),
		RUN(packages_of_one_source_count_once_in_words),
		RUN(a_severity_that_is_none_is_told),
	};

	return RUN_ALL(tests);
}
