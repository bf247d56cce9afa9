/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(bytes_become_base64_and_back)
{
	static const struct expression rows[] = {
		{"base64.encode(b'hello')", "\"aGVsbG8=\""},
		{"base64.encode(b'\\xfb\\xff')", "\"+/8=\""},
		{"base64.encode(b'')", "\"\""},
		{"base64.decode('aGVsbG8=')", "b\"hello\""},
		{"base64.decode('aGVsbG8')", "b\"hello\""},
		{"base64.decode('+/8=')", "b\"\xfb\xff\""},
		{"base64.decode('')", "b\"\""},
		{"base64.decode('a')", "error: base64.decode: "},
		{"base64.decode('-_8=')", "error: base64.decode: "},
		{"base64.decode('aGVs bG8=')", "error: base64.decode: "},
		{"base64.encode('text')", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(bytes_become_base64_and_back)};

	return RUN_ALL(tests);
}
