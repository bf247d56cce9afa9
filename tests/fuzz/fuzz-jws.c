/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature that is read, compact or as JSON, has one signature at least with an algorithm; none
 * of a stranger's key holds. The same bytes are opened as JWE, too, which they are not.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "trust/jwe.h"
#include "trust/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key_text[] =
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":\"AQ\"}";

typedef int parse_fn(struct str text, const struct jws_wants *wants, struct jws *ret,
		     struct err *err);

static void check(parse_fn *parse, struct str text, const struct jwk *key, bool keeps_unknown)
{
	const struct jws_wants wants = {.keeps_unknown = keeps_unknown};
	CLEANUP(jws_done) struct jws jws = {0};
	struct err err = {0};

	if (parse(text, &wants, &jws, &err) < 0) {
		assert(err.msg[0] && jws.n == 0);
		return;
	}
	assert(jws.n > 0);
	for (size_t i = 0; i < jws.n; i++) {
		assert(jws.signatures[i].protected_header);
		if (jws_verify(&jws, i, key, &err) < 0)
			assert(err.msg[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	CLEANUP(secret_done) struct secret plain = {0};
	struct str text = str_make(data, size);
	struct err err = {0};
	int r = jwk_set_parse(STR(key_text), &set, &err);

	assert(r == 0);
	check(jws_parse_compact, text, &set.keys[0], false);
	check(jws_parse_json, text, &set.keys[0], true);
	r = jwe_open(text, &set.keys[0], &plain, &err);
	assert(r < 0 && err.msg[0]);
	return 0;
}
