/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/sign.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_writer.h"
#include "trust/canonical_json.h"

static const struct {
	enum signature_scheme scheme;
	const char *method;
} methods[] = {
	[KEY_EC_P256] = {SIGNATURE_ECDSA_RAW_SHA256, "ecdsa"},
	[KEY_EC_P384] = {SIGNATURE_ECDSA_RAW_SHA256, "ecdsa"},
	[KEY_EC_P521] = {SIGNATURE_ECDSA_RAW_SHA256, "ecdsa"},
	[KEY_ED25519] = {SIGNATURE_ED25519, "eddsa"},
	[KEY_RSA] = {SIGNATURE_RSA_PSS_SHA256, "rsapss"},
};

static int canonical(struct str body, struct strbuf *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(body, &doc, err);

	return r < 0 ? r : canonical_json_write(doc, ret, err);
}

static int add_signature(struct json_writer *w, const struct dct_signer *signer, struct str message,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * SECRET_KEY_SIGNATURE_MAX);
	enum key_type type = public_key_type(secret_key_public(signer->key));
	int r = secret_key_sign(signer->key, methods[type].scheme, message, &raw, err);

	if (r == 0)
		r = base64_encode(strbuf_str(&raw), BASE64_STANDARD, &text, err);
	if (r < 0)
		return r;
	json_open_map(w);
	json_put_str(w, "keyid", signer->id);
	json_put_text(w, "method", methods[type].method);
	json_put_str(w, "sig", strbuf_str(&text));
	json_close_map(w);
	return 0;
}

int dct_sign(struct str body, const struct dct_signer *signers, size_t n, struct strbuf *ret,
	     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf message = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;
	int r = canonical(body, &message, err);

	json_writer_init(&w, ret, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "signed");
	json_add_raw(&w, body);
	json_key(&w, "signatures");
	json_open_list(&w);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_signature(&w, &signers[i], strbuf_str(&message), err);
	json_close_list(&w);
	json_close_map(&w);
	return r < 0 ? r : strbuf_check(ret, err);
}
