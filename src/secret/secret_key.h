/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a private key is encrypted, by what is in it.
 *
 * Threads: no state. Nothing here copies a key longer than it looks at it.
 */
#pragma once

#include "base/str.h"

enum secret_key_state {
	SECRET_KEY_NONE, /* no private key, or none that is whole */
	SECRET_KEY_CLEAR,
	SECRET_KEY_ENCRYPTED,
};

/*
 * From -----BEGIN to -----END, also as it stands in a string with \n. Formats: RFC 7468 (PKCS#1,
 * SEC 1, PKCS#8), RFC 1421 (Proc-Type), OpenSSH's PROTOCOL.key, RFC 9580 section 6.
 */
enum secret_key_state secret_key_of_pem(struct str text);

/* OpenPGP: the first secret key of a run of packets, RFC 9580 section 5.5.3. */
enum secret_key_state secret_key_of_packets(struct str bytes);

/* PKCS#8, PKCS#1 and SEC 1 in DER. */
enum secret_key_state secret_key_of_der(struct str bytes);
