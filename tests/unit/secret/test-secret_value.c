/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "secret/secret_context.h"
#include "secret/secret_value.h"

static const char *const placeholders[] = {
	"AKIAIOSFODNN7EXAMPLE",
	"xxxxxxxx",
	"ghp_xxxxxxxxxxxx",
	"changeme",
	"change-me",
	"${TOKEN}",
	"$TOKEN",
	"$1",
	"{{ token }}",
	"<token>",
	"your-token-here",
	"aaaaaaaaaa",
	"1234567890",
	"****",
	"%(token)s",
	"$(cat token)",
	"[PASSWORD]",
};

TEST(placeholders_are_known)
{
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++)
		if (!secret_is_placeholder(str_of(placeholders[i])))
			fail_msg("%s", placeholders[i]);
	assert_false(secret_is_placeholder(STR("kR3v9TqLm2")));
	assert_false(secret_is_placeholder(STR("$ecret-4ever")));
}

static const struct {
	enum secret_check_kind check;
	const char *value;
	bool passes;
} rows[] = {
	{SECRET_CHECK_AWS_KEY_ID, "AKIAPYCDYBK377OXTZQ6", true},
	{SECRET_CHECK_AWS_KEY_ID, "AKIAPYCDYBK377OXTZQ1", false}, /* 1 is not of base32 */
	{SECRET_CHECK_AWS_KEY_ID, "AKIAPYCDYBK377OXTZQ", false},
	/* the checksum was computed with Python's zlib */
	{SECRET_CHECK_GITHUB_CHECKSUM, "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", true},
	{SECRET_CHECK_GITHUB_CHECKSUM, "ghp_kR3v9TqLm2xWz7Yb0PdQ8sNf4HcJe12Pfj4A", false},
	{SECRET_CHECK_GITHUB_CHECKSUM, "ghp_", false},
	{SECRET_CHECK_JWT, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", true},
	{SECRET_CHECK_JWT, "eyJhbGciOiJIUzI1NiJ9.notjson.x", false},
	{SECRET_CHECK_JWT, "eyJhbGciOiJIUzI1NiJ9", false},
	{SECRET_CHECK_LUHN, "4539578763621486", true},
	{SECRET_CHECK_LUHN, "4539578763621487", false},
	{SECRET_CHECK_LUHN, "", false},
	{SECRET_CHECK_UUID, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true},
	{SECRET_CHECK_UUID, "00000000-0000-0000-0000-000000000000", false},
	{SECRET_CHECK_UUID, "f81d4fae-7dec-11d0-a765-00a0c91e6bg6", false},
	{SECRET_CHECK_BASIC_AUTH, "dXNlcjpodW50ZXIyeA==", true},
	{SECRET_CHECK_BASIC_AUTH, "dXNlcg==", false},
	{SECRET_CHECK_BASIC_AUTH, "dXNlcjokezF9", false}, /* user:${1} */
};

TEST(checks_pass_what_they_should)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (secret_passes(1u << rows[i].check, str_of(rows[i].value)) != rows[i].passes)
			fail_msg("%s of %s", secret_check_name(rows[i].check), rows[i].value);
}

TEST(every_check_has_a_name_and_can_be_found)
{
	for (unsigned i = 0; i < SECRET_N_CHECKS; i++) {
		assert_int_equal(secret_check_find(str_of(secret_check_name(i))), i);
		assert_true(strlen(secret_check_text(i)) > 10);
	}
	assert_int_equal(secret_check_find(STR("nothing")), SECRET_N_CHECKS);
	assert_null(secret_check_name(SECRET_N_CHECKS));
}

TEST(words_are_less_random_than_tokens)
{
	assert_true(secret_randomness(STR("InvalidationList.NextMarker")) < 0.4);
	assert_true(secret_randomness(STR("comment.line.doc.source.rust")) < 0.4);
	assert_true(secret_randomness(STR("9f86d081884c7d659a2feaa0c55ad015")) > 0.45);
	assert_true(secret_randomness(STR("kR3v9TqLm2xWz7Yb0PdQ")) > 0.75);
	assert_true(secret_randomness(STR("ab")) == 0);
}

static const struct {
	enum secret_context_kind kind;
	const char *text, *name;
	double least, most;
} contexts[] = {
	{CONTEXT_PASSWORD, "password = \"x9!kTq2Lm\"", "password", 0.6, 1},
	{CONTEXT_PASSWORD, "DB_PASSWORD=hunter2x", "password", 0.3, 1},
	{CONTEXT_PASSWORD, "password = getpass.getpass()", "password", 0, 0},
	{CONTEXT_PASSWORD, "password: string", "password", 0, 0},
	{CONTEXT_PASSWORD, "password = user.password", "password", 0, 0},
	{CONTEXT_PASSWORD, "password: \"Enter your password now\"", "password", 0, 0},
	{CONTEXT_PASSWORD, "passwordField = \"x9!kTq2Lm\"", "password", 0.1, 0.45},
	{CONTEXT_TOKEN, "api_key = \"kR3v9TqLm2xWz7Yb0PdQ\"", "api_key", 0.7, 1},
	{CONTEXT_TOKEN, "token_url = \"https://id.example.com/token\"", "token", 0, 0},
	{CONTEXT_TOKEN, "output_token: \"InvalidationList.NextMarker\"", "token", 0, 0},
	{CONTEXT_TOKEN, "RequestToken: \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"", "token", 0.3,
	 0.49},
};

TEST(what_stands_around_a_value_says_how_sure)
{
	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		struct secret_pair p;
		double sure;

		assert_true(secret_pair_read(str_of(contexts[i].text), 0, &p));
		sure = secret_context(contexts[i].kind, &p, str_of(contexts[i].name));
		if (sure < contexts[i].least || sure > contexts[i].most)
			fail_msg("%s: %.2f", contexts[i].text, sure);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(placeholders_are_known),
		RUN(checks_pass_what_they_should),
		RUN(every_check_has_a_name_and_can_be_found),
		RUN(words_are_less_random_than_tokens),
		RUN(what_stands_around_a_value_says_how_sure),
	};

	return RUN_ALL(tests);
}
