/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jwe.h"

#include "codec/base64.h"
#include "crypto/decrypt.h"
#include "crypto/hmac.h"

enum way { WAY_DIRECT, WAY_WRAP, WAY_GCM_WRAP, WAY_RSA, WAY_AGREE };

static const struct algorithm {
	const char *name;
	enum way way;
	size_t key_bytes; /* that wraps; of WAY_AGREE 0: the key itself comes out */
	enum decrypt_padding padding;
} algorithms[] = {
	{"dir", WAY_DIRECT, 0, 0},
	{"A128KW", WAY_WRAP, 16, 0},
	{"A192KW", WAY_WRAP, 24, 0},
	{"A256KW", WAY_WRAP, 32, 0},
	{"A128GCMKW", WAY_GCM_WRAP, 16, 0},
	{"A192GCMKW", WAY_GCM_WRAP, 24, 0},
	{"A256GCMKW", WAY_GCM_WRAP, 32, 0},
	{"RSA-OAEP", WAY_RSA, 0, DECRYPT_OAEP_SHA1},
	{"RSA-OAEP-256", WAY_RSA, 0, DECRYPT_OAEP_SHA256},
	{"RSA1_5", WAY_RSA, 0, DECRYPT_PKCS1},
	{"ECDH-ES", WAY_AGREE, 0, 0},
	{"ECDH-ES+A128KW", WAY_AGREE, 16, 0},
	{"ECDH-ES+A192KW", WAY_AGREE, 24, 0},
	{"ECDH-ES+A256KW", WAY_AGREE, 32, 0},
};

static const struct encryption {
	const char *name;
	size_t key_bytes; /* of CBC: both halves */
	size_t tag_bytes;
	bool is_gcm;
	enum digest_algorithm digest; /* of CBC */
} encryptions[] = {
	{"A128GCM", 16, 16, true, 0},
	{"A192GCM", 24, 16, true, 0},
	{"A256GCM", 32, 16, true, 0},
	{"A128CBC-HS256", 32, 16, false, DIGEST_SHA256},
	{"A192CBC-HS384", 48, 24, false, DIGEST_SHA384},
	{"A256CBC-HS512", 64, 32, false, DIGEST_SHA512},
};

enum part { PART_HEADER, PART_KEY, PART_IV, PART_TEXT, PART_TAG, N_PARTS };

/* One object while it is opened. */
struct jwe {
	struct str raw_header; /* as it stands: associated data */
	struct strbuf parts[N_PARTS];
	struct json *header;
	const struct algorithm *algorithm;
	const struct encryption *encryption;
};

static void jwe_done(struct jwe *j)
{
	for (size_t i = 0; i < N_PARTS; i++)
		strbuf_done(&j->parts[i]);
	json_free(j->header);
}

static struct str part(const struct jwe *j, enum part i)
{
	return strbuf_str(&j->parts[i]);
}

static int closed(struct err *err)
{
	return err_set(err, ERR_DENIED, "JWE: it does not open");
}

static int decode(struct str text, struct strbuf *out, struct err *err)
{
	if (str_find_char(text, '=') < text.n)
		return err_set(err, ERR_FORMAT, "base64url with padding");
	return base64_decode(text, BASE64_URL, out, err);
}

static int split(struct jwe *j, struct str text, struct err *err)
{
	struct str rest = text, piece;
	size_t n = 0;
	int r;

	while (n < N_PARTS && str_pull_until(&rest, '.', &piece)) {
		if (n == PART_HEADER)
			j->raw_header = piece;
		j->parts[n] = (struct strbuf)STRBUF_INIT(text.n + 4);
		if ((r = decode(piece, &j->parts[n], err)) < 0)
			return err_wrap(err, r, "JWE: part %zu", n + 1);
		n++;
	}
	if (n != N_PARTS || rest.n || (text.n && text.p[text.n - 1] == '.'))
		return err_set(err, ERR_FORMAT, "JWE: not five parts with dots between");
	return 0;
}

static int read_header(struct jwe *j, struct err *err)
{
	struct str alg, enc;
	int r = json_parse(part(j, PART_HEADER), &j->header, err);

	if (r < 0)
		return err_wrap(err, r, "JWE: header");
	if (json_get(j->header, "crit") || json_get(j->header, "zip"))
		return err_set(err, ERR_UNSUPPORTED,
			       "JWE: header: \"crit\" and \"zip\" are not taken");
	alg = json_get_str(j->header, "alg");
	enc = json_get_str(j->header, "enc");
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (str_is(alg, algorithms[i].name))
			j->algorithm = &algorithms[i];
	for (size_t i = 0; i < ARRAY_LEN(encryptions); i++)
		if (str_is(enc, encryptions[i].name))
			j->encryption = &encryptions[i];
	if (!j->algorithm || !j->encryption)
		return err_set(err, ERR_UNSUPPORTED, "JWE: header: no such \"alg\" or \"enc\"");
	return 0;
}

