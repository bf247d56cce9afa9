/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of PKCS #11 tokens, version 2.40 with CKM_EDDSA of 3.0. The module is opened, asked and
 * closed again with the key. Digests are computed here; the token only signs them (CKM_ECDSA,
 * CKM_RSA_PKCS, CKM_RSA_PKCS_PSS), or the message (CKM_EDDSA).
 */
#include <dlfcn.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "crypto/digest.h"
#include "crypto/pkcs11_uri.h"
#include "crypto/secret_key_inside.h"

#define P11_KIT	    "libp11-kit.so.0" /* itself a module: of all that it knows */
#define SLOTS_MAX   256
#define NUMBERS_MAX 4096 /* bytes of one attribute of a key */

struct token {
	void *library;
	CK_FUNCTION_LIST *f;
	bool initialized; /* by us */
	CK_SESSION_HANDLE session;
	bool has_session;
	CK_OBJECT_HANDLE key;
	CK_KEY_TYPE type;
	size_t field_bytes; /* of the curve */
	bool always_asks;   /* wants the PIN again for each signature */
	char label[33];
	struct secret pin;
};

/* An attribute's bytes. */
struct numbers {
	unsigned char p[NUMBERS_MAX];
	size_t n;
};

static struct str numbers_str(const struct numbers *n)
{
	return str_make(n->p, n->n);
}

static void token_free(void *state)
{
	struct token *t = state;

	if (!t)
		return;
	if (t->has_session)
		(void)t->f->C_CloseSession(t->session); /* logs out */
	if (t->initialized)
		(void)t->f->C_Finalize(NULL); /* it is going anyway */
	if (t->library)
		(void)dlclose(t->library);
	secret_done(&t->pin);
	free(t);
}

static void token_freep(struct token **t)
{
	token_free(*t);
	*t = NULL;
}

static const char *pin_trouble(CK_RV rv)
{
	switch (rv) {
	case CKR_PIN_INCORRECT:
		return "the PIN is wrong";
	case CKR_PIN_LOCKED:
		return "the PIN is locked after too many wrong ones";
	case CKR_PIN_EXPIRED:
		return "the PIN has expired";
	case CKR_USER_PIN_NOT_INITIALIZED:
		return "the token has no PIN yet";
	case CKR_PIN_LEN_RANGE:
	case CKR_PIN_INVALID:
		return "this cannot be the token's PIN";
	default:
		return NULL;
	}
}

static int trouble(const struct token *t, CK_RV rv, const char *what, struct err *err)
{
	const char *pin = pin_trouble(rv);

	if (pin)
		return err_set(err, ERR_DENIED, "token \"%s\": %s", t->label, pin);
	if (rv == CKR_MECHANISM_INVALID || rv == CKR_KEY_TYPE_INCONSISTENT ||
	    rv == CKR_MECHANISM_PARAM_INVALID)
		return err_set(err, ERR_UNSUPPORTED, "token \"%s\": it cannot do this (%s)",
			       t->label, what);
	return err_set(err, rv == CKR_HOST_MEMORY ? ERR_NOMEM : ERR_IO,
		       "token \"%s\": %s gives the error 0x%lx", t->label, what, rv);
}

static int open_module(struct token *t, const struct pkcs11_uri *uri, struct err *err)
{
	struct str path = uri->value[PKCS11_MODULE_PATH];
	CLEANUP(freep) char *name = str_dup(uri->has[PKCS11_MODULE_PATH] ? path : STR(P11_KIT));
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	CK_C_GetFunctionList get_list;
	void *symbol;
	CK_RV rv;

	if (!name)
		return err_nomem(err);
	t->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	symbol = t->library ? dlsym(t->library, "C_GetFunctionList") : NULL;
	if (!symbol)
		return err_set(err, ERR_UNSUPPORTED, "%s is no PKCS #11 module%s", name,
			       uri->has[PKCS11_MODULE_PATH] ? ""
							    : " here: apt-get install libp11-kit0");
	memcpy(&get_list, &symbol, sizeof get_list);
	if (get_list(&t->f) != CKR_OK || !t->f)
		return err_set(err, ERR_IO, "%s: a PKCS #11 module without functions", name);
	rv = t->f->C_Initialize(&args);
	t->initialized = rv == CKR_OK;
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return err_set(err, ERR_IO, "%s: C_Initialize gives the error 0x%lx", name, rv);
	return 0;
}

