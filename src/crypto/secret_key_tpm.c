/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that a TPM 2.0 keeps, through OpenSSL's provider "tpm2", in a library context of its own:
 * nothing else of the program ever computes on the TPM. Which TPM: TPM2OPENSSL_TCTI, else the one
 * that tpm2-tss finds.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "base/cleanup.h"
#include "crypto/secret_key_inside.h"

#define TPM_PROPERTIES "?provider=tpm2"

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void store_freep(OSSL_STORE_CTX **s)
{
	if (*s)
		(void)OSSL_STORE_close(*s); /* read to its end */
}

static void info_freep(OSSL_STORE_INFO **i)
{
	OSSL_STORE_INFO_free(*i);
}

static void method_freep(UI_METHOD **m)
{
	UI_destroy_method(*m);
}

/* What the callback of OpenSSL needs to ask, and what came of it. */
struct asked {
	const struct secret_ask *ask;
	struct err err;
	int r;
};

static int give_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	struct asked *a = ctx;
	CLEANUP(secret_done) struct secret word = {0};

	(void)rwflag;
	a->r = secret_ask_for(a->ask, "passphrase of the TPM's key", &word, &a->err);
	if (a->r < 0 || word.n > (size_t)size)
		return -1;
	if (word.n)
		memcpy(buf, word.p, word.n);
	return (int)word.n;
}

static int no_key(const struct asked *a, struct err *err)
{
	unsigned long code = ERR_peek_last_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;
	int r = a->r;

	if (r < 0)
		err_set(err, a->err.code, "%s", a->err.msg);
	else
		r = err_set(err, ERR_IO, "the TPM does not give the key: %s",
			    why ? why : "no reason given");
	ERR_clear_error();
	return r;
}

static int open_provider(struct secret_key_evp *state, struct err *err)
{
	state->library = OSSL_LIB_CTX_new();
	if (!state->library)
		return err_nomem(err);
	state->properties = TPM_PROPERTIES;
	state->providers[0] = OSSL_PROVIDER_load(state->library, "tpm2");
	state->providers[1] = OSSL_PROVIDER_load(state->library, "default");
	if (state->providers[0] && state->providers[1])
		return 0;
	ERR_clear_error();
	return err_set(err, ERR_UNSUPPORTED,
		       "keys of a TPM need OpenSSL's provider tpm2 and a TPM that answers: apt-get "
		       "install tpm2-openssl");
}

static EVP_PKEY *load_handle(const struct secret_key_evp *state, struct str handle,
			     struct asked *asked)
{
	CLEANUP(strbuf_done) struct strbuf uri = STRBUF_INIT(64);
	CLEANUP(method_freep)
	UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(give_passphrase, 0);
	CLEANUP(store_freep) OSSL_STORE_CTX *store = NULL;
	EVP_PKEY *pkey = NULL;

	strbuf_adds(&uri, "handle:");
	strbuf_add(&uri, handle);
	if (!method || strbuf_check(&uri, NULL) < 0)
		return NULL;
	store = OSSL_STORE_open_ex(strbuf_cstr(&uri), state->library, TPM_PROPERTIES, method, asked,
				   NULL, NULL, NULL);
	while (store && !pkey && !OSSL_STORE_eof(store)) {
		CLEANUP(info_freep) OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			pkey = OSSL_STORE_INFO_get1_PKEY(info);
	}
	return pkey;
}

static EVP_PKEY *load_pem(const struct secret_key_evp *state, struct str pem, struct asked *asked)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);

	return bio ? PEM_read_bio_PrivateKey_ex(bio, NULL, give_passphrase, asked, state->library,
						TPM_PROPERTIES)
		   : NULL;
}

/* "0x81000001", or "0x81000001?pass" if the key has a passphrase: a TPM does not tell. */
static bool is_a_handle(struct str what)
{
	uint64_t handle;

	if (str_has_suffix(what, STR("?pass")))
		what.n -= 5;
	return str_pull_prefix(&what, STR("0x")) && what.n <= 8 && str_parse_hex_u64(what, &handle);
}

int secret_key_open_tpm(struct str what, const struct secret_ask *ask, struct secret_key **ret,
			struct err *err)
{
	CLEANUP(secret_key_evp_freep) struct secret_key_evp *state = calloc(1, sizeof *state);
	struct asked asked = {.ask = ask};
	bool is_handle = is_a_handle(what);
	int r;

	if (!state)
		return err_nomem(err);
	if (what.n > SECRET_KEY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "no private key has %zu bytes", what.n);
	if (!is_handle && str_find(what, STR("BEGIN TSS2 PRIVATE KEY")) == what.n)
		return err_set(err, ERR_FORMAT,
			       "a key of a TPM is a handle (0x81000001) or a file with a \"TSS2 "
			       "PRIVATE KEY\"");
	r = open_provider(state, err);
	if (r < 0)
		return r;
	state->pkey = is_handle ? load_handle(state, what, &asked) : load_pem(state, what, &asked);
	if (!state->pkey)
		return no_key(&asked, err);
	return secret_key_of_evp("TPM 2.0", TAKE(state), ret, err);
}
