/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys in the files of Docker Content Trust (Notary v1), and the certificate of a root key.
 *
 *     r = secret_key_docker_look(pem, &about, err);             what stands in clear: role, GUN
 *     r = secret_key_docker_parse(pem, &ask, &key, err);
 *     r = secret_key_docker_format(key, &passphrase, role, gun, &pem, err);
 *
 *     -----BEGIN ENCRYPTED PRIVATE KEY-----         since 0.4: PKCS #8, PBES2
 *     gun: example.com/team/app
 *     role: targets
 *
 *     MIH...
 *     -----BEGIN EC PRIVATE KEY-----                before: SEC 1, PKCS #1
 *     Proc-Type: 4,ENCRYPTED
 *     DEK-Info: AES-256-CBC,dac5836ee6baf54197daba876c3d84cb
 *     role: root
 *
 * Docker's clients read no other derivation than PBKDF2 with HMAC-SHA1, so that is what is written,
 * with more rounds than theirs (2048).
 *
 * Ownership: the slices of `about` point into pem. Errors: those of secret_key.h.
 */
#pragma once

#include "crypto/secret_key.h"

#define SECRET_KEY_DOCKER_ROUNDS 200000 /* of PBKDF2 with SHA-1, in what is written */

struct secret_key_docker {
	struct str role; /* empty: not said */
	struct str gun;
	bool encrypted;
};

/* ERR_FORMAT: no PEM of a private key. */
int secret_key_docker_look(struct str pem, struct secret_key_docker *ret, struct err *err);

int secret_key_docker_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
			    struct err *err);

/* role, gun: empty ones are left out. */
int secret_key_docker_format(const struct secret_key *key, const struct secret *passphrase,
			     struct str role, struct str gun, struct strbuf *pem, struct err *err);

/*
 * A certificate that the key signs for itself, in PEM: no CA, for signing code, with the common
 * name alone. Times are Unix seconds.
 */
int secret_key_certify(const struct secret_key *key, struct str common_name, int64_t not_before,
		       int64_t not_after, struct strbuf *pem, struct err *err);