/* Fields of PKCS #11 are filled with blanks. */
static struct str field(const unsigned char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\0'))
		n--;
	return str_make(p, n);
}

static bool fits(const struct pkcs11_uri *uri, enum pkcs11_attribute which, struct str there)
{
	return !uri->has[which] || str_eq(uri->value[which], there);
}

static bool slot_fits(const struct token *t, const struct pkcs11_uri *uri, CK_SLOT_ID slot,
		      CK_TOKEN_INFO *info)
{
	CK_SLOT_INFO where;
	uint64_t id;

	if (t->f->C_GetTokenInfo(slot, info) != CKR_OK || !(info->flags & CKF_TOKEN_INITIALIZED))
		return false;
	if (uri->has[PKCS11_SLOT_ID] &&
	    (!str_parse_u64(uri->value[PKCS11_SLOT_ID], &id) || id != slot))
		return false;
	if (t->f->C_GetSlotInfo(slot, &where) != CKR_OK)
		return false;
	return fits(uri, PKCS11_TOKEN, field(info->label, sizeof info->label)) &&
	       fits(uri, PKCS11_MANUFACTURER,
		    field(info->manufacturerID, sizeof info->manufacturerID)) &&
	       fits(uri, PKCS11_MODEL, field(info->model, sizeof info->model)) &&
	       fits(uri, PKCS11_SERIAL, field(info->serialNumber, sizeof info->serialNumber)) &&
	       fits(uri, PKCS11_SLOT_DESCRIPTION,
		    field(where.slotDescription, sizeof where.slotDescription)) &&
	       fits(uri, PKCS11_SLOT_MANUFACTURER,
		    field(where.manufacturerID, sizeof where.manufacturerID));
}

/* The one slot that the URI names; which of several is not for a guess. */
static int find_slot(struct token *t, const struct pkcs11_uri *uri, CK_SLOT_ID *ret,
		     CK_TOKEN_INFO *ret_info, struct err *err)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG n = SLOTS_MAX;
	CK_TOKEN_INFO info;
	size_t found = 0;
	CK_RV rv = t->f->C_GetSlotList(CK_TRUE, slots, &n);

	if (rv != CKR_OK)
		return trouble(t, rv, "C_GetSlotList", err);
	for (CK_ULONG i = 0; i < n; i++)
		if (slot_fits(t, uri, slots[i], &info)) {
			*ret = slots[i];
			*ret_info = info;
			found++;
		}
	if (found == 0)
		return err_set(err, ERR_NOT_FOUND, "no PKCS #11 token that the URI names");
	if (found > 1)
		return err_set(err, ERR_USAGE,
			       "%zu PKCS #11 tokens fit the URI; add token= or serial=", found);
	return 0;
}

static int read_pin(struct token *t, const struct pkcs11_uri *uri, const struct secret_ask *ask,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SECRET_KEY_PASSPHRASE_MAX);
	struct str path = uri->value[PKCS11_PIN_SOURCE], pin;
	CLEANUP(freep) char *name = NULL;
	char what[64];
	int r;

	if (!uri->has[PKCS11_PIN_SOURCE]) {
		(void)snprintf(what, sizeof what, "PIN of the token \"%s\"", t->label);
		return secret_ask_for(ask, what, &t->pin, err);
	}
	(void)str_pull_prefix(&path, STR("file:")); /* may stand there */
	name = str_dup(path);
	r = name ? file_read(name, &bytes, err) : err_nomem(err);
	pin = strbuf_str(&bytes);
	(void)str_cut(pin, '\n', &pin, &(struct str){0}); /* one line, or all of it */
	if (r == 0 && !secret_set(&t->pin, pin))
		r = err_nomem(err);
	if (bytes.p)
		explicit_bzero(bytes.p, bytes.cap);
	return r;
}

static int log_in(struct token *t, const struct pkcs11_uri *uri, const struct secret_ask *ask,
		  CK_FLAGS flags, struct err *err)
{
	bool pad = flags & CKF_PROTECTED_AUTHENTICATION_PATH; /* has its own keys for the PIN */
	int r = 0;
	CK_RV rv;

	if (!(flags & CKF_LOGIN_REQUIRED))
		return 0;
	if (!pad)
		r = read_pin(t, uri, ask, err);
	if (r < 0)
		return r;
	rv = t->f->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)t->pin.p, t->pin.n);
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
		return trouble(t, rv, "C_Login", err);
	return 0;
}

