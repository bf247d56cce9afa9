/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_key.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "codec/base64.h"
#include "secret/secret_value.h"

#define BODY_BYTES 8192 /* of base64 that are looked at; a key of 8192 bits has 6400 */
#define BODY_MIN   40	/* an Ed25519 seed in PKCS#8 has 64 */

/* ---- OpenPGP ---- */

enum { TAG_SECRET_KEY = 5, S2K_GNU = 101 };

/* How many numbers a public key has, by its algorithm; 0: unknown here. */
static unsigned n_numbers(uint8_t algorithm)
{
	switch (algorithm) {
	case 1: /* RSA */
	case 2:
	case 3:
		return 2;
	case 16: /* Elgamal */
		return 3;
	case 17: /* DSA */
		return 4;
	case 18: /* of elliptic curves: their name, then a point */
	case 19:
	case 22:
		return 1;
	default:
		return 0;
	}
}

static void skip_public(struct cursor *c, uint8_t algorithm)
{
	if (algorithm == 18 || algorithm == 19 || algorithm == 22)
		cursor_take(c, cursor_u8(c));
	for (unsigned i = 0; i < n_numbers(algorithm); i++)
		cursor_take(c, ((size_t)cursor_u16be(c) + 7) / 8);
	if (algorithm == 18)
		cursor_take(c, cursor_u8(c));
}

/* GnuPG's word for a key that is elsewhere: on a card, or left out of a copy. */
static bool is_stub(struct cursor *c)
{
	uint8_t s2k;

	(void)cursor_u8(c); /* the cipher */
	s2k = cursor_u8(c);
	(void)cursor_u8(c); /* the hash */
	return s2k == S2K_GNU && str_is(cursor_take(c, 3), "GNU");
}

static enum secret_key_state look_at_secret_key(struct str body)
{
	struct cursor c = cursor_make(body);
	uint8_t version = cursor_u8(&c), algorithm, usage;

	(void)cursor_u32be(&c); /* when it was made */
	algorithm = cursor_u8(&c);
	if (version >= 5)
		(void)cursor_u32be(&c);
	if (version < 4 || version > 6)
		return SECRET_KEY_NONE;
	if (n_numbers(algorithm) > 0)
		skip_public(&c, algorithm);
	else if (version == 6 && algorithm >= 25 && algorithm <= 28)
		cursor_take(&c, algorithm == 26 ? 56 : algorithm == 28 ? 57 : 32);
	else
		return SECRET_KEY_NONE;
	usage = cursor_u8(&c);
	if (c.failed || usage == 0) /* of one that is cut it is not known: the worse */
		return SECRET_KEY_CLEAR;
	return is_stub(&c) ? SECRET_KEY_NONE : SECRET_KEY_ENCRYPTED;
}

/* Section 4.2: new and old headers. */
static bool read_packet(struct cursor *c, unsigned *ret_tag, struct str *ret_body)
{
	uint8_t head = cursor_u8(c), first;
	size_t n;

	if (!(head & 0x80))
		return false;
	if (head & 0x40) {
		*ret_tag = head & 0x3f;
		first = cursor_u8(c);
		n = first < 192	   ? first
		    : first < 224  ? (((size_t)first - 192) << 8) + cursor_u8(c) + 192
		    : first == 255 ? cursor_u32be(c)
				   : SIZE_MAX;
	} else {
		*ret_tag = head >> 2 & 15;
		n = (head & 3) == 0   ? cursor_u8(c)
		    : (head & 3) == 1 ? cursor_u16be(c)
		    : (head & 3) == 2 ? cursor_u32be(c)
				      : SIZE_MAX;
	}
	*ret_body = cursor_take(c, n < cursor_left(c) ? n : cursor_left(c));
	return !c->failed;
}

enum secret_key_state secret_key_of_packets(struct str bytes)
{
	struct cursor c = cursor_make(bytes);
	struct str body;
	unsigned tag;

	while (cursor_left(&c) > 0 && read_packet(&c, &tag, &body))
		if (tag == TAG_SECRET_KEY)
			return look_at_secret_key(body);
	return SECRET_KEY_NONE;
}

/* ---- DER ---- */

enum { DER_INTEGER = 2, DER_OCTETS = 4, DER_OID = 6, DER_SEQUENCE = 0x30 };

static bool read_der(struct cursor *c, uint8_t *ret_tag, struct str *ret_body)
{
	uint8_t first;
	size_t n;

	*ret_tag = cursor_u8(c);
	first = cursor_u8(c);
	n = first;
	if (first & 0x80) {
		n = 0;
		if ((first & 0x7f) > 4)
			return false;
		for (unsigned i = 0; i < (first & 0x7fu); i++)
			n = n << 8 | cursor_u8(c);
	}
	*ret_body = cursor_take(c, n);
	return !c->failed;
}

/* The next element when it is of that kind; empty otherwise. */
static struct str der_take(struct cursor *c, uint8_t tag)
{
	struct cursor try = *c;
	struct str body;
	uint8_t is;

	if (!read_der(&try, &is, &body) || is != tag)
		return STR_NULL;
	*c = try;
	return body;
}

