/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/key_match.h"

#include "base/cleanup.h"

#define SCHEMES_MAX 3

static size_t schemes_of(const struct public_key *key, enum signature_scheme ret[SCHEMES_MAX])
{
	size_t n = 0;

	ret[n++] = public_key_scheme(key);
	switch (public_key_type(key)) {
	case KEY_EC_P384:
	case KEY_EC_P521:
		ret[n++] = SIGNATURE_ECDSA_SHA256;
		break;
	case KEY_RSA:
		ret[n++] = SIGNATURE_RSA_PSS_ANY_SALT_SHA256;
		break;
	case KEY_EC_P256:
	case KEY_ED25519:
		break;
	}
	return n;
}

int key_match(const struct trust_wants *wants, key_match_fn *holds, void *ctx, size_t *ret_key,
	      enum signature_scheme *ret_scheme, struct err *err)
{
	for (size_t i = 0; i < wants->n_keys; i++) {
		enum signature_scheme schemes[SCHEMES_MAX];
		size_t n = schemes_of(wants->keys[i].key, schemes);

		for (size_t k = 0; k < n; k++) {
			int r = holds(ctx, wants->keys[i].key, schemes[k], err);

			if (r < 0 && r != -ERR_DENIED)
				return r;
			if (r < 0)
				continue;
			*ret_key = i;
			*ret_scheme = schemes[k];
			return 0;
		}
	}
	return err_set(err, ERR_DENIED, "the signature is by none of the keys");
}

int key_match_refuse(const struct trust_wants *wants, struct trail *trail, struct err *err)
{
	static const char remedy[] = "take the public key of who signed it, or have it signed with "
				     "this key's other half";

	if (wants->n_keys == 1)
		return trail_refuse(trail, err, "signature", remedy,
				    "the signature is not by the key %.*s, or what was signed has "
				    "been changed",
				    STR_FMT(wants->keys[0].name));
	return trail_refuse(trail, err, "signature", remedy,
			    "the signature is by none of the %zu keys, or what was signed has been "
			    "changed",
			    wants->n_keys);
}
