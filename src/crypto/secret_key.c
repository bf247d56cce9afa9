/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "crypto/secret_key_inside.h"

static void ctx_freep(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

static void openssl_freep(unsigned char **p)
{
	OPENSSL_free(*p);
}

void secret_key_free(struct secret_key *key)
{
	if (!key)
		return;
	if (key->free_state)
		key->free_state(key->state);
	public_key_free(key->public_half);
	free(key);
}

void secret_key_freep(struct secret_key **key)
{
	secret_key_free(*key);
	*key = NULL;
}

void secret_key_evp_free(struct secret_key_evp *state)
{
	if (!state)
		return;
	EVP_PKEY_free(state->pkey); /* which wipes the numbers */
	for (size_t i = 0; i < ARRAY_LEN(state->providers); i++)
		if (state->providers[i])
			OSSL_PROVIDER_unload(state->providers[i]);
	OSSL_LIB_CTX_free(state->library);
	free(state);
}

void secret_key_evp_freep(struct secret_key_evp **state)
{
	secret_key_evp_free(*state);
	*state = NULL;
}

static void free_evp_state(void *state)
{
	secret_key_evp_free(state);
}

int secret_ask_for(const struct secret_ask *ask, const char *what, struct secret *ret,
		   struct err *err)
{
	int r;

	if (!ask || !ask->ask)
		return err_set(err, ERR_DENIED, "the %s is wanted, and was not given", what);
	r = ask->ask(ask->ctx, what, ret, err);
	if (r == 0 && ret->n > SECRET_KEY_PASSPHRASE_MAX)
		return err_set(err, ERR_LIMIT, "a %s of more than %d bytes", what,
			       SECRET_KEY_PASSPHRASE_MAX);
	return r;
}

static int no_sign(const struct signature_facts *s, struct err *err)
{
	unsigned long code = ERR_peek_last_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;
	int r = err_set(err, ERR_IO, "the key does not sign by %s: %s", s->name,
			why ? why : "no reason given");

	ERR_clear_error();
	return r;
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct signature_facts *s)
{
	if (s->family == FAMILY_RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	if (s->family == FAMILY_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	return true;
}

static int sign_evp(void *state, const struct signature_facts *s, struct str message,
		    struct strbuf *out, struct err *err)
{
	struct secret_key_evp *e = state;
	CLEANUP(ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *of_ctx = NULL;
	size_t n = SECRET_KEY_SIGNATURE_MAX;
	char *room = strbuf_reserve(out, n);

	if (!room || !ctx)
		return err_nomem(err);
	if (EVP_DigestSignInit_ex(ctx, &of_ctx, s->digest, e->library, e->properties, e->pkey,
				  NULL) != 1 ||
	    !set_padding(of_ctx, s) ||
	    EVP_DigestSign(ctx, (unsigned char *)room, &n, (const unsigned char *)message.p,
			   message.n) != 1)
		return no_sign(s, err);
	strbuf_commit(out, n);
	return 0;
}

/* The public half is read back like any other key, which refuses weak ones. */
static int public_of(EVP_PKEY *pkey, struct public_key **ret, struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	int n = i2d_PUBKEY(pkey, &der);

	if (n <= 0) {
		ERR_clear_error();
		return err_set(err, ERR_UNSUPPORTED, "a signing key that tells no public half");
	}
	return public_key_parse(str_make(der, (size_t)n), ret, err);
}

int secret_key_of_evp(const char *keeper, struct secret_key_evp *state, struct secret_key **ret,
		      struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = calloc(1, sizeof *key);
	int r;

	if (!key) {
		secret_key_evp_free(state);
		return err_nomem(err);
	}
	*key = (struct secret_key){
		.keeper = keeper, .state = state, .sign = sign_evp, .free_state = free_evp_state};
	r = public_of(state->pkey, &key->public_half, err);
	if (r < 0)
		return r;
	*ret = TAKE(key);
	return 0;
}

/* A curve key names its public half, which may be another's. */
static bool halves_fit(EVP_PKEY *pkey)
{
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;

	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_EC)
		return true;
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	return ctx && EVP_PKEY_pairwise_check(ctx) == 1;
}

int secret_key_of_pkey(EVP_PKEY *pkey, struct secret_key **ret, struct err *err)
{
	struct secret_key_evp *state;

	ERR_clear_error();
	if (!pkey)
		return err_set(err, ERR_FORMAT, "not a private key");
	state = calloc(1, sizeof *state);
	if (!state) {
		EVP_PKEY_free(pkey);
		return err_nomem(err);
	}
	state->pkey = pkey;
	if (!halves_fit(pkey)) {
		ERR_clear_error();
		secret_key_evp_free(state);
		return err_set(err, ERR_DENIED, "the key's halves do not belong to each other");
	}
	return secret_key_of_evp("file", state, ret, err);
}

static const char *group_of(enum key_type type)
{
	switch (type) {
	case KEY_EC_P256:
		return "P-256";
	case KEY_EC_P384:
		return "P-384";
	case KEY_EC_P521:
		return "P-521";
	case KEY_ED25519:
	case KEY_RSA:
		break;
	}
	return NULL;
}

static EVP_PKEY *generate(enum key_type type, unsigned rsa_bits)
{
	const char *group = group_of(type);

	if (group)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);
	if (type == KEY_ED25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
}

int secret_key_generate(enum key_type type, unsigned rsa_bits, struct secret_key **ret,
			struct err *err)
{
	EVP_PKEY *pkey;

	if (type == KEY_RSA &&
	    (rsa_bits < PUBLIC_KEY_RSA_BITS_MIN || rsa_bits > PUBLIC_KEY_RSA_BITS_MAX))
		return err_set(err, ERR_USAGE, "an RSA key of %u bits; %d to %d are taken",
			       rsa_bits, PUBLIC_KEY_RSA_BITS_MIN, PUBLIC_KEY_RSA_BITS_MAX);
	pkey = generate(type, rsa_bits);
	return pkey ? secret_key_of_pkey(pkey, ret, err) : err_nomem(err);
}

const struct public_key *secret_key_public(const struct secret_key *key)
{
	return key->public_half;
}

const char *secret_key_keeper(const struct secret_key *key)
{
	return key->keeper;
}

int secret_key_sign(const struct secret_key *key, enum signature_scheme scheme, struct str message,
		    struct strbuf *out, struct err *err)
{
	const struct signature_facts *s = signature_facts_of(scheme);
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	struct str given;
	int r;

	if (!public_key_takes(key->public_half, scheme))
		return err_set(err, ERR_DENIED, "an %s key does not sign by %s",
			       public_key_name(key->public_half), signature_scheme_name(scheme));
	r = key->sign(key->state, s, message, &signature, err);
	if (r == 0 && s->raw)
		r = ecdsa_raw_of_der(strbuf_str(&signature),
				     (public_key_bits(key->public_half) + 7) / 8, &raw, err);
	if (r < 0)
		return r;
	given = s->raw ? strbuf_str(&raw) : strbuf_str(&signature);
	if (public_key_verify(key->public_half, scheme, message, given, NULL) < 0)
		return err_set(err, ERR_IO, "the key made a signature that does not hold");
	strbuf_add(out, given);
	return strbuf_check(out, err);
}
