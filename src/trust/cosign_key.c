/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign_key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium/crypto_secretbox.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/json_writer.h"

#define KEY_BYTES    crypto_secretbox_KEYBYTES
#define NONCE_BYTES  crypto_secretbox_NONCEBYTES
#define MAC_BYTES    crypto_secretbox_MACBYTES
#define SALT_BYTES   32 /* that are written; others may have fewer */
#define SCRYPT_N     65536
#define SCRYPT_R     8
#define SCRYPT_P     1
#define SCRYPT_BYTES (1U << 28) /* N = 2^17 takes half of it */
#define LINE_BYTES   64

static const char *const names[] = {"ENCRYPTED SIGSTORE PRIVATE KEY",
				    "ENCRYPTED COSIGN PRIVATE KEY"};

/* What the box is opened with; all of it is in a file, and nothing of it secret. */
struct box {
	int64_t n;
	struct strbuf salt, nonce, ciphertext;
};

static void box_done(struct box *b)
{
	strbuf_done(&b->salt);
	strbuf_done(&b->nonce);
	strbuf_done(&b->ciphertext);
}

static void box_key_wipe(unsigned char (*key)[KEY_BYTES])
{
	OPENSSL_cleanse(*key, KEY_BYTES);
}

/* The text between the lines that begin and end a block of that name. */
static bool cut_block(struct str pem, const char *name, struct str *ret)
{
	char begin[80], end[80];
	size_t from, to;

	(void)snprintf(begin, sizeof begin, "-----BEGIN %s-----", name);
	(void)snprintf(end, sizeof end, "-----END %s-----", name);
	from = str_find(pem, str_of(begin));
	if (from == pem.n)
		return false;
	*ret = str_skip(pem, from + strlen(begin));
	to = str_find(*ret, str_of(end));
	if (to == ret->n)
		return false;
	*ret = str_sub(*ret, 0, to);
	return true;
}

static bool find_block(struct str pem, struct str *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (cut_block(pem, names[i], ret))
			return true;
	return false;
}

bool cosign_key_is(struct str pem)
{
	struct str body;

	return find_block(pem, &body);
}

static int get_bytes(const struct json *map, const char *name, size_t max, struct strbuf *out,
		     struct err *err)
{
	*out = (struct strbuf)STRBUF_INIT(max);
	if (json_kind_of(json_get(map, name)) != JSON_KIND_TEXT ||
	    base64_decode(json_get_str(map, name), BASE64_STANDARD, out, NULL) < 0)
		return err_set(err, ERR_FORMAT, "cosign's key file has no \"%s\" in base64", name);
	return 0;
}

static int check_kdf(const struct json *kdf, int64_t *ret_n, struct err *err)
{
	const struct json *params = json_get(kdf, "params");
	int64_t n, r, p;

	if (!str_is(json_get_str(kdf, "name"), "scrypt"))
		return err_set(err, ERR_UNSUPPORTED, "cosign's key file is not made with scrypt");
	if (!json_get_int(params, "N", &n) || !json_get_int(params, "r", &r) ||
	    !json_get_int(params, "p", &p))
		return err_set(err, ERR_FORMAT, "cosign's key file lacks numbers of scrypt");
	if ((n != 1 << 15 && n != 1 << 16 && n != 1 << 17) || r != SCRYPT_R || p != SCRYPT_P)
		return err_set(err, ERR_LIMIT,
			       "cosign's key file asks for other work than cosign does");
	*ret_n = n;
	return 0;
}

static int parse_box(const struct json *doc, struct box *ret, struct err *err)
{
	const struct json *kdf = json_get(doc, "kdf"), *cipher = json_get(doc, "cipher");
	int r = check_kdf(kdf, &ret->n, err);

	if (r < 0)
		return r;
	if (!str_is(json_get_str(cipher, "name"), "nacl/secretbox"))
		return err_set(err, ERR_UNSUPPORTED,
			       "cosign's key file is not encrypted with nacl/secretbox");
	if ((r = get_bytes(kdf, "salt", 1024, &ret->salt, err)) < 0 ||
	    (r = get_bytes(cipher, "nonce", NONCE_BYTES, &ret->nonce, err)) < 0 ||
	    (r = get_bytes(doc, "ciphertext", SECRET_KEY_BYTES_MAX, &ret->ciphertext, err)) < 0)
		return r;
	if (ret->nonce.n != NONCE_BYTES || ret->salt.n < 16 || ret->ciphertext.n <= MAC_BYTES)
		return err_set(err, ERR_FORMAT, "cosign's key file has bytes of a wrong length");
	return 0;
}

static int derive(const struct secret *passphrase, struct str salt, uint64_t n,
		  unsigned char key[KEY_BYTES], struct err *err)
{
	if (EVP_PBE_scrypt(passphrase->p ? passphrase->p : "", passphrase->n,
			   (const unsigned char *)salt.p, salt.n, n, SCRYPT_R, SCRYPT_P,
			   SCRYPT_BYTES, key, KEY_BYTES) == 1)
		return 0;
	ERR_clear_error();
	return err_nomem(err);
}

static int open_box(const struct box *b, const struct secret *passphrase, struct secret_key **ret,
		    struct err *err)
{
	CLEANUP(box_key_wipe) unsigned char key[KEY_BYTES];
	size_t n = b->ciphertext.n - MAC_BYTES;
	CLEANUP(secret_done) struct secret plain = {calloc(1, n + 1), n};
	int r;

