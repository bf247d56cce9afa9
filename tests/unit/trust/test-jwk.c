/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jwk.h"
#include "tests/unit/test.h"

/* The public key of RFC 7515, appendix A.3. */
#define EC                                                                                         \
	"'kty':'EC','crv':'P-256','x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',"              \
	"'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'"
/* RFC 8037, appendix A.2. */
#define OKP "'kty':'OKP','crv':'Ed25519','x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'"
#define OCT "'kty':'oct','k':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"

static int parse(const char *text, struct jwk_set *set, struct err *err)
{
	char bytes[2048];
	size_t n = strlen(text);

	assert_true(n < sizeof bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = text[i] == '\'' ? '"' : text[i];
	return jwk_set_parse(str_make(bytes, n), set, err);
}

TEST(one_key_and_sets_of_keys)
{
	const struct {
		const char *text;
		size_t n, n_unknown;
	} rows[] = {
		{"{" EC "}", 1, 0},
		{"{" OKP ",'kid':'a','use':'sig'}", 1, 0},
		{"{" OCT "}", 1, 0},
		{"{'keys':[]}", 0, 0},
		{"{'keys':[{" EC ",'kid':'a'},{" OKP ",'kid':'b'}]}", 2, 0},
		{"{'keys':[{'kty':'PQ','kid':'a'},{" OKP ",'kid':'b'}]}", 1, 1},
		{"{'keys':[{" OCT ",'kid':'a'},{" OCT ",'kid':'b'}]}", 2, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(jwk_set_done) struct jwk_set set = {0};
		struct err err = {0};

		if (parse(rows[i].text, &set, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.msg);
		assert_int_equal(set.n, rows[i].n);
		assert_int_equal(set.n_unknown, rows[i].n_unknown);
	}
}

TEST(a_key_is_found_by_its_kid)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};

	assert_int_equal(parse("{'keys':[{" EC ",'kid':'a'},{" OKP ",'kid':'b'}]}", &set, NULL), 0);
	assert_ptr_equal(jwk_set_find(&set, STR("b")), &set.keys[1]);
	assert_null(jwk_set_find(&set, STR("c")));
	assert_null(jwk_set_find(&set, STR_NULL));
	assert_int_equal(public_key_type(set.keys[1].key), KEY_ED25519);
}

TEST(keys_that_are_refused_say_why)
{
	const struct {
		const char *text, *why;
	} rows[] = {
		{"", "JSON Web Key: "},
		{"[]", "not an object"},
		{"{}", "no type \"\""},
		{"{'kty':'PQ'}", "no type \"PQ\""},
		{"{'keys':1}", "\"keys\" is not a list"},
		{"{'keys':[1]}", "key 0: not an object"},
		{"{'kty':'EC','crv':'P-192','x':'AA','y':'AA'}", "no curve \"P-192\""},
		{"{'kty':'EC','crv':'P-256','x':'AA'}", "\"y\" is missing"},
		{"{'kty':'EC','crv':'P-256','x':'A=','y':'AA'}", "\"x\": base64url with padding"},
		{"{'kty':'EC','crv':'P-256','x':'?','y':'AA'}", "\"x\": base64"},
		{"{'kty':'OKP','crv':'Ed448','x':'AA'}", "no curve \"Ed448\""},
		{"{'kty':'oct','k':''}", "\"k\" is empty"},
		{"{" EC ",'alg':'ES384'}", "\"alg\" ES384 with an ECDSA P-256 key"},
		{"{" OKP ",'alg':'ES256'}", "\"alg\" ES256 with an Ed25519 key"},
		{"{" EC ",'kid':7}", "\"kid\" is no text"},
		{"{" EC ",'use':'both'}", "\"use\" is neither"},
		{"{" EC ",'key_ops':'verify'}", "\"key_ops\" is not a list"},
		{"{'keys':[{" EC ",'kid':'a'},{" OKP ",'kid':'a'}]}",
		 "two keys with the \"kid\" a"},
		{"{'keys':[{" EC ",'kid':'a'},{" OCT ",'kid':'b'}]}", "shared secrets and public"},
		{"{'kty':'RSA','n':'AQAB','e':'AQAB'}", "RSA key of 17 bits"},
		{"{" EC ",'kty':'EC'}", "JSON Web Key: "},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(jwk_set_done) struct jwk_set set = {0};
		struct err err = {0};

		if (parse(rows[i].text, &set, &err) == 0)
			fail_msg("taken: %s", rows[i].text);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(use_and_operations_say_what_a_key_is_for)
{
	const struct {
		const char *text;
		bool verifies, decrypts;
	} rows[] = {
		{"{" EC "}", true, true},
		{"{" EC ",'use':'sig'}", true, false},
		{"{" EC ",'use':'enc'}", false, true},
		{"{" EC ",'key_ops':['verify']}", true, false},
		{"{" EC ",'key_ops':['deriveKey']}", false, true},
		{"{" EC ",'key_ops':['sign']}", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(jwk_set_done) struct jwk_set set = {0};

		assert_int_equal(parse(rows[i].text, &set, NULL), 0);
		assert_int_equal(set.keys[0].may_verify, rows[i].verifies);
		assert_int_equal(set.keys[0].may_decrypt, rows[i].decrypts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(one_key_and_sets_of_keys),
		RUN(a_key_is_found_by_its_kid),
		RUN(keys_that_are_refused_say_why),
		RUN(use_and_operations_say_what_a_key_is_for),
	};

	return RUN_ALL(tests);
}