/* Objects of a class with the URI's name and id; how many there are, at most 2. */
static int find_objects(struct token *t, CK_OBJECT_CLASS class, const struct str *label,
			const struct str *id, CK_OBJECT_HANDLE found[2], CK_ULONG *ret_n,
			struct err *err)
{
	CK_ATTRIBUTE wanted[3] = {{CKA_CLASS, &class, sizeof class}};
	CK_ULONG n = 1;
	CK_RV rv;

	if (label)
		wanted[n++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)label->p, label->n};
	if (id)
		wanted[n++] = (CK_ATTRIBUTE){CKA_ID, (void *)id->p, id->n};
	rv = t->f->C_FindObjectsInit(t->session, wanted, n);
	if (rv != CKR_OK)
		return trouble(t, rv, "C_FindObjectsInit", err);
	rv = t->f->C_FindObjects(t->session, found, 2, ret_n);
	(void)t->f->C_FindObjectsFinal(t->session); /* nothing depends on it */
	return rv == CKR_OK ? 0 : trouble(t, rv, "C_FindObjects", err);
}

static int get(const struct token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
	       struct numbers *ret, struct err *err)
{
	CK_ATTRIBUTE a = {type, ret->p, sizeof ret->p};
	CK_RV rv = t->f->C_GetAttributeValue(t->session, object, &a, 1);

	if (rv != CKR_OK || a.ulValueLen > sizeof ret->p)
		return trouble(t, rv, "C_GetAttributeValue", err);
	ret->n = a.ulValueLen;
	return 0;
}

static int find_key(struct token *t, const struct pkcs11_uri *uri, struct err *err)
{
	const struct str *label = uri->has[PKCS11_OBJECT] ? &uri->value[PKCS11_OBJECT] : NULL;
	const struct str *id = uri->has[PKCS11_ID] ? &uri->value[PKCS11_ID] : NULL;
	CK_OBJECT_HANDLE found[2];
	CK_BBOOL always = CK_FALSE;
	CK_ATTRIBUTE type = {CKA_KEY_TYPE, &t->type, sizeof t->type};
	CK_ATTRIBUTE asks = {CKA_ALWAYS_AUTHENTICATE, &always, sizeof always};
	CK_ULONG n = 0;
	CK_RV rv;
	int r = find_objects(t, CKO_PRIVATE_KEY, label, id, found, &n, err);

	if (r < 0)
		return r;
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "token \"%s\": no private key that the URI names", t->label);
	if (n > 1)
		return err_set(err, ERR_USAGE,
			       "token \"%s\": several private keys fit the URI; add object= or id=",
			       t->label);
	t->key = found[0];
	rv = t->f->C_GetAttributeValue(t->session, t->key, &type, 1);
	if (rv != CKR_OK)
		return trouble(t, rv, "C_GetAttributeValue", err);
	/* Not every token has heard of this one. */
	if (t->f->C_GetAttributeValue(t->session, t->key, &asks, 1) == CKR_OK)
		t->always_asks = always == CK_TRUE;
	return 0;
}

static int rsa_public(const struct token *t, struct public_key **ret, struct err *err)
{
	struct numbers modulus, exponent;
	int r = get(t, t->key, CKA_MODULUS, &modulus, err);

	if (r == 0)
		r = get(t, t->key, CKA_PUBLIC_EXPONENT, &exponent, err);
	if (r < 0)
		return r;
	return public_key_of_rsa(numbers_str(&modulus), numbers_str(&exponent), ret, err);
}

