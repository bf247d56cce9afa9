/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(versions_are_read_strictly)
{
	static const struct expression rows[] = {
		{"semver('1.0.0')", "kubernetes.Semver(1.0.0)"},
		{"semver('0.1.0-alpha.1+b-1.02')", "kubernetes.Semver(0.1.0-alpha.1+b-1.02)"},
		{"semver('1.2.3--.-')", "kubernetes.Semver(1.2.3--.-)"},
		{"string(semver('1.2.3+b'))", "\"1.2.3+b\""},
		{"isSemver('1.0.0')", "true"},
		{"isSemver('v1.0')", "false"},
		{"isSemver('1.0')", "false"},
		{"isSemver('1.0.0.0')", "false"},
		{"isSemver('01.0.0')", "false"},
		{"isSemver('1.0.0-')", "false"},
		{"isSemver('1.0.0+')", "false"},
		{"isSemver('1.0.0-a..b')", "false"},
		{"isSemver('1.0.0-01')", "false"},
		{"isSemver('1.0.0-0a')", "true"},
		{"isSemver('1.0.0-a_b')", "false"},
		{"isSemver('1.0.0 ')", "false"},
		{"isSemver('1.0.99999999999999999999')", "false"},
		{"isSemver('')", "false"},
		{"semver('200K')",
		 "error: \"200K\" is no semantic version: expected MAJOR.MINOR.PATCH"},
		{"semver(1)", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(versions_are_read_loosely_when_asked)
{
	static const struct expression rows[] = {
		{"semver('v1.0.0', true)", "kubernetes.Semver(1.0.0)"},
		{"semver('1.0', true)", "kubernetes.Semver(1.0.0)"},
		{"semver('2', true)", "kubernetes.Semver(2.0.0)"},
		{"semver('01.01.01', true)", "kubernetes.Semver(1.1.1)"},
		{"semver('0.00.000', true)", "kubernetes.Semver(0.0.0)"},
		{"semver('v1.2.03-rc.1', true)", "kubernetes.Semver(1.2.3-rc.1)"},
		{"semver('1.2-rc', true)", "error: \"1.2-rc\" is no semantic version"},
		{"isSemver('1+b', true)", "false"},
		{"isSemver('v1.0', true)", "true"},
		{"isSemver('v1.0', false)", "false"},
		{"isSemver('vv1.0', true)", "false"},
		{"isSemver('', true)", "false"},
		{"isSemver('1.', true)", "false"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(versions_have_numbers_and_an_order)
{
	/* In rising order; each is compared with each. */
	static const char *const order[] = {
		"0.9.9",
		"1.0.0-1",
		"1.0.0-2",
		"1.0.0-10",
		"1.0.0-alpha",
		"1.0.0-alpha.1",
		"1.0.0-alpha.beta",
		"1.0.0-beta",
		"1.0.0-rc.1",
		"1.0.0",
		"1.0.1",
		"1.2.0",
		"1.10.0",
		"2.0.0",
	};
	static const struct expression rows[] = {
		{"semver('1.2.3').major()", "1"},
		{"semver('1.2.3').minor()", "2"},
		{"semver('1.2.3').patch()", "3"},
		{"semver('18446744073709551615.0.0').major()",
		 "error: range error: 18446744073709551615 does not fit int"},
		{"semver('1.2.3+a') == semver('1.2.3+b')", "true"},
		{"semver('1.2.3').isLessThan(semver('1.10.0'))", "true"},
		{"semver('1.2.3').isGreaterThan(semver('1.10.0'))", "false"},
		{"semver('1.2.3').isLessThan(quantity('1'))", "error: no such overload"},
		{"[semver('1.0.0'), semver('1.0.0-a')].min()", "kubernetes.Semver(1.0.0-a)"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		for (size_t k = 0; k < ARRAY_LEN(order); k++) {
			char source[128];
			struct expression row = {source, i < k ? "-1" : i > k ? "1" : "0"};

			(void)snprintf(source, sizeof source,
				       "semver('%s').compareTo(semver('%s'))", order[i], order[k]);
			assert_expressions(&row, 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(versions_are_read_strictly),
		RUN(versions_are_read_loosely_when_asked),
		RUN(versions_have_numbers_and_an_order),
	};

	return RUN_ALL(tests);
}
