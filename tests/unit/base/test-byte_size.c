/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/byte_size.h"

TEST(units_are_of_1000_or_of_1024)
{
	static const struct {
		const char *text;
		uint64_t want;
	} rows[] = {
		{"0", 0},
		{"20000", 20000},
		{"100MB", 100000000},
		{"100 mb", 100000000},
		{"1.5GiB", 1610612736},
		{"20kB", 20000},
		{"1,234", 1234},
		{"2k", 2000},
		{"1Ki", 1024},
		{"1B", 1},
		{" 7 MB ", 7000000},
		{"18EB", 18000000000000000000U},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t got = 1;

		if (byte_size_parse(str_of(rows[i].text), &got, NULL) < 0 || got != rows[i].want)
			fail_msg("%s: %llu", rows[i].text, (unsigned long long)got);
	}
}

TEST(what_is_no_size_is_told)
{
	static const char *const rows[] = {"",	    "MB", "-1",	  "1.2.3", "10X",
					   "1 MBB", ".",  "19EB", "nan",   "1e3"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		uint64_t got;

		if (byte_size_parse(str_of(rows[i]), &got, &err) == 0)
			fail_msg("%s was taken", rows[i]);
		assert_has(err.msg, "is no number of bytes");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(units_are_of_1000_or_of_1024),
		RUN(what_is_no_size_is_told),
	};

	return RUN_ALL(tests);
}