static int check_key(const struct jwe *j, const struct jwk *key, struct err *err)
{
	bool wants_shared = j->algorithm->way <= WAY_GCM_WRAP;

	if (!key->may_decrypt)
		return err_set(err, ERR_DENIED, "JWE: the key is not for encryption");
	if (key->alg.n && !str_is(key->alg, j->algorithm->name))
		return err_set(err, ERR_DENIED, "JWE: encrypted for %s with a key for %.*s",
			       j->algorithm->name, STR_FMT(key->alg));
	if (wants_shared ? !secret_is_set(&key->shared)
			 : !key->key || !secret_is_set(&key->private[JWK_D]))
		return err_set(err, ERR_DENIED, "JWE: %s with another kind of key",
			       j->algorithm->name);
	return 0;
}

static int unwrap_gcm(const struct jwe *j, const struct jwk *key, struct secret *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf iv = STRBUF_INIT(64);
	CLEANUP(strbuf_done) struct strbuf tag = STRBUF_INIT(64);
	int r;

	if ((r = decode(json_get_str(j->header, "iv"), &iv, err)) < 0 ||
	    (r = decode(json_get_str(j->header, "tag"), &tag, err)) < 0)
		return err_wrap(err, r, "JWE: header");
	return decrypt_gcm(secret_str(&key->shared), strbuf_str(&iv), STR_NULL, part(j, PART_KEY),
			   strbuf_str(&tag), ret, err);
}

/* With RSA1_5 a wrong padding is followed by a random key: both fail at the same place. */
static int open_rsa(const struct jwe *j, const struct jwk *key, struct secret *ret, struct err *err)
{
	int r = decrypt_rsa(key->key, secret_str(&key->private[JWK_D]), j->algorithm->padding,
			    part(j, PART_KEY), ret, err);

	if (j->algorithm->padding != DECRYPT_PKCS1)
		return r;
	if (r == -ERR_DENIED || (r == 0 && ret->n != j->encryption->key_bytes))
		return decrypt_random(j->encryption->key_bytes, ret, err);
	return r;
}

static void add_sized(struct digest *d, struct str s)
{
	const unsigned char size[4] = {(unsigned char)(s.n >> 24), (unsigned char)(s.n >> 16),
				       (unsigned char)(s.n >> 8), (unsigned char)s.n};

	digest_update(d, str_make(size, 4));
	digest_update(d, s);
}

/* The Concat KDF of RFC 7518, section 4.6.2, with SHA-256. */
static int derive(const struct jwe *j, const struct secret *shared, struct str id, size_t n,
		  struct secret *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf apu = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf apv = STRBUF_INIT(4096);
	const unsigned char bits[4] = {0, 0, (unsigned char)(n * 8 >> 8), (unsigned char)(n * 8)};
	char out[64 + DIGEST_BYTES_MAX];
	int r;

	if ((r = decode(json_get_str(j->header, "apu"), &apu, err)) < 0 ||
	    (r = decode(json_get_str(j->header, "apv"), &apv, err)) < 0)
		return err_wrap(err, r, "JWE: header");
	for (unsigned char round = 1; (size_t)(round - 1) * 32 < n; round++) {
		const unsigned char counter[4] = {0, 0, 0, round};
		CLEANUP(digest_done) struct digest d = {0};
		struct digest_value v;

		if ((r = digest_init(&d, DIGEST_SHA256, err)) < 0)
			return r;
		digest_update(&d, str_make(counter, 4));
		digest_update(&d, secret_str(shared));
		add_sized(&d, id);
		add_sized(&d, strbuf_str(&apu));
		add_sized(&d, strbuf_str(&apv));
		digest_update(&d, str_make(bits, 4));
		digest_final(&d, &v);
		memcpy(out + (size_t)(round - 1) * 32, v.bytes, 32);
	}
	r = secret_set(ret, str_make(out, n)) ? 0 : err_nomem(err);
	explicit_bzero(out, sizeof out);
	return r;
}

