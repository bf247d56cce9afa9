/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature scheme is made of: for those who sign and verify, inside crypto/.
 *
 * Threads: constants.
 */
#pragma once

#include "crypto/public_key.h"

enum family { FAMILY_ECDSA, FAMILY_ED25519, FAMILY_RSA_PKCS1, FAMILY_RSA_PSS };

struct signature_facts {
	const char *name;
	enum family family;
	const char *digest;  /* OpenSSL's name; NULL: the message is signed as it is */
	size_t digest_bytes; /* 0: none */
	bool raw;	     /* r and s behind each other instead of DER */
	int salt;	     /* of RSA-PSS, as OpenSSL counts */
};

const struct signature_facts *signature_facts_of(enum signature_scheme scheme); /* NULL: none */

/* Between the two forms of a signature on a curve whose numbers have field_bytes; appended. */
int ecdsa_raw_of_der(struct str der, size_t field_bytes, struct strbuf *out, struct err *err);
int ecdsa_der_of_raw(struct str raw, size_t field_bytes, struct strbuf *out, struct err *err);