	if (!plain.p)
		return err_nomem(err);
	r = derive(passphrase, strbuf_str(&b->salt), (uint64_t)b->n, key, err);
	if (r < 0)
		return r;
	if (crypto_secretbox_open_easy((unsigned char *)plain.p,
				       (const unsigned char *)b->ciphertext.p, b->ciphertext.n,
				       (const unsigned char *)b->nonce.p, key) != 0)
		return err_set(err, ERR_DENIED, "the passphrase does not open the key");
	return secret_key_parse_der(secret_str(&plain), ret, err);
}

static int decode_block(struct str pem, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	struct str body, word;

	if (pem.n > SECRET_KEY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "no private key has %zu bytes", pem.n);
	if (!find_block(pem, &body))
		return err_set(err, ERR_FORMAT, "no key file of cosign's");
	while (str_pull_word(&body, &word))
		strbuf_add(&text, word);
	if (base64_decode(strbuf_str(&text), BASE64_STANDARD, out, NULL) < 0)
		return err_set(err, ERR_FORMAT, "cosign's key file is no PEM");
	return 0;
}

int cosign_key_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(box_done) struct box b = {0};
	CLEANUP(secret_done) struct secret passphrase = {0};
	int r = decode_block(pem, &text, err);

	if (r == 0) {
		r = json_parse(strbuf_str(&text), &doc, err);
		if (r < 0)
			return err_wrap(err, r, "cosign's key file");
		r = parse_box(doc, &b, err);
	}
	if (r == 0)
		r = secret_ask_for(ask, "passphrase of the key", &passphrase, err);
	return r < 0 ? r : open_box(&b, &passphrase, ret, err);
}

static int put_bytes(struct json_writer *w, const char *name, const unsigned char *p, size_t n,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * SECRET_KEY_BYTES_MAX);
	int r = base64_encode(str_make(p, n), BASE64_STANDARD, &text, err);

	json_put_str(w, name, strbuf_str(&text));
	return r;
}

static int write_box(const unsigned char *salt, const unsigned char *nonce, struct str ciphertext,
		     struct strbuf *out, struct err *err)
{
	struct json_writer w;
	int r;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "kdf");
	json_open_map(&w);
	json_put_text(&w, "name", "scrypt");
	json_key(&w, "params");
	json_open_map(&w);
	json_put_uint(&w, "N", SCRYPT_N);
	json_put_uint(&w, "r", SCRYPT_R);
	json_put_uint(&w, "p", SCRYPT_P);
	json_close_map(&w);
	r = put_bytes(&w, "salt", salt, SALT_BYTES, err);
	json_close_map(&w);
	json_key(&w, "cipher");
	json_open_map(&w);
	json_put_text(&w, "name", "nacl/secretbox");
	if (r == 0)
		r = put_bytes(&w, "nonce", nonce, NONCE_BYTES, err);
	json_close_map(&w);
	if (r == 0)
		r = put_bytes(&w, "ciphertext", (const unsigned char *)ciphertext.p, ciphertext.n,
			      err);
	json_close_map(&w);
	return r < 0 ? r : strbuf_check(out, err);
}

static int add_pem(struct str bytes, struct strbuf *pem, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * SECRET_KEY_BYTES_MAX);
	int r = base64_encode(bytes, BASE64_STANDARD, &text, err);

	if (r < 0)
		return r;
	strbuf_addf(pem, "-----BEGIN %s-----\n", names[0]);
	for (struct str rest = strbuf_str(&text); rest.n; rest = str_skip(rest, LINE_BYTES)) {
		strbuf_add(pem, str_sub(rest, 0, LINE_BYTES));
		strbuf_addc(pem, '\n');
	}
	strbuf_addf(pem, "-----END %s-----\n", names[0]);
	return strbuf_check(pem, err);
}

int cosign_key_format(const struct secret_key *key, const struct secret *passphrase,
		      struct strbuf *pem, struct err *err)
{
	CLEANUP(box_key_wipe) unsigned char box_key[KEY_BYTES];
	CLEANUP(secret_done) struct secret der = {0};
	CLEANUP(strbuf_done) struct strbuf sealed = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * SECRET_KEY_BYTES_MAX);
	unsigned char salt[SALT_BYTES], nonce[NONCE_BYTES];
	char *room;
	int r = secret_key_der(key, &der, err);

	if (r < 0)
		return r;
	if (RAND_bytes(salt, sizeof salt) != 1 || RAND_bytes(nonce, sizeof nonce) != 1)
		return err_set(err, ERR_IO, "no random numbers to be had");
	r = derive(passphrase, str_make(salt, sizeof salt), SCRYPT_N, box_key, err);
	if (r < 0)
		return r;
	room = strbuf_reserve(&sealed, der.n + MAC_BYTES);
	if (!room || crypto_secretbox_easy((unsigned char *)room, (const unsigned char *)der.p,
					   der.n, nonce, box_key) != 0)
		return err_nomem(err);
	strbuf_commit(&sealed, der.n + MAC_BYTES);
	r = write_box(salt, nonce, strbuf_str(&sealed), &text, err);
	return r < 0 ? r : add_pem(strbuf_str(&text), pem, err);
}
