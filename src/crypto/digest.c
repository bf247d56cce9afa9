/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <openssl/evp.h>

static const struct algorithm {
	const char *name;
	size_t size; /* bytes */
} algorithms[] = {
	[DIGEST_SHA256] = {"sha256", 32},
	[DIGEST_SHA384] = {"sha384", 48},
	[DIGEST_SHA512] = {"sha512", 64},
};

static const EVP_MD *evp_of(enum digest_algorithm a)
{
	switch (a) {
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA384:
		return EVP_sha384();
	case DIGEST_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

int digest_init(struct digest *d, enum digest_algorithm algorithm, struct err *err)
{
	d->algorithm = algorithm;
	d->context = EVP_MD_CTX_new();
	if (!d->context)
		return err_nomem(err);
	if (EVP_DigestInit_ex(d->context, evp_of(algorithm), NULL) != 1) {
		digest_done(d);
		return err_set(err, ERR_UNSUPPORTED, "%s is not available in OpenSSL here",
			       algorithms[algorithm].name);
	}
	return 0;
}

void digest_update(struct digest *d, struct str bytes)
{
	/* Fails only for a context that was never initialised, which digest_init has ruled out. */
	(void)EVP_DigestUpdate(d->context, bytes.p, bytes.n);
}

void digest_final(struct digest *d, struct digest_value *ret)
{
	*ret = (struct digest_value){.algorithm = d->algorithm};
	(void)EVP_DigestFinal_ex(d->context, ret->bytes, NULL); /* as above */
}

void digest_done(struct digest *d)
{
	EVP_MD_CTX_free(d->context);
	d->context = NULL;
}

int digest_of(struct str bytes, struct digest_value *ret, struct err *err)
{
	struct digest d = {0};
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	digest_update(&d, bytes);
	digest_final(&d, ret);
	digest_done(&d);
	return 0;
}

static int parse_hex(struct str hex, struct digest_value *v, struct err *err)
{
	for (size_t i = 0; i < hex.n; i++) {
		int nibble = char_hex(hex.p[i]);

		if (nibble < 0 || (hex.p[i] >= 'A' && hex.p[i] <= 'F'))
			return err_set(err, ERR_FORMAT, "digest \"%.*s\": not lower-case hex",
				       STR_FMT(hex));
		v->bytes[i / 2] = (unsigned char)(v->bytes[i / 2] << 4 | nibble);
	}
	return 0;
}

int digest_parse(struct str text, struct digest_value *ret, struct err *err)
{
	struct digest_value v = {0};
	struct str name, hex;

	if (!str_cut(text, ':', &name, &hex))
		return err_set(err, ERR_FORMAT, "digest \"%.*s\": expected \"algorithm:hex\"",
			       (int)(text.n < 100 ? text.n : 100), text.p ? text.p : "");
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
		if (!str_is(name, algorithms[i].name))
			continue;
		if (hex.n != 2 * algorithms[i].size)
			return err_set(err, ERR_FORMAT,
				       "digest \"%.*s\": %s has %zu hex digits, not %zu",
				       (int)(text.n < 160 ? text.n : 160), text.p,
				       algorithms[i].name, 2 * algorithms[i].size, hex.n);
		v.algorithm = (enum digest_algorithm)i;
		if (parse_hex(hex, &v, err) < 0)
			return -ERR_FORMAT;
		*ret = v;
		return 0;
	}
	return err_set(err, ERR_UNSUPPORTED, "digest algorithm \"%.*s\" is not known",
		       (int)(name.n < 40 ? name.n : 40), name.p);
}

struct str digest_format(const struct digest_value *v, char buf[DIGEST_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	const struct algorithm *a = &algorithms[v->algorithm];
	int n = snprintf(buf, DIGEST_TEXT_MAX, "%s:", a->name);

	for (size_t i = 0; i < a->size; i++) {
		buf[n++] = digits[v->bytes[i] >> 4];
		buf[n++] = digits[v->bytes[i] & 15];
	}
	buf[n] = '\0';
	return str_make(buf, (size_t)n);
}

bool digest_eq(const struct digest_value *a, const struct digest_value *b)
{
	return a->algorithm == b->algorithm &&
	       memcmp(a->bytes, b->bytes, algorithms[a->algorithm].size) == 0;
}
