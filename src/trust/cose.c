/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cose.h"

#include "base/cleanup.h"

#define TAG_SIGN1 18

static const struct algorithm {
	int64_t alg;
	enum signature_scheme scheme;
	enum key_type key;
} algorithms[] = {
	{-7, SIGNATURE_ECDSA_RAW_SHA256, KEY_EC_P256},
	{-35, SIGNATURE_ECDSA_RAW_SHA384, KEY_EC_P384},
	{-36, SIGNATURE_ECDSA_RAW_SHA512, KEY_EC_P521},
	{-8, SIGNATURE_ED25519, KEY_ED25519},
	{-37, SIGNATURE_RSA_PSS_SHA256, KEY_RSA},
	{-38, SIGNATURE_RSA_PSS_SHA384, KEY_RSA},
	{-39, SIGNATURE_RSA_PSS_SHA512, KEY_RSA},
};

static const struct algorithm *algorithm_of(int64_t alg)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].alg == alg)
			return &algorithms[i];
	return NULL;
}

enum signature_scheme cose_scheme(int64_t alg)
{
	const struct algorithm *a = algorithm_of(alg);

	return a ? a->scheme : SIGNATURE_NONE;
}

bool cose_alg_fits(int64_t alg, const struct public_key *key)
{
	const struct algorithm *a = algorithm_of(alg);

	return a && a->key == public_key_type(key);
}

/* Labels are integers or texts: RFC 9052, section 1.4. */
static int check_labels(const struct cbor *map, struct err *err)
{
	for (size_t i = 0; map && i < map->n; i += 2)
		if (map->items[i].kind != CBOR_TEXT && map->items[i].kind > CBOR_NEGINT)
			return err_set(err, ERR_FORMAT,
				       "COSE: a header label that is no integer or text");
	return 0;
}

/* The types of common parameters: RFC 9052, section 3.1. */
static int check_types(const struct cbor *map, struct err *err)
{
	const struct cbor *type = cbor_get_int(map, COSE_CONTENT_TYPE);
	const struct cbor *kid = cbor_get_int(map, COSE_KID);

	if (type && type->kind != CBOR_TEXT && type->kind != CBOR_UINT)
		return err_set(err, ERR_FORMAT, "COSE: a content type that is no text or number");
	if (kid && kid->kind != CBOR_BYTES)
		return err_set(err, ERR_FORMAT, "COSE: a kid that is no bytes");
	if (cbor_get_int(map, COSE_IV) || cbor_get_int(map, COSE_PARTIAL_IV))
		return err_set(err, ERR_FORMAT, "COSE: an IV in a signature");
	return 0;
}

static bool has_label(const struct cbor *map, const struct cbor *label)
{
	for (size_t i = 0; map && i < map->n; i += 2)
		if (cbor_same_key(&map->items[i], label))
			return true;
	return false;
}

static bool is_understood(const struct cbor *label, const struct cose_wants *wants)
{
	int64_t number;

	if (label->kind != CBOR_TEXT)
		return cbor_int(label, &number) && number >= COSE_ALG && number <= COSE_KID;
	for (const char *const *u = wants->understood; u && *u; u++)
		if (str_is(label->bytes, *u))
			return true;
	return false;
}

static int check_critical_label(struct cose_sign1 *cose, const struct cbor *label,
				const struct cose_wants *wants, struct err *err)
{
	if (label->kind != CBOR_TEXT && label->kind > CBOR_NEGINT)
		return err_set(err, ERR_FORMAT, "COSE: \"crit\" has what is no label");
	if (!has_label(cose->protected_header, label))
		return err_set(err, ERR_FORMAT,
			       "COSE: \"crit\" has a label that is not in the protected header");
	if (is_understood(label, wants))
		return 0;
	if (label->kind == CBOR_TEXT && wants->keeps_unknown) {
		cose->unknown_critical = label->bytes;
		return 0;
	}
	if (label->kind == CBOR_TEXT)
		return err_set(err, ERR_UNSUPPORTED,
			       "COSE: the critical parameter \"%.*s\" is not known",
			       STR_FMT(label->bytes));
	return err_set(err, ERR_UNSUPPORTED, "COSE: a critical parameter by number is not known");
}

static int check_critical(struct cose_sign1 *cose, const struct cose_wants *wants, struct err *err)
{
	const struct cbor *crit = cbor_get_int(cose->protected_header, COSE_CRIT);
	int r = 0;

	if (cbor_get_int(cose->header, COSE_CRIT))
		return err_set(err, ERR_FORMAT, "COSE: \"crit\" in the header that is not signed");
	if (!crit)
		return 0;
	if (crit->kind != CBOR_ARRAY || crit->n == 0 || crit->n > 32)
		return err_set(err, ERR_FORMAT, "COSE: \"crit\" is not a list of 1 to 32 labels");
	for (size_t i = 0; i < crit->n && r == 0; i++)
		r = check_critical_label(cose, &crit->items[i], wants, err);
	return r;
}

static int check_headers(struct cose_sign1 *cose, const struct cose_wants *wants, struct err *err)
{
	const struct cbor *maps[] = {cose->protected_header, cose->header};
	int r;

	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		if ((r = check_labels(maps[i], err)) < 0 || (r = check_types(maps[i], err)) < 0)
			return r;
	for (size_t i = 0; maps[0] && i < maps[0]->n; i += 2)
		if (has_label(cose->header, &maps[0]->items[i]))
			return err_set(err, ERR_FORMAT, "COSE: a label is in both headers");
	return check_critical(cose, wants, err);
}