/* PKCS#5 and PKCS#12: what a password encrypts. */
static bool is_password_based(struct str algorithm)
{
	struct cursor c = cursor_make(algorithm);
	struct str oid = der_take(&c, DER_OID);

	return str_has_prefix(oid, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x05")) ||
	       str_has_prefix(oid, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x0c"));
}

enum secret_key_state secret_key_of_der(struct str bytes)
{
	struct cursor outer = cursor_make(bytes), c;
	struct str version, next;

	c = cursor_make(der_take(&outer, DER_SEQUENCE));
	next = der_take(&c, DER_SEQUENCE);
	if (next.n > 0)
		return is_password_based(next) && der_take(&c, DER_OCTETS).n >= 16
			       ? SECRET_KEY_ENCRYPTED
			       : SECRET_KEY_NONE;
	version = der_take(&c, DER_INTEGER);
	if (version.n != 1 || version.p[0] > 1)
		return SECRET_KEY_NONE;
	if (der_take(&c, DER_SEQUENCE).n > 0 || version.p[0] == 1)
		return der_take(&c, DER_OCTETS).n >= 16 ? SECRET_KEY_CLEAR : SECRET_KEY_NONE;
	for (unsigned i = 0; i < 3; i++) /* n, e, d and more: RSA; DSA has p, q, g too */
		if (der_take(&c, DER_INTEGER).n == 0)
			return SECRET_KEY_NONE;
	return der_take(&c, DER_INTEGER).n > 0 ? SECRET_KEY_CLEAR : SECRET_KEY_NONE;
}

/* ---- PEM ---- */

static bool is_base64(char c)
{
	return char_is_alnum(c) || c == '+' || c == '/';
}

/* The next line; one ends also where \n or \r\n stands as text. */
static bool pull_line(struct str *text, struct str *ret)
{
	size_t n = 0;

	while (text->n > 0 && (char_is_space(text->p[0]) || text->p[0] == '\\'))
		*text = str_skip(*text, text->p[0] == '\\' ? 2 : 1);
	if (text->n == 0)
		return false;
	while (n < text->n && text->p[n] != '\n' && text->p[n] != '\r' && text->p[n] != '\\')
		n++;
	*ret = str_sub(*text, 0, n);
	*text = str_skip(*text, n);
	return true;
}

/* Its base64 without headers ("Proc-Type: ..."), the checksum of an armor and what quotes it. */
static void collect_body(struct str text, struct strbuf *out)
{
	struct str line;

	while (pull_line(&text, &line) && out->n < BODY_BYTES) {
		if (str_find_char(line, ':') < line.n || str_has_prefix(line, STR("=")))
			continue;
		for (size_t i = 0; i < line.n && out->n < BODY_BYTES; i++)
			if (is_base64(line.p[i]))
				strbuf_addc(out, line.p[i]);
	}
}

/* "openssh-key-v1", 0, the name of the cipher. */
static enum secret_key_state of_openssh(struct str bytes)
{
	struct cursor c = cursor_make(bytes);
	struct str cipher;

	if (!str_eq(cursor_take(&c, 15), str_make("openssh-key-v1", 15)))
		return SECRET_KEY_NONE;
	cipher = cursor_take(&c, cursor_u32be(&c));
	if (c.failed)
		return SECRET_KEY_NONE;
	return str_is(cipher, "none") ? SECRET_KEY_CLEAR : SECRET_KEY_ENCRYPTED;
}

static enum secret_key_state look_at_body(struct str label, struct str body)
{
	CLEANUP(strbuf_done) struct strbuf base64 = STRBUF_INIT(BODY_BYTES + 1);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(BODY_BYTES + 1);
	enum secret_key_state state = SECRET_KEY_CLEAR;
	struct str text;

	collect_body(body, &base64);
	text = str_sub(strbuf_str(&base64), 0, base64.n - base64.n % 4);
	if (text.n < BODY_MIN || secret_entropy(text) < 3.5)
		state = SECRET_KEY_NONE;
	else if (str_find(label, STR("ENCRYPTED")) < label.n ||
		 str_find(body, STR("4,ENCRYPTED")) < body.n)
		state = SECRET_KEY_ENCRYPTED;
	else if (base64_decode(text, BASE64_STANDARD, &bytes, NULL) < 0)
		state = SECRET_KEY_CLEAR;
	else if (str_find(label, STR("OPENSSH")) < label.n)
		state = of_openssh(strbuf_str(&bytes)) == SECRET_KEY_ENCRYPTED
				? SECRET_KEY_ENCRYPTED
				: SECRET_KEY_CLEAR;
	else if (str_find(label, STR("PGP")) < label.n)
		state = secret_key_of_packets(strbuf_str(&bytes));
	if (base64.p)
		explicit_bzero(base64.p, base64.n);
	if (bytes.p)
		explicit_bzero(bytes.p, bytes.n);
	return state;
}

enum secret_key_state secret_key_of_pem(struct str text)
{
	size_t label = str_find(text, STR("-----BEGIN")), from, to;
	struct str rest;

	if (label >= text.n)
		return SECRET_KEY_NONE;
	text = str_skip(text, label + 10);
	from = str_find(text, STR("-----"));
	rest = str_skip(text, from + 5);
	to = str_find(rest, STR("-----END"));
	if (from >= text.n || to >= rest.n)
		return SECRET_KEY_NONE;
	return look_at_body(str_sub(text, 0, from), str_sub(rest, 0, to));
}
