/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "net/http_header.h"

TEST(finds_fields_without_case_and_in_order)
{
	struct str h = STR("HTTP/1.1 401 x\r\nA: 1\r\nWWW-Authenticate:  Basic \r\n"
			   "www-authenticate: Bearer\r\n\r\n");
	struct str v;

	assert_true(http_header_find(h, "WWW-Authenticate", 0, &v));
	assert_str(v, "Basic");
	assert_true(http_header_find(h, "WWW-Authenticate", 1, &v));
	assert_str(v, "Bearer");
	assert_false(http_header_find(h, "WWW-Authenticate", 2, &v));
	assert_false(http_header_find(h, "B", 0, &v));
}

enum { NOW = 784111777 }; /* Sun, 06 Nov 1994 08:49:37 GMT */

static const struct {
	const char *in;
	bool ok;
	uint64_t seconds;
} retry_rows[] = {
	{"120", true, 120},
	{"0", true, 0},
	{"Sun, 06 Nov 1994 08:50:37 GMT", true, 60},
	{"Sun, 06 Nov 1994 08:49:37 GMT", true, 0},
	{"Sat, 05 Nov 1994 08:49:37 GMT", true, 0}, /* gone by */
	{"-1", false, 0},
	{"1.5", false, 0},
	{"", false, 0},
	{"soon", false, 0},
	{"99999999999999999999", false, 0},
	{"Sun, 06 Nov 1994 08:50:37 CET", false, 0},
	{"Sun, 06 Xyz 1994 08:50:37 GMT", false, 0},
	{"Sun, 06 Nov 1994 08:50:37 GMT x", false, 0},
	{"Sunday, 06-Nov-94 08:49:37 GMT", false, 0},
};

TEST(reads_retry_after)
{
	for (size_t i = 0; i < ARRAY_LEN(retry_rows); i++) {
		uint64_t seconds = 0;
		bool ok = http_retry_after_parse(str_of(retry_rows[i].in), NOW, &seconds);

		if (ok != retry_rows[i].ok || (ok && seconds != retry_rows[i].seconds))
			fail_msg("%s: %d %llu", retry_rows[i].in, ok, (unsigned long long)seconds);
	}
}

static const struct {
	const char *in;
	bool ok;
	uint64_t first, size;
} range_rows[] = {
	{"bytes 100-199/1000", true, 100, 1000},
	{"bytes 0-0/1", true, 0, 1},
	{"bytes 5-9/*", true, 5, HTTP_SIZE_UNKNOWN},
	{"bytes 9-5/10", false, 0, 0},
	{"bytes 5-10/10", false, 0, 0},
	{"bytes */10", false, 0, 0},
	{"items 0-1/2", false, 0, 0},
	{"bytes 0-1", false, 0, 0},
	{"", false, 0, 0},
};

TEST(reads_content_range)
{
	for (size_t i = 0; i < ARRAY_LEN(range_rows); i++) {
		uint64_t first = 0, size = 0;
		bool ok = http_content_range_parse(str_of(range_rows[i].in), &first, &size);

		if (ok != range_rows[i].ok ||
		    (ok && (first != range_rows[i].first || size != range_rows[i].size)))
			fail_msg("%s", range_rows[i].in);
	}
}

TEST(waits_longer_each_time_with_jitter)
{
	assert_int_equal(http_backoff_ms(1, 500, 0), 500);
	assert_int_equal(http_backoff_ms(2, 500, 0), 1000);
	assert_int_equal(http_backoff_ms(4, 500, 0), 4000);
	assert_int_equal(http_backoff_ms(1, 500, 250), 750);
	assert_int_equal(http_backoff_ms(1, 500, 251), 500);
	assert_int_equal(http_backoff_ms(100, 500, 0), 30000);
}

TEST(shows_no_secret_of_a_url)
{
	assert_str(http_url_shown(STR("https://h/p?X-Signature=s")), "https://h/p");
	assert_str(http_url_shown(STR("https://h/p@2?a=b@c")), "https://h/p@2");
	assert_null(strstr(http_url_shown(STR("https://u:secret@h/p")).p, "secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(finds_fields_without_case_and_in_order),
		RUN(reads_retry_after),
		RUN(reads_content_range),
		RUN(waits_longer_each_time_with_jitter),
		RUN(shows_no_secret_of_a_url),
	};

	return RUN_ALL(tests);
}
