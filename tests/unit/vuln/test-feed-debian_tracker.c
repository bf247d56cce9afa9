/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

#define RELEASE(name, words) "\"" name "\":{" words "}"
#define CVE(words)	     "{\"openssl\":{\"CVE-2023-1\":{\"releases\":{" words "}}}}"

static const char path[] = "debian/tracker/data/json";

TEST(each_status_is_told_apart)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{CVE(RELEASE("bookworm", "\"status\":\"resolved\",\"fixed_version\":\"3.0.8-1\","
					 "\"urgency\":\"not yet assigned\"")),
		 "CVE-2023-1\n debian-12/openssl [,3.0.8-1)\n"},
		{CVE(RELEASE("sid", "\"status\":\"resolved\",\"fixed_version\":\"0\"")),
		 "CVE-2023-1\n debian-sid/openssl not_affected\n"},
		{CVE(RELEASE("trixie", "\"status\":\"open\",\"urgency\":\"medium\"")),
		 "CVE-2023-1\n debian-13/openssl [,) !medium\n"},
		{CVE(RELEASE("bullseye", "\"status\":\"open\",\"urgency\":\"low**\","
					 "\"nodsa\":\"Minor issue\",\"nodsa_reason\":\"\"")),
		 "CVE-2023-1\n debian-11/openssl [,) !low 'Minor issue'\n"},
		{CVE(RELEASE("bullseye", "\"status\":\"open\",\"urgency\":\"unimportant\","
					 "\"nodsa\":\"Too risky\",\"nodsa_reason\":\"ignored\"")),
		 "CVE-2023-1\n debian-11/openssl [,) will_not_fix !negligible 'Too risky'\n"},
		{CVE(RELEASE("bullseye", "\"status\":\"open\",\"nodsa\":\"Later\","
					 "\"nodsa_reason\":\"postponed\"")),
		 "CVE-2023-1\n debian-11/openssl [,) fix_deferred 'Later'\n"},
		{CVE(RELEASE("buster", "\"status\":\"open\",\"urgency\":\"end-of-life\"")),
		 "CVE-2023-1\n debian-10/openssl [,) end_of_life\n"},
		{CVE(RELEASE("buster", "\"status\":\"undetermined\"")),
		 "CVE-2023-1\n debian-10/openssl [,) under_investigation\n"},
		{CVE(RELEASE("woody", "\"status\":\"open\"")), "CVE-2023-1\n"},
		{"{}", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("debian-tracker", path, rows[i].text, rows[i].want, "");
}

TEST(a_bad_record_is_a_problem_and_the_next_is_read)
{
	static const struct {
		const char *bad, *problem;
	} rows[] = {
		{"{\"releases\":{\"sid\":{\"status\":\"fixed\"}}}",
		 "a: CVE-1: sid: status is not open, resolved or undetermined\n"},
		{"{\"releases\":{\"sid\":{\"status\":\"resolved\"}}}",
		 "a: CVE-1: sid: resolved without \"fixed_version\"\n"},
		{"{\"releases\":{\"sid\":[]}}", "a: CVE-1: releases.sid: a list, not a map\n"},
		{"7", "a: CVE-1: a number, not a map\n"},
		{"{\"x\":1,\"x\":2}", "a: CVE-1: value at line 1: line 1, column 10: "
				      "duplicate object key near '\"x\"'\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[1000];

		(void)snprintf(text, sizeof text,
			       "{\"a\":{\"CVE-1\":%s,\"CVE-2\":{\"releases\":{}}}}", rows[i].bad);
		check_feed("debian-tracker", path, text, "CVE-2\n", rows[i].problem);
	}
}

TEST(a_broken_file_says_where)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"invalid", "line 1: the file is no map"},
		{"{\n\"a\":{\"CVE-1\":{\"releases\":{", "a: line 2: ends inside a value"},
		{"[]", "line 1: the file is no map"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct feed_dump d;

		feed_dump_init(&d);
		assert_int_equal(read_feed("debian-tracker", path, str_of(rows[i].text), &d, &err),
				 -ERR_FORMAT);
		assert_has(err.msg, rows[i].want);
		feed_dump_done(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_status_is_told_apart),
		RUN(a_bad_record_is_a_problem_and_the_next_is_read),
		RUN(a_broken_file_says_where),
	};

	return RUN_ALL(tests);
}