static int read_protected(const struct cbor *item, struct arena *arena, struct cose_sign1 *cose,
			  struct err *err)
{
	int r;

	if (item->kind != CBOR_BYTES)
		return err_set(err, ERR_FORMAT, "COSE: the protected header is no bytes");
	cose->protected_bytes = item->bytes;
	if (item->bytes.n == 0)
		return 0;
	r = cbor_parse(item->bytes, arena, &cose->protected_header, err);
	if (r < 0)
		return err_wrap(err, r, "COSE: protected header");
	if (cose->protected_header->kind != CBOR_MAP)
		return err_set(err, ERR_FORMAT, "COSE: the protected header is no map");
	return 0;
}

static int read_alg(struct cose_sign1 *cose, struct err *err)
{
	const struct cbor *alg = cbor_get_int(cose->protected_header, COSE_ALG);

	if (!alg)
		return err_set(err, ERR_FORMAT, "COSE: no algorithm in the protected header");
	if (!cbor_int(alg, &cose->alg) || cose_scheme(cose->alg) == SIGNATURE_NONE)
		return err_set(err, ERR_UNSUPPORTED,
			       "COSE: none of the algorithms ES256 to 512, PS256 to 512, EdDSA");
	return 0;
}

static int read_payload(const struct cbor *item, const struct cose_wants *wants,
			struct cose_sign1 *cose, struct err *err)
{
	if (wants->is_detached && item->kind == CBOR_NULL) {
		cose->payload = wants->detached;
		return 0;
	}
	if (wants->is_detached)
		return err_set(err, ERR_FORMAT, "COSE: a payload inside where none is wanted");
	if (item->kind != CBOR_BYTES)
		return err_set(err, ERR_FORMAT, "COSE: the payload is no bytes");
	cose->payload = item->bytes;
	return 0;
}

static int read_sign1(const struct cbor *doc, const struct cose_wants *wants, struct arena *arena,
		      struct cose_sign1 *cose, struct err *err)
{
	int r;

	if (doc->kind == CBOR_TAG && doc->number == TAG_SIGN1)
		doc = &doc->items[0];
	else if (wants->must_be_tagged)
		return err_set(err, ERR_FORMAT, "COSE: without the tag of COSE_Sign1 (18)");
	if (doc->kind != CBOR_ARRAY || doc->n != 4 || doc->items[1].kind != CBOR_MAP ||
	    doc->items[3].kind != CBOR_BYTES || doc->items[3].bytes.n == 0)
		return err_set(err, ERR_FORMAT, "COSE: not the four parts of COSE_Sign1");
	cose->header = &doc->items[1];
	cose->signature = doc->items[3].bytes;
	if ((r = read_protected(&doc->items[0], arena, cose, err)) < 0 ||
	    (r = read_payload(&doc->items[2], wants, cose, err)) < 0 ||
	    (r = check_headers(cose, wants, err)) < 0)
		return r;
	return read_alg(cose, err);
}

int cose_sign1_parse(struct str bytes, const struct cose_wants *wants, struct arena *arena,
		     struct cose_sign1 *ret, struct err *err)
{
	struct cose_sign1 cose = {0};
	const struct cbor *doc;
	int r;

	if (bytes.n > COSE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "COSE: %zu bytes; at most %d are taken", bytes.n,
			       COSE_BYTES_MAX);
	if ((r = cbor_parse(bytes, arena, &doc, err)) < 0)
		return err_wrap(err, r, "COSE");
	r = read_sign1(doc, wants, arena, &cose, err);
	if (r == 0)
		*ret = cose;
	return r;
}

/* An empty map is signed as no bytes: RFC 9052, section 3. */
int cose_to_be_signed(struct str protected_bytes, struct str external, struct str payload,
		      struct strbuf *out, struct err *err)
{
	if (str_is(protected_bytes, "\xa0"))
		protected_bytes = STR_NULL;
	cbor_add_array(out, 4);
	cbor_add_text(out, STR("Signature1"));
	cbor_add_bytes(out, protected_bytes);
	cbor_add_bytes(out, external);
	cbor_add_bytes(out, payload);
	return strbuf_check(out, err);
}

int cose_sign1_write(struct str protected_bytes, struct str header, struct str payload,
		     struct str signature, struct strbuf *out, struct err *err)
{
	cbor_add_tag(out, TAG_SIGN1);
	cbor_add_array(out, 4);
	cbor_add_bytes(out, protected_bytes);
	strbuf_add(out, header);
	cbor_add_bytes(out, payload);
	cbor_add_bytes(out, signature);
	return strbuf_check(out, err);
}

int cose_sign1_verify(const struct cose_sign1 *cose, const struct public_key *key,
		      struct str external, struct err *err)
{
	CLEANUP(strbuf_done)
	struct strbuf signed_bytes =
		STRBUF_INIT(cose->protected_bytes.n + external.n + cose->payload.n + 64);
	int r;

	if (!cose_alg_fits(cose->alg, key))
		return err_set(err, ERR_DENIED, "COSE: a signature by %s cannot be of an %s key",
			       signature_scheme_name(cose_scheme(cose->alg)), public_key_name(key));
	r = cose_to_be_signed(cose->protected_bytes, external, cose->payload, &signed_bytes, err);
	if (r < 0)
		return r;
	return public_key_verify(key, cose_scheme(cose->alg), strbuf_str(&signed_bytes),
				 cose->signature, err);
}