static int open_agreed(const struct jwe *j, const struct jwk *key, struct secret *ret,
		       struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *peer = NULL;
	CLEANUP(secret_done) struct secret shared = {0};
	CLEANUP(secret_done) struct secret wrapping = {0};
	size_t wrap_bytes = j->algorithm->key_bytes;
	int r;

	if ((r = jwk_public_parse(json_get(j->header, "epk"), &peer, err)) < 0)
		return err_wrap(err, r, "JWE: header: \"epk\"");
	r = decrypt_agree(key->key, secret_str(&key->private[JWK_D]), peer, &shared, err);
	if (r < 0)
		return r;
	if (wrap_bytes == 0)
		return part(j, PART_KEY).n ? closed(err)
					   : derive(j, &shared, str_of(j->encryption->name),
						    j->encryption->key_bytes, ret, err);
	r = derive(j, &shared, str_of(j->algorithm->name), wrap_bytes, &wrapping, err);
	return r < 0 ? r : decrypt_key_wrap(secret_str(&wrapping), part(j, PART_KEY), ret, err);
}

static int open_key(const struct jwe *j, const struct jwk *key, struct secret *ret, struct err *err)
{
	size_t n = j->algorithm->key_bytes;

	switch (j->algorithm->way) {
	case WAY_DIRECT:
		if (part(j, PART_KEY).n)
			return closed(err);
		return secret_set(ret, secret_str(&key->shared)) ? 0 : err_nomem(err);
	case WAY_WRAP:
		return key->shared.n == n ? decrypt_key_wrap(secret_str(&key->shared),
							     part(j, PART_KEY), ret, err)
					  : closed(err);
	case WAY_GCM_WRAP:
		return key->shared.n == n ? unwrap_gcm(j, key, ret, err) : closed(err);
	case WAY_RSA:
		return open_rsa(j, key, ret, err);
	case WAY_AGREE:
		return open_agreed(j, key, ret, err);
	}
	return closed(err);
}

/* RFC 7518, section 5.2.2: the tag is over header, IV, text and the header's length in bits. */
static int check_tag(const struct jwe *j, struct str mac_key, struct err *err)
{
	CLEANUP(strbuf_done)
	struct strbuf input =
		STRBUF_INIT(j->raw_header.n + part(j, PART_IV).n + part(j, PART_TEXT).n + 8);
	uint64_t bits = (uint64_t)j->raw_header.n * 8;
	size_t n = j->encryption->tag_bytes;
	int r;

	strbuf_add(&input, j->raw_header);
	strbuf_add(&input, part(j, PART_IV));
	strbuf_add(&input, part(j, PART_TEXT));
	for (int i = 7; i >= 0; i--)
		strbuf_addc(&input, (char)(bits >> (8 * i) & 0xff));
	if ((r = strbuf_check(&input, err)) < 0)
		return r;
	if (part(j, PART_TAG).n != n)
		return closed(err);
	return hmac_verify_cut(j->encryption->digest, mac_key, strbuf_str(&input),
			       part(j, PART_TAG), err);
}

static int open_text(const struct jwe *j, const struct secret *key, struct secret *ret,
		     struct err *err)
{
	struct str bytes = secret_str(key), mac_key = str_sub(bytes, 0, bytes.n / 2);
	int r;

	if (bytes.n != j->encryption->key_bytes)
		return closed(err);
	if (j->encryption->is_gcm)
		return decrypt_gcm(bytes, part(j, PART_IV), j->raw_header, part(j, PART_TEXT),
				   part(j, PART_TAG), ret, err);
	if ((r = check_tag(j, mac_key, err)) < 0)
		return r;
	return decrypt_cbc(str_skip(bytes, bytes.n / 2), part(j, PART_IV), part(j, PART_TEXT), ret,
			   err);
}

int jwe_open(struct str text, const struct jwk *key, struct secret *ret, struct err *err)
{
	CLEANUP(jwe_done) struct jwe j = {0};
	CLEANUP(secret_done) struct secret content_key = {0};
	int r;

	if (text.n > JWE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "JWE: %zu bytes; at most %d are taken", text.n,
			       JWE_BYTES_MAX);
	if ((r = split(&j, text, err)) < 0 || (r = read_header(&j, err)) < 0 ||
	    (r = check_key(&j, key, err)) < 0)
		return r;
	r = open_key(&j, key, &content_key, err);
	if (r == 0)
		r = open_text(&j, &content_key, ret, err);
	return r == -ERR_DENIED ? closed(err) : r;
}
