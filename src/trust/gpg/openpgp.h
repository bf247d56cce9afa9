/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer form of OpenPGP: rings of public keys and signed messages, taken apart into packets.
 *
 *     r = openpgp_keyring_add(&ring, bytes, &arena, err);          as often as there are files
 *     r = openpgp_message_parse(blob, &arena, &message, err);
 *     message.payload, message.signature                           for gpg to verify (gpg_verify.h)
 *
 * Nothing is believed here. The point is that gpg, which is a large program, gets to see as little
 * as possible, and that it and Plimsoll cannot read one message in two ways: the payload and the
 * one signature over it are cut out here, and gpg is handed exactly these two.
 *
 * A message is a literal packet with one signature (a one-pass signature before it, or the
 * signature itself as old programs write it), packed at most once, with nothing before, between or
 * behind. Signatures are of version 3 or 4 over binary data, by SHA-224 or a longer SHA-2 digest.
 * A ring holds keys of version 4: RSA of at least 2048 bits, ECDSA over P-256, P-384 and P-521,
 * Ed25519. Weaker keys are left out, and counted, so that a refusal can say it. A key that two
 * files hold in different states is refused: one of them may be revoked.
 *
 * Ownership: slices live in the arena. Threads: no state.
 * Errors: ERR_FORMAT with the offset, ERR_DENIED (what is well-formed but not to be trusted: two
 * signatures, SHA-1, a secret key, ...), ERR_UNSUPPORTED, ERR_LIMIT (signature_bytes,
 * keyring_bytes, keyring_keys), ERR_NOMEM.
 * Format: RFC 4880 (sections 4, 5, 6.2, 11.3), keys of RFC 6637 and EdDSA as GnuPG writes them.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

struct openpgp_key_block;

/* Several files of keys together; zeroed at first. */
struct openpgp_keyring {
	struct openpgp_key_block *blocks; /* one for each primary key */
	size_t n, cap;
	size_t n_weak;	 /* keys that were left out */
	struct str weak; /* why the first of them: "RSA of 1024 bits" */
	size_t n_bytes;	 /* of all files */
};

/* bytes: packets, or those in ASCII armour; ERR_DENIED for a file without a single public key. */
int openpgp_keyring_add(struct openpgp_keyring *ring, struct str bytes, struct arena *a,
			struct err *err);

/* All of its packets, as gpg reads them; .p is NULL without memory. */
struct str openpgp_keyring_bytes(const struct openpgp_keyring *ring, struct arena *a);

struct openpgp_message {
	struct str payload;
	struct str signature;	    /* one packet, whole */
	unsigned version;	    /* of the signature: 3 or 4 */
	unsigned digest, algorithm; /* RFC 4880 sections 9.4 and 9.1 */
};

int openpgp_message_parse(struct str blob, struct arena *a, struct openpgp_message *ret,
			  struct err *err);

/* "rsa-sha256"; "unknown" for numbers that are not known. */
const char *openpgp_scheme_name(unsigned algorithm, unsigned digest);