static int curve_of(struct str params, enum key_type *ret, struct err *err)
{
	static const struct {
		struct str der; /* the object identifier */
		enum key_type type;
	} curves[] = {
		{{"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10}, KEY_EC_P256},
		{{"\x06\x05\x2b\x81\x04\x00\x22", 7}, KEY_EC_P384},
		{{"\x06\x05\x2b\x81\x04\x00\x23", 7}, KEY_EC_P521},
	};

	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (str_eq(curves[i].der, params)) {
			*ret = curves[i].type;
			return 0;
		}
	return err_set(err, ERR_DENIED, "a key on a curve other than P-256, P-384 and P-521");
}

/* A point stands in an OCTET STRING; some tokens leave that out. */
static int unwrap(const struct numbers *value, size_t bare, struct str *ret, struct err *err)
{
	const unsigned char *p = value->p;
	long n;
	int tag, class;

	*ret = numbers_str(value);
	if (value->n == bare)
		return 0;
	if (ASN1_get_object(&p, &n, &tag, &class, (long)value->n) != 0 ||
	    tag != V_ASN1_OCTET_STRING || p + n != value->p + value->n) {
		ERR_clear_error();
		return err_set(err, ERR_FORMAT, "the token gives a public key that is none");
	}
	*ret = str_make(p, (size_t)n);
	return 0;
}

/* The public key that stands beside the private one: by its id, else by its name. */
static int point_of(struct token *t, struct numbers *ret, struct err *err)
{
	struct numbers name;
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n = 0;
	bool by_id = get(t, t->key, CKA_ID, &name, NULL) == 0 && name.n > 0;
	struct str key;
	int r = by_id ? 0 : get(t, t->key, CKA_LABEL, &name, err);

	if (r < 0)
		return r;
	key = numbers_str(&name);
	r = find_objects(t, CKO_PUBLIC_KEY, by_id ? NULL : &key, by_id ? &key : NULL, found, &n,
			 err);
	if (r < 0)
		return r;
	if (n != 1)
		return err_set(err, ERR_NOT_FOUND,
			       "token \"%s\": %s beside the private one, which alone does not "
			       "tell its public half",
			       t->label, n ? "several public keys" : "no public key");
	return get(t, found[0], CKA_EC_POINT, ret, err);
}

static int ec_public(struct token *t, struct public_key **ret, struct err *err)
{
	struct numbers params, point;
	enum key_type curve = KEY_EC_P256;
	struct str bare = STR_NULL;
	int r = get(t, t->key, CKA_EC_PARAMS, &params, err);

	if (r == 0)
		r = curve_of(numbers_str(&params), &curve, err);
	if (r == 0)
		r = point_of(t, &point, err);
	if (r < 0)
		return r;
	t->field_bytes = curve == KEY_EC_P256 ? 32 : curve == KEY_EC_P384 ? 48 : 66;
	r = unwrap(&point, 1 + 2 * t->field_bytes, &bare, err);
	if (r < 0)
		return r;
	if (bare.n != 1 + 2 * t->field_bytes || bare.p[0] != 4)
		return err_set(err, ERR_FORMAT, "the token gives a public key that is none");
	return public_key_of_ec(curve, str_sub(bare, 1, t->field_bytes),
				str_skip(bare, 1 + t->field_bytes), ret, err);
}

static int edwards_public(struct token *t, struct public_key **ret, struct err *err)
{
	struct numbers point;
	struct str bare = STR_NULL;
	int r = point_of(t, &point, err);

	if (r == 0)
		r = unwrap(&point, 32, &bare, err);
	return r < 0 ? r : public_key_of_ed25519(bare, ret, err);
}

static int public_of(struct token *t, struct public_key **ret, struct err *err)
{
	if (t->type == CKK_RSA)
		return rsa_public(t, ret, err);
	if (t->type == CKK_EC)
		return ec_public(t, ret, err);
	if (t->type == CKK_EC_EDWARDS)
		return edwards_public(t, ret, err);
	return err_set(err, ERR_UNSUPPORTED, "a key that is none of RSA, ECDSA and Ed25519");
}

/* DigestInfo of PKCS #1 before the digest. */
static const struct hash {
	size_t bytes;
	enum digest_algorithm algorithm;
	CK_MECHANISM_TYPE mechanism;
	CK_RSA_PKCS_MGF_TYPE mgf;
	struct str prefix;
} hashes[] = {
	{32,
	 DIGEST_SHA256,
	 CKM_SHA256,
	 CKG_MGF1_SHA256,
	 {"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19}},
	{48,
	 DIGEST_SHA384,
	 CKM_SHA384,
	 CKG_MGF1_SHA384,
	 {"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30", 19}},
	{64,
	 DIGEST_SHA512,
	 CKM_SHA512,
	 CKG_MGF1_SHA512,
	 {"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", 19}},
};

static int digest_message(const struct hash *hash, struct str message, struct strbuf *out,
			  struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value value;
	int r = digest_init(&d, hash->algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, message);
	digest_final(&d, &value);
	strbuf_add_bytes(out, value.bytes, hash->bytes);
	return strbuf_check(out, err);
}

static int c_sign(struct token *t, CK_MECHANISM *mechanism, struct str input, struct strbuf *out,
		  struct err *err)
{
	CK_ULONG n = SECRET_KEY_SIGNATURE_MAX;
	char *room = strbuf_reserve(out, n);
	CK_RV rv;

	if (!room)
		return err_nomem(err);
	rv = t->f->C_SignInit(t->session, mechanism, t->key);
	if (rv != CKR_OK)
		return trouble(t, rv, "C_SignInit", err);
	if (t->always_asks) {
		rv = t->f->C_Login(t->session, CKU_CONTEXT_SPECIFIC, (CK_UTF8CHAR *)t->pin.p,
				   t->pin.n);
		if (rv != CKR_OK)
			return trouble(t, rv, "C_Login", err);
	}
	rv = t->f->C_Sign(t->session, (CK_BYTE *)input.p, input.n, (CK_BYTE *)room, &n);
	if (rv != CKR_OK)
		return trouble(t, rv, "C_Sign", err);
	strbuf_commit(out, n);
	return 0;
}

static int sign_ecdsa(struct token *t, struct str digest, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	int r = c_sign(t, &mechanism, digest, &raw, err);

	return r < 0 ? r : ecdsa_der_of_raw(strbuf_str(&raw), t->field_bytes, out, err);
}

static int sign_rsa(struct token *t, const struct signature_facts *s, const struct hash *hash,
		    struct str digest, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf info = STRBUF_INIT(128);
	CK_RSA_PKCS_PSS_PARAMS params = {hash->mechanism, hash->mgf, hash->bytes};
	CK_MECHANISM pss = {CKM_RSA_PKCS_PSS, &params, sizeof params};
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0};

	if (s->family == FAMILY_RSA_PSS)
		return c_sign(t, &pss, digest, out, err);
	strbuf_add(&info, hash->prefix);
	strbuf_add(&info, digest);
	return c_sign(t, &pkcs1, strbuf_str(&info), out, err);
}

static int sign_token(void *state, const struct signature_facts *s, struct str message,
		      struct strbuf *out, struct err *err)
{
	struct token *t = state;
	CLEANUP(strbuf_done) struct strbuf digest = STRBUF_INIT(DIGEST_BYTES_MAX);
	CK_MECHANISM eddsa = {CKM_EDDSA, NULL, 0};
	const struct hash *hash = NULL;
	int r;

	if (s->family == FAMILY_ED25519)
		return c_sign(t, &eddsa, message, out, err);
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (hashes[i].bytes == s->digest_bytes)
			hash = &hashes[i];
	if (!hash)
		return err_set(err, ERR_BUG, "a scheme without a digest");
	r = digest_message(hash, message, &digest, err);
	if (r < 0)
		return r;
	if (s->family == FAMILY_ECDSA)
		return sign_ecdsa(t, strbuf_str(&digest), out, err);
	return sign_rsa(t, s, hash, strbuf_str(&digest), out, err);
}

static int open_token(struct token *t, const struct pkcs11_uri *uri, const struct secret_ask *ask,
		      struct err *err)
{
	CK_SLOT_ID slot = 0;
	CK_TOKEN_INFO info = {0};
	struct str label;
	CK_RV rv;
	int r = open_module(t, uri, err);

	if (r == 0)
		r = find_slot(t, uri, &slot, &info, err);
	if (r < 0)
		return r;
	label = field(info.label, sizeof info.label);
	(void)snprintf(t->label, sizeof t->label, "%.*s", STR_FMT(label));
	rv = t->f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);
	if (rv != CKR_OK)
		return trouble(t, rv, "C_OpenSession", err);
	t->has_session = true;
	r = log_in(t, uri, ask, info.flags, err);
	return r < 0 ? r : find_key(t, uri, err);
}

int secret_key_open_pkcs11(struct str uri_text, const struct secret_ask *ask,
			   struct secret_key **ret, struct err *err)
{
	CLEANUP(pkcs11_uri_done) struct pkcs11_uri uri = {0};
	CLEANUP(token_freep) struct token *t = calloc(1, sizeof *t);
	CLEANUP(secret_key_freep) struct secret_key *key = calloc(1, sizeof *key);
	int r;

	if (!t || !key)
		return err_nomem(err);
	r = pkcs11_uri_parse(uri_text, &uri, err);
	if (r == 0)
		r = open_token(t, &uri, ask, err);
	if (r == 0)
		r = public_of(t, &key->public_half, err);
	if (r < 0)
		return r;
	key->keeper = "PKCS #11";
	key->sign = sign_token;
	key->free_state = token_free;
	key->state = TAKE(t);
	*ret = TAKE(key);
	return 0;
}
