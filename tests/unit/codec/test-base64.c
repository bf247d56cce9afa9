/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "codec/base64.h"

static const struct {
	const char *plain, *standard, *url;
} rows[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	{"\xff\xfe\xfd", "//79", "__79"},
	{"\xfb\xf0", "+/A=", "-_A"},
};

TEST(goes_both_ways)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int a = BASE64_STANDARD; a <= BASE64_URL; a++) {
			CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
			CLEANUP(strbuf_done) struct strbuf back = STRBUF_INIT(100);
			const char *want = a == BASE64_URL ? rows[i].url : rows[i].standard;

			assert_int_equal(base64_encode(str_of(rows[i].plain), a, &out, NULL), 0);
			assert_str(strbuf_str(&out), want);
			assert_int_equal(base64_decode(str_of(want), a, &back, NULL), 0);
			assert_str(strbuf_str(&back), rows[i].plain);
		}
	}
}

static const struct {
	const char *in, *says;
} bad[] = {
	{"Z", "length"},      {"Zg=", "padding"},     {"Zg===", "length"},
	{"====", "alphabet"}, {"Zm 9", "offset 2"},   {"Zh==", "behind the end"},
	{"__79", "offset 0"}, {"Zm9vZg=", "padding"},
};

TEST(is_strict)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);
		struct err err = {0};

		if (base64_decode(str_of(bad[i].in), BASE64_STANDARD, &out, &err) != -ERR_FORMAT)
			fail_msg("%s was taken", bad[i].in);
		if (!strstr(err.msg, bad[i].says))
			fail_msg("%s: %s", bad[i].in, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(goes_both_ways), RUN(is_strict)};

	return RUN_ALL(tests);
}
