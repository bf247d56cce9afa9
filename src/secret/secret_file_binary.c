/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key stores, binary keys and wallets. Each says by its structure whether a private key is in it;
 * one that holds certificates of others alone is no secret.
 *
 *     JKS, JCEKS   FEEDFEED or CECECECE, version, n, entries: 1 a key, 2 a certificate, 3 a secret
 *     BKS          version, salt, rounds, entries: 1 a certificate, 2 to 4 keys, 0 the end
 *     PKCS#12      SEQUENCE {INTEGER 3, ...}; bags of keys are named by their object identifier
 *     wallet.dat   Berkeley DB or SQLite whose records begin with "key", "ckey", "mkey", ...
 */
#include "base/cursor.h"
#include "crypto/key_password.h"
#include "secret/secret_file_parts.h"
#include "secret/secret_key.h"

/* What everybody tries first. */
static const char *const first_words[] = {"",	      "changeit", "changeme",
					  "password", "secret",	  "android"};

static bool opens(const struct secret_look *look, bool (*try)(struct str file, struct str word))
{
	for (size_t i = 0; look->is_whole && i < sizeof first_words / sizeof first_words[0]; i++)
		if (try(look->bytes, str_of(first_words[i])))
			return true;
	return false;
}

/* ---- Java ---- */

#define ENTRIES_MAX 4096

static void skip_text(struct cursor *c)
{
	cursor_take(c, cursor_u16be(c));
}

static void skip_certificate(struct cursor *c, bool typed)
{
	if (typed)
		skip_text(c);
	cursor_take(c, cursor_u32be(c));
}

static bool jks_has_key(struct str bytes)
{
	struct cursor c = cursor_make(bytes);
	uint32_t version, n;

	(void)cursor_u32be(&c);
	version = cursor_u32be(&c);
	n = cursor_u32be(&c);
	for (uint32_t i = 0; i < n && i < ENTRIES_MAX && !c.failed; i++) {
		uint32_t tag = cursor_u32be(&c);

		if (tag == 1 || tag == 3)
			return true;
		skip_text(&c);
		(void)cursor_u64be(&c);
		skip_certificate(&c, version >= 2);
	}
	return false;
}

/* Format: org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi */
static bool bks_has_key(struct str bytes)
{
	struct cursor c = cursor_make(bytes);
	uint32_t version = cursor_u32be(&c), salt = cursor_u32be(&c), rounds;

	if (version < 1 || version > 2 || salt < 8 || salt > 64)
		return false;
	cursor_take(&c, salt);
	rounds = cursor_u32be(&c);
	if (rounds == 0 || rounds > 1u << 24)
		return false;
	for (uint32_t i = 0; i < ENTRIES_MAX && !c.failed; i++) {
		uint8_t type = cursor_u8(&c);
		uint32_t chain;

		if (type != 1)
			return type >= 2 && type <= 4 && !c.failed;
		skip_text(&c);
		(void)cursor_u64be(&c);
		chain = cursor_u32be(&c);
		for (uint32_t k = 0; k < chain && k < ENTRIES_MAX && !c.failed; k++)
			skip_certificate(&c, true);
		skip_certificate(&c, true);
	}
	return false;
}

static bool is_jks(struct str bytes)
{
	return str_has_prefix(bytes, STR("\xfe\xed\xfe\xed")) ||
	       str_has_prefix(bytes, STR("\xce\xce\xce\xce"));
}

/* ---- PKCS#12 ---- */

/* SEQUENCE of any length, INTEGER 3, SEQUENCE. */
static bool is_pkcs12(struct str bytes)
{
	struct cursor c = cursor_make(bytes);
	uint8_t tag = cursor_u8(&c), n = cursor_u8(&c);

	if (n > 0x80)
		cursor_take(&c, n & 0x7f);
	return tag == 0x30 && str_is(cursor_take(&c, 3), "\x02\x01\x03") && cursor_u8(&c) == 0x30;
}

static bool pkcs12_has_key(struct str bytes)
{
	struct str bag = STR("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01");
	size_t at = str_find(bytes, bag);
	struct str kind = str_sub(bytes, at + bag.n, 1);

	return at < bytes.n && kind.n == 1 && (kind.p[0] == 1 || kind.p[0] == 2);
}

