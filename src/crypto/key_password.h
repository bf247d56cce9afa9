/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a word is the password of a key store, for words that everybody tries first.
 *
 * PKCS#12 (RFC 7292): its MAC is computed; one that asks for more than KEY_PASSWORD_ROUNDS rounds,
 * has none or a method unknown here opens with no word. JKS and JCEKS: the digest at the end, see
 * sun.security.provider.JavaKeyStore in OpenJDK.
 *
 * Threads: any. Behind it: OpenSSL 3.
 */
#pragma once

#include "base/str.h"

#define KEY_PASSWORD_ROUNDS 1000000

bool key_password_opens_pkcs12(struct str file, struct str word);
bool key_password_opens_jks(struct str file, struct str word); /* ASCII only */
