/* SPDX-License-Identifier: Apache-2.0 */
#include "check/licence_expression.h"

#include "unit/test.h"

TEST(expressions_are_told_from_other_texts)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{"MIT", true},
		{"mit", true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", true},
		{"Apache-2.0 OR (MIT AND BSD-3-Clause)", true},
		{"(MIT)", true},
		{"Apache-1.1+", true},
		{"LicenseRef-ours", true},
		{"DocumentRef-a:LicenseRef-ours", true},
		{"", false},
		{"not-spdx", false},
		{"MIT OR", false},
		{"MIT MIT", false},
		{"(MIT", false},
		{"MIT)", false},
		{"OR MIT", false},
		{"MIT WITH nothing", false},
		{"LicenseRef-", false},
		{"(MIT) WITH Classpath-exception-2.0", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (licence_expression_is_valid(str_of(rows[i].text)) != rows[i].valid)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(expressions_are_told_from_other_texts),
	};

	return RUN_ALL(tests);
}
