/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jwe.h"
#include "tests/unit/test.h"

/* RFC 7516, appendix A.3. */
#define HEADER "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0"
#define KEY    "6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ"
#define IV     "AxY8DCtDaGlsbGljb3RoZQ"
#define TEXT   "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY"
#define TAG    "U0m_YmjN04DJvceFICbCVQ"
#define WHOLE  HEADER "." KEY "." IV "." TEXT "." TAG
#define JWK    "{\"kty\":\"oct\",\"k\":\"GawgguFyGrWKav7AX4VKUg\"%s}"

static int open_with(const char *more, struct str text, struct secret *plain, struct err *err)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	char jwk[256];

	snprintf(jwk, sizeof jwk, JWK, more);
	assert_int_equal(jwk_set_parse(str_of(jwk), &set, err), 0);
	return jwe_open(text, &set.keys[0], plain, err);
}

TEST(the_example_of_the_specification_opens)
{
	CLEANUP(secret_done) struct secret plain = {0};
	struct err err = {0};

	if (open_with("", STR(WHOLE), &plain, &err) < 0)
		fail_msg("%s", err.msg);
	assert_str(secret_str(&plain), "Live long and prosper.");
	assert_int_equal(open_with(",\"alg\":\"A128KW\",\"use\":\"enc\"", STR(WHOLE), &plain, &err),
			 0);
}

TEST(what_does_not_open_says_why_only_of_its_form)
{
	const struct {
		const char *key, *text, *why;
	} rows[] = {
		{"", "", "not five parts"},
		{"", HEADER "." KEY "." IV "." TEXT, "not five parts"},
		{"", WHOLE ".", "not five parts"},
		{"", WHOLE ".AA", "not five parts"},
		{"", WHOLE "=", "part 5: base64url with padding"},
		{"", HEADER "." KEY "." IV "." TEXT ".U0m_YmjN04DJvceFICbCVA", "it does not open"},
		{"", HEADER "." KEY "." IV "." TEXT ".U0m_YmjN04DJvceFICbC", "it does not open"},
		{"", HEADER "." KEY ".AxY8DCtDaGlsbGljb3RoZA." TEXT "." TAG, "it does not open"},
		{"", HEADER "." KEY "." IV ".ADlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY." TAG,
		 "it does not open"},
		{"",
		 HEADER ".AKB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ." IV "." TEXT
			"." TAG,
		 "it does not open"},
		{"", HEADER ".." IV "." TEXT "." TAG, "it does not open"},
		{",\"alg\":\"A256KW\"", WHOLE, "encrypted for A128KW with a key for A256KW"},
		{",\"use\":\"sig\"", WHOLE, "the key is not for encryption"},
		/* {"alg":"none","enc":"A128GCM"} */
		{"", "eyJhbGciOiJub25lIiwiZW5jIjoiQTEyOEdDTSJ9." KEY "." IV "." TEXT "." TAG,
		 "no such \"alg\" or \"enc\""},
		/* {"alg":"A128KW","enc":"A128GCM","zip":"DEF"} */
		{"",
		 "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4R0NNIiwiemlwIjoiREVGIn0." KEY "." IV "." TEXT
		 "." TAG,
		 "\"crit\" and \"zip\" are not taken"},
		/* {"alg":"RSA-OAEP","enc":"A128GCM"} */
		{"", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ." KEY "." IV "." TEXT "." TAG,
		 "RSA-OAEP with another kind of key"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(secret_done) struct secret plain = {0};
		struct err err = {0};

		if (open_with(rows[i].key, str_of(rows[i].text), &plain, &err) == 0)
			fail_msg("row %zu opened", i);
		assert_has(err.msg, rows[i].why);
		assert_false(secret_is_set(&plain));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_example_of_the_specification_opens),
		RUN(what_does_not_open_says_why_only_of_its_form),
	};

	return RUN_ALL(tests);
}
