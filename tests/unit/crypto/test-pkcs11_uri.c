/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pkcs11_uri.h"
#include "tests/unit/test.h"

TEST(attributes_are_decoded)
{
	CLEANUP(pkcs11_uri_done) struct pkcs11_uri uri = {0};
	struct err err = {0};

	assert_int_equal(pkcs11_uri_parse(STR("pkcs11:token=My%20token;object=key%3b1;id=%01%ff"
					      "?module-path=/lib/m.so&pin-source=file:/etc/pin"),
					  &uri, &err),
			 0);
	assert_str(uri.value[PKCS11_TOKEN], "My token");
	assert_str(uri.value[PKCS11_OBJECT], "key;1");
	assert_str(uri.value[PKCS11_ID], "\x01\xff");
	assert_str(uri.value[PKCS11_MODULE_PATH], "/lib/m.so");
	assert_str(uri.value[PKCS11_PIN_SOURCE], "file:/etc/pin");
	assert_false(uri.has[PKCS11_SERIAL]);
}

TEST(what_is_not_understood_is_refused)
{
	static const struct {
		const char *uri;
		int r;
		const char *why;
	} rows[] = {
		{"tpm:x", -ERR_FORMAT, "not a PKCS #11 URI"},
		{"pkcs11:token", -ERR_FORMAT, "\"token\" lacks a value"},
		{"pkcs11:token=a;token=b", -ERR_FORMAT, "token stands twice"},
		{"pkcs11:colour=blue", -ERR_UNSUPPORTED, "\"colour\" is not known"},
		{"pkcs11:module-path=/x", -ERR_UNSUPPORTED, "\"module-path\" is not known"},
		{"pkcs11:object=%4", -ERR_FORMAT, "a % without two digits"},
		{"pkcs11:object=%", -ERR_FORMAT, "a % without two digits"},
		{"pkcs11:object=%zz", -ERR_FORMAT, "a % without two digits"},
		{"pkcs11:type=cert", -ERR_FORMAT, "type=private"},
		{"pkcs11:object=a?module-path=m.so", -ERR_FORMAT, "no absolute path"},
		{"pkcs11:object=a?module-name=m", -ERR_UNSUPPORTED, "\"module-name\""},
		{"pkcs11:object=a?pin-value=1234", -ERR_DENIED, "pin-source="},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(pkcs11_uri_done) struct pkcs11_uri uri = {0};
		struct err err = {0};

		assert_int_equal(pkcs11_uri_parse(str_of(rows[i].uri), &uri, &err), rows[i].r);
		assert_has(err.msg, rows[i].why);
		assert_true(!strstr(err.msg, "1234"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(attributes_are_decoded),
		RUN(what_is_not_understood_is_refused),
	};

	return RUN_ALL(tests);
}
