/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/signed_file.h"

#include "base/cleanup.h"

struct signed_file signed_file_of_digest(const struct digest_value *digest)
{
	struct signed_file a = {0};

	a.has[digest->algorithm] = true;
	a.digests[digest->algorithm] = *digest;
	return a;
}

int signed_file_digest(struct signed_file *a, enum digest_algorithm algorithm,
		       struct digest_value *ret, struct err *err)
{
	static const char *const names[] = {"SHA-256", "SHA-384", "SHA-512"};
	CLEANUP(digest_done) struct digest d = {0};
	int r;

	if (!a->has[algorithm]) {
		if (!a->has_bytes)
			return err_set(err, ERR_NOT_FOUND,
				       "the %s digest of what was signed is needed: give the file "
				       "itself",
				       names[algorithm]);
		if ((r = digest_init(&d, algorithm, err)) < 0)
			return r;
		digest_update(&d, a->bytes);
		digest_final(&d, &a->digests[algorithm]);
		a->has[algorithm] = true;
	}
	*ret = a->digests[algorithm];
	return 0;
}

static int verify_by_digest(struct signed_file *a, const struct public_key *key,
			    enum signature_scheme scheme, enum digest_algorithm algorithm,
			    struct str signature, struct err *err)
{
	static const size_t bytes[] = {32, 48, 64};
	struct digest_value digest;
	int r = signed_file_digest(a, algorithm, &digest, err);

	if (r < 0)
		return r;
	return public_key_verify_digest(key, scheme, str_make(digest.bytes, bytes[algorithm]),
					signature, err);
}

static int verify_by(struct signed_file *a, const struct public_key *key,
		     enum signature_scheme scheme, struct str signature, struct err *err)
{
	switch (scheme) {
	case SIGNATURE_NONE:
		return err_set(err, ERR_BUG, "no scheme to verify by");
	case SIGNATURE_ED25519:
		if (!a->has_bytes)
			return err_set(err, ERR_NOT_FOUND,
				       "an Ed25519 signature is over the file, not its digest: "
				       "give the file itself");
		return public_key_verify(key, scheme, a->bytes, signature, err);
	case SIGNATURE_ECDSA_SHA256:
	case SIGNATURE_ECDSA_RAW_SHA256:
	case SIGNATURE_RSA_PKCS1_SHA256:
	case SIGNATURE_RSA_PSS_SHA256:
	case SIGNATURE_RSA_PSS_ANY_SALT_SHA256:
		return verify_by_digest(a, key, scheme, DIGEST_SHA256, signature, err);
	case SIGNATURE_ECDSA_SHA384:
	case SIGNATURE_ECDSA_RAW_SHA384:
	case SIGNATURE_RSA_PKCS1_SHA384:
	case SIGNATURE_RSA_PSS_SHA384:
	case SIGNATURE_RSA_PSS_ANY_SALT_SHA384:
		return verify_by_digest(a, key, scheme, DIGEST_SHA384, signature, err);
	case SIGNATURE_ECDSA_SHA512:
	case SIGNATURE_ECDSA_RAW_SHA512:
	case SIGNATURE_RSA_PKCS1_SHA512:
	case SIGNATURE_RSA_PSS_SHA512:
	case SIGNATURE_RSA_PSS_ANY_SALT_SHA512:
		return verify_by_digest(a, key, scheme, DIGEST_SHA512, signature, err);
	}
	return err_set(err, ERR_BUG, "no scheme to verify by");
}

/* The usual one first; both bound to the kind of key. */
static enum signature_scheme second_scheme(const struct public_key *key)
{
	switch (public_key_type(key)) {
	case KEY_EC_P384:
	case KEY_EC_P521:
		return SIGNATURE_ECDSA_SHA256;
	case KEY_RSA:
		return SIGNATURE_RSA_PSS_ANY_SALT_SHA256;
	case KEY_EC_P256:
	case KEY_ED25519:
		break;
	}
	return SIGNATURE_NONE;
}

int signed_file_verify(struct signed_file *a, const struct public_key *key,
		       enum signature_scheme scheme, struct str signature,
		       enum signature_scheme *ret_scheme, struct err *err)
{
	enum signature_scheme first = scheme != SIGNATURE_NONE ? scheme : public_key_scheme(key);
	enum signature_scheme second = scheme != SIGNATURE_NONE ? scheme : second_scheme(key);
	int r = verify_by(a, key, first, signature, err);

	*ret_scheme = first;
	/* Without the digest of the usual scheme, the other one may still tell. */
	if (r < 0 && second != first && second != SIGNATURE_NONE &&
	    (r == -ERR_DENIED || r == -ERR_NOT_FOUND)) {
		*ret_scheme = second;
		if (verify_by(a, key, second, signature, NULL) == 0)
			r = 0;
	}
	return r;
}