void secret_look_keystore(struct secret_look *look)
{
	struct str b = look->bytes;

	if (is_jks(b) && jks_has_key(b))
		secret_look_add(look,
				opens(look, key_password_opens_jks) ? SECRET_FILE_JAVA_KEYSTORE_OPEN
								    : SECRET_FILE_JAVA_KEYSTORE,
				b, SURE_BY_FORM);
	else if (is_pkcs12(b) && pkcs12_has_key(b))
		secret_look_add(look,
				opens(look, key_password_opens_pkcs12) ? SECRET_FILE_PKCS12_OPEN
								       : SECRET_FILE_PKCS12,
				b, SURE_BY_FORM);
	else if (!is_jks(b) && bks_has_key(b))
		secret_look_add(look, SECRET_FILE_JAVA_KEYSTORE, b, SURE_BY_NAME);
}

/* ---- keys ---- */

static void add_key(struct secret_look *look, enum secret_key_state state,
		    enum secret_file_kind clear, enum secret_file_kind encrypted)
{
	if (state != SECRET_KEY_NONE)
		secret_look_add(look, state == SECRET_KEY_CLEAR ? clear : encrypted, look->bytes,
				SURE_BY_FORM);
}

void secret_look_der(struct secret_look *look)
{
	add_key(look, secret_key_of_der(look->bytes), SECRET_FILE_PRIVATE_KEY_DER,
		SECRET_FILE_PRIVATE_KEY_DER_ENCRYPTED);
}

/* The form of GnuPG's agent: an S-expression, alone or behind "Key: ". */
static enum secret_key_state agent_key(struct str bytes)
{
	struct str head = str_sub(bytes, 0, 4096);

	if (str_has_prefix(bytes, STR("(11:private-key")) ||
	    str_find(head, STR("Key: (private-key")) < head.n)
		return SECRET_KEY_CLEAR;
	if (str_has_prefix(bytes, STR("(21:protected-private-key")) ||
	    str_find(head, STR("Key: (protected-private-key")) < head.n)
		return SECRET_KEY_ENCRYPTED;
	return SECRET_KEY_NONE;
}

void secret_look_gpg(struct secret_look *look)
{
	enum secret_key_state state = agent_key(look->bytes);

	if (state == SECRET_KEY_NONE)
		state = secret_key_of_packets(look->bytes);
	add_key(look, state, SECRET_FILE_GPG_KEY, SECRET_FILE_GPG_KEY_ENCRYPTED);
}

/* ---- wallets ---- */

#define BDB_MAGIC_AT 12
#define BDB_BTREE    0x00053162u

static bool has(struct str bytes, struct str what)
{
	return str_find(bytes, what) < bytes.n;
}

/* Format: src/wallet/walletdb.h of Bitcoin Core; the names stand behind their length. */
void secret_look_wallet(struct secret_look *look)
{
	struct str b = look->bytes;
	struct cursor c = cursor_make(b);

	cursor_seek(&c, BDB_MAGIC_AT);
	if (!str_has_prefix(b, STR("SQLite format 3")) && cursor_u32le(&c) != BDB_BTREE)
		return;
	if (has(b, STR("\x04mkey")) && (has(b, STR("\x04"
						   "ckey")) ||
					has(b, STR("walletdescriptorckey"))))
		secret_look_add(look, SECRET_FILE_BITCOIN_WALLET_ENCRYPTED, b, SURE_BY_FORM);
	else if (has(b, STR("\x03key")) || has(b, STR("walletdescriptorkey")))
		secret_look_add(look, SECRET_FILE_BITCOIN_WALLET, b, SURE_BY_FORM);
}

void secret_look_keepass(struct secret_look *look)
{
	struct str kind = str_sub(look->bytes, 4, 4);

	if (str_is(kind, "\x65\xfb\x4b\xb5") || str_is(kind, "\x66\xfb\x4b\xb5") ||
	    str_is(kind, "\x67\xfb\x4b\xb5"))
		secret_look_add(look, SECRET_FILE_KEEPASS_DATABASE, look->bytes, SURE_BY_FORM);
}
