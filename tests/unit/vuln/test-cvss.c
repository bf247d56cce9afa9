/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"
#include "vuln/cvss.h"

struct row {
	const char *vector;
	double score;
	enum severity severity;
};

/* The specifications' own examples: the 2.0 guide's three, the 3.1 and 4.0 example documents. */
static const struct row examples[] = {
	{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, SEVERITY_HIGH},
	{"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, SEVERITY_HIGH},
	{"(AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C)", 6.2, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, SEVERITY_MEDIUM},
	{"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, SEVERITY_LOW},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, SEVERITY_CRITICAL},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8, SEVERITY_HIGH},
	{"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8, SEVERITY_HIGH},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, SEVERITY_HIGH},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, SEVERITY_CRITICAL},
	{"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 5.8, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3, SEVERITY_CRITICAL},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6, SEVERITY_MEDIUM},
	{"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 7.4, SEVERITY_HIGH},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 9.6, SEVERITY_CRITICAL},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, SEVERITY_NEGLIGIBLE},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0,
	 SEVERITY_CRITICAL},
	{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, SEVERITY_HIGH},
	{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7, SEVERITY_HIGH},
	{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 5.2,
	 SEVERITY_MEDIUM},
	{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.3, SEVERITY_HIGH},
	{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/"
	 "MAC:H/MVC:H/MVI:L/MVA:L",
	 8.1, SEVERITY_HIGH},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1, SEVERITY_MEDIUM},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7, SEVERITY_HIGH},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, SEVERITY_CRITICAL},
	/* the mean distance is exactly a half of a tenth: rounds up, whatever the binary fraction
	 */
	{"CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:A/VC:L/VI:N/VA:H/SC:L/SI:N/SA:L", 5.7, SEVERITY_MEDIUM},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0,
	 SEVERITY_NEGLIGIBLE},
};

TEST(the_specifications_examples_have_their_scores)
{
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct err err = {0};
		struct cvss c;

		if (cvss_parse(str_of(examples[i].vector), &c, &err) < 0)
			fail_msg("%s: %s", examples[i].vector, err.msg);
		if (c.score < examples[i].score - 0.001 || c.score > examples[i].score + 0.001)
			fail_msg("%s: got %.2f, want %.1f", examples[i].vector, c.score,
				 examples[i].score);
		assert_int_equal(cvss_severity(&c), examples[i].severity);
	}
}

TEST(metrics_may_stand_in_any_order)
{
	struct cvss c;

	assert_int_equal(cvss_parse(STR("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N"), &c, NULL),
			 0);
	assert_true(c.score > 9.7 && c.score < 9.9);
}

TEST(a_bad_vector_says_which_metric)
{
	static const struct {
		const char *vector, *message;
	} rows[] = {
		{"", "CVSS 2.0: metric AV is missing"},
		{"high", "CVSS 2.0: \"high\" is not METRIC:VALUE"},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "CVSS 3.1: metric A is missing"},
		{"CVSS:3.1/AV:N/AV:N", "CVSS 3.1: metric AV is given twice"},
		{"CVSS:3.1/AV:Z", "CVSS 3.1: metric AV has no value \"Z\""},
		{"CVSS:3.1/XX:N", "CVSS 3.1: unknown metric \"XX\""},
		{"CVSS:3.1/AV:N//AC:L", "CVSS 3.1: \"\" is not METRIC:VALUE"},
		{"CVSS:4.0/SI:S", "CVSS 4.0: metric SI has no value \"S\""},
		{"CVSS:4.0/MSC:S", "CVSS 4.0: metric MSC has no value \"S\""},
		{"CVSS:9.9/AV:N", "CVSS 2.0: unknown metric \"CVSS\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct cvss c;

		assert_int_equal(cvss_parse(str_of(rows[i].vector), &c, &err), -ERR_FORMAT);
		assert_string_equal(err.msg, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_specifications_examples_have_their_scores),
		RUN(metrics_may_stand_in_any_order),
		RUN(a_bad_vector_says_which_metric),
	};

	return RUN_ALL(tests);
}
