/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers whether JOSE and COSE objects hold, for wycheproof_jose.py and cose_sign1.py: a line of
 * JSON in, a line out.
 *
 *     {"kind": "jws", "key": "<JWK or set, as text>", "text": "<compact>"}        holds|refused:
 * why
 *     {"kind": "cose", "key": "<JWK>", "bytes": "<base64>", "external": "<base64>"}  holds|refused
 *     {"kind": "cose-sign", "protected": .., "header": .., "payload": .., "external": ..,
 *      "signature": ..}  (all base64)          <what is signed> <the object>, both in base64
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "trust/cose.h"
#include "trust/jwe.h"
#include "trust/jws.h"

#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)

static struct str decode(const struct json *line, const char *name, struct arena *arena)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LINE_MAX_BYTES);

	if (base64_decode(json_get_str(line, name), BASE64_STANDARD, &out, NULL) < 0)
		return STR_NULL;
	return arena_str(arena, strbuf_str(&out));
}

static int check_jws(const struct json *line, struct err *err)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	CLEANUP(jws_done) struct jws jws = {0};
	const struct jwk *key;
	int r;

	if ((r = jwk_set_parse(json_get_str(line, "key"), &set, err)) < 0)
		return r;
	r = jws_parse_compact(json_get_str(line, "text"), &(struct jws_wants){0}, &jws, err);
	if (r < 0)
		return r;
	key = set.n == 1 ? &set.keys[0] : jwk_set_find(&set, jws.signatures[0].kid);
	return key ? jws_verify(&jws, 0, key, err)
		   : err_set(err, ERR_DENIED, "no key with that kid");
}

static int check_jwe(const struct json *line, struct err *err)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	CLEANUP(secret_done) struct secret plain = {0};
	int r = jwk_set_parse(json_get_str(line, "key"), &set, err);

	if (r < 0)
		return r;
	if (set.n != 1)
		return err_set(err, ERR_DENIED, "not one key");
	return jwe_open(json_get_str(line, "text"), &set.keys[0], &plain, err);
}

static int check_cose(const struct json *line, struct arena *arena, struct err *err)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	struct cose_sign1 cose;
	int r;

	if ((r = jwk_set_parse(json_get_str(line, "key"), &set, err)) < 0)
		return r;
	r = cose_sign1_parse(decode(line, "bytes", arena), &(struct cose_wants){0}, arena, &cose,
			     err);
	if (r < 0)
		return r;
	return cose_sign1_verify(&cose, set.keys[0].key, decode(line, "external", arena), err);
}

static int write_cose(const struct json *line, struct arena *arena, struct strbuf *out,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf tbs = STRBUF_INIT(LINE_MAX_BYTES);
	CLEANUP(strbuf_done) struct strbuf object = STRBUF_INIT(LINE_MAX_BYTES);
	struct str protected = decode(line, "protected", arena);
	struct str payload = decode(line, "payload", arena);
	int r;

	r = cose_to_be_signed(protected, decode(line, "external", arena), payload, &tbs, err);
	if (r < 0)
		return r;
	r = cose_sign1_write(protected, decode(line, "header", arena), payload,
			     decode(line, "signature", arena), &object, err);
	if (r < 0)
		return r;
	(void)base64_encode(strbuf_str(&tbs), BASE64_STANDARD, out, err);
	strbuf_addc(out, ' ');
	return base64_encode(strbuf_str(&object), BASE64_STANDARD, out, err);
}

static int answer(struct str text, struct arena *arena, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *line = NULL;
	struct str kind;
	int r = json_parse(text, &line, err);

	if (r < 0)
		return r;
	kind = json_get_str(line, "kind");
	if (str_is(kind, "cose-sign"))
		return write_cose(line, arena, out, err);
	strbuf_adds(out, "holds");
	if (str_is(kind, "jws"))
		return check_jws(line, err);
	if (str_is(kind, "jwe"))
		return check_jwe(line, err);
	if (str_is(kind, "cose"))
		return check_cose(line, arena, err);
	return err_set(err, ERR_USAGE, "no such kind");
}

int main(void)
{
	CLEANUP(freep) char *buf = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&buf, &cap, stdin)) > 0) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LINE_MAX_BYTES);
		struct err err = {0};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		if (answer(str_make(buf, (size_t)n), &arena, &out, &err) < 0)
			printf("refused: %s\n", err.msg);
		else
			printf("%s\n", strbuf_cstr(&out));
		arena_done(&arena);
	}
	return 0;
}
