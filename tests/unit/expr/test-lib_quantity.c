/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(quantities_have_a_canonical_form)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"0", "0"},
		{"-0", "0"},
		{"1", "1"},
		{"+1", "1"},
		{"1.5", "1500m"},
		{"1.5Gi", "1536Mi"},
		{"1000", "1k"},
		{"1000m", "1"},
		{"12345", "12345"},
		{"0.1m", "100u"},
		{"1.5G", "1500M"},
		{"200k", "200k"},
		{"1Ei", "1Ei"},
		{"1023Ki", "1023Ki"},
		{"1Ki", "1Ki"},
		{"0.5Ki", "512"},
		{"1.1Ki", "1126400m"},
		{"1024", "1024"},
		{"2048Ki", "2Mi"},
		{"1e3", "1e3"},
		{"1E3", "1e3"},
		{"12e-2", "120e-3"},
		{"5e0", "5"},
		{"1E", "1E"},
		{"1e21", "1000e18"},
		{".5", "500m"},
		{"5.", "5"},
		{"1n", "1n"},
		{"0.1n", "1n"},
		{"-0.1n", "-1n"},
		{"1.0000000001", "1000000001n"},
		{"1e-100", "1e-9"},
		{"0e99999", "0"},
		{"100Ei", "9223372036854775807"},
		{"-100Ei", "-9223372036854775807"},
		{"9999999999G", "9999999999G"},
		{"1e-99999999999999999999", "1e-9"},
		{"9999999999999999999999999999999999999G",
		 "9999999999999999999999999999999999999G"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char source[128], want[128];
		struct expression row = {source, want};

		(void)snprintf(source, sizeof source, "quantity('%s')", rows[i].text);
		(void)snprintf(want, sizeof want, "kubernetes.Quantity(%s)", rows[i].want);
		assert_expressions(&row, 1);
	}
}

TEST(what_is_no_quantity_is_told)
{
	static const struct expression rows[] = {
		{"isQuantity('1.3G')", "true"},
		{"isQuantity('1.3Gi')", "true"},
		{"isQuantity('1,3G')", "false"},
		{"isQuantity('10000k')", "true"},
		{"isQuantity('200K')", "false"},
		{"isQuantity('1e')", "false"},
		{"isQuantity('1e+')", "false"},
		{"isQuantity('1e1.5')", "false"},
		{"isQuantity('1 k')", "false"},
		{"isQuantity('.')", "false"},
		{"isQuantity('+')", "false"},
		{"isQuantity('--1')", "false"},
		{"isQuantity('1..2')", "false"},
		{"isQuantity('1ki')", "false"},
		{"quantity('')", "error: quantity \"\": expected a number, as 1.5Gi, 200m or 2e3"},
		{"quantity('Three')", "error: quantity \"Three\": expected a number"},
		{"quantity('Mi')", "error: quantity \"Mi\": expected a number"},
		{"quantity('200K')", "error: quantity \"200K\": unknown unit: expected n, u, m"},
		{"quantity('1e1000')", "error: quantity \"1e1000\" is too large"},
		{"quantity(lists.range(200).map(i, '1').join())",
		 "error: quantity of 200 bytes is over the limit quantity_bytes (128)"},
		{"quantity(lists.range(126).map(i, '9').join() + 'Ei')",
		 "kubernetes.Quantity(9223372036854775807)"},
		{"quantity(1)", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(quantities_become_numbers)
{
	static const struct expression rows[] = {
		{"quantity('50k').asInteger()", "50000"},
		{"quantity('50000000G').isInteger()", "true"},
		{"quantity('1000m').asInteger()", "1"},
		{"quantity('-9223372036854775808').asInteger()", "-9223372036854775808"},
		{"quantity('9223372036854775808').isInteger()", "false"},
		{"quantity('9223372036854775808').asInteger()",
		 "error: quantity 9223372036854775808 is no integer of 64 bits"},
		{"quantity('1.5').isInteger()", "false"},
		{"quantity('1.5').asInteger()", "error: quantity 1500m is no integer"},
		{"quantity('9999999999999999999999999999999999999G').isInteger()", "false"},
		{"quantity('50k').sub(20000).asApproximateFloat()", "30000.0"},
		{"quantity('-1.5').asApproximateFloat()", "-1.5"},
		{"quantity('1e100').asApproximateFloat()", "1e+100"},
		{"quantity('-1k').sign()", "-1"},
		{"quantity('0').sign()", "0"},
		{"sign(quantity('1n'))", "1"},
		{"string(quantity('0.5'))", "\"500m\""},
		{"'%s'.format([quantity('2048Ki')])", "\"2Mi\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(quantities_are_compared_and_added)
{
	static const struct expression rows[] = {
		{"quantity('200M').compareTo(quantity('0.2G'))", "0"},
		{"quantity('200M') == quantity('0.2G')", "true"},
		{"quantity('50M').compareTo(quantity('50Mi'))", "-1"},
		{"quantity('50Mi').compareTo(quantity('50M'))", "1"},
		{"quantity('-2').compareTo(quantity('-1'))", "-1"},
		{"quantity('-1').compareTo(quantity('1'))", "-1"},
		{"quantity('150Mi').isGreaterThan(quantity('100Mi'))", "true"},
		{"quantity('50M').isLessThan(quantity('100M'))", "true"},
		{"quantity('100M').isLessThan(quantity('100M'))", "false"},
		{"[quantity('1k'), quantity('1')].sort()",
		 "[kubernetes.Quantity(1), kubernetes.Quantity(1k)]"},
		{"quantity('50k').add(quantity('20k'))", "kubernetes.Quantity(70k)"},
		{"quantity('50k').add(20)", "kubernetes.Quantity(50020)"},
		{"quantity('50k').sub(quantity('20k')) == quantity('30k')", "true"},
		{"quantity('50k').add(20).sub(quantity('100k')).sub(-50000)",
		 "kubernetes.Quantity(20)"},
		{"quantity('1').sub(quantity('1.5'))", "kubernetes.Quantity(-500m)"},
		{"quantity('-1').add(quantity('1'))", "kubernetes.Quantity(0)"},
		{"quantity('1').sub(quantity('-0.5Ki'))", "kubernetes.Quantity(513)"},
		{"quantity('0').add(quantity('1Ki'))", "kubernetes.Quantity(1Ki)"},
		{"quantity('1Ki').sub(-9223372036854775807 - 1)",
		 "kubernetes.Quantity(9007199254740993Ki)"},
		{"quantity('1k').add('20k')", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(sums_beyond_all_digits_are_an_error)
{
	static const struct expression row = {
		"cel.bind(q, quantity(lists.range(120).map(i, '9').join() + 'e63'),"
		" q.add(q).add(q).add(q).add(q))",
		"error: range error: the quantity is too large"};

	assert_expressions(&row, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(quantities_have_a_canonical_form),	  RUN(what_is_no_quantity_is_told),
		RUN(quantities_become_numbers),		  RUN(quantities_are_compared_and_added),
		RUN(sums_beyond_all_digits_are_an_error),
	};

	return RUN_ALL(tests);
}
