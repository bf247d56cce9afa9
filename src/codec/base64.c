/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

static char letter_of(unsigned six, enum base64_alphabet alphabet)
{
	return letters[six < 62 || alphabet == BASE64_STANDARD ? six : six + 2];
}

static int value_of(char c, enum base64_alphabet alphabet)
{
	const char *p = c ? strchr(letters, c) : NULL;
	int at = p ? (int)(p - letters) : -1;

	if (at < 62)
		return at;
	if (alphabet == BASE64_STANDARD)
		return at < 64 ? at : -1;
	return at >= 64 ? at - 2 : -1;
}

int base64_encode(struct str in, enum base64_alphabet alphabet, struct strbuf *out, struct err *err)
{
	for (size_t i = 0; i < in.n; i += 3) {
		struct str part = str_sub(in, i, 3);
		unsigned bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < part.n ? (unsigned char)part.p[k] : 0);
		for (size_t k = 0; k < 4; k++) {
			if (k <= part.n)
				strbuf_addc(out, letter_of(bits >> (18 - 6 * k) & 63, alphabet));
			else if (alphabet == BASE64_STANDARD)
				strbuf_addc(out, '=');
		}
	}
	return strbuf_check(out, err);
}

/* Without the padding; false when it is of a wrong length. */
static bool strip_padding(struct str *in)
{
	size_t whole = in->n;

	while (in->n && whole - in->n < 2 && in->p[in->n - 1] == '=')
		in->n--;
	return in->n == whole || whole % 4 == 0;
}

int base64_decode(struct str in, enum base64_alphabet alphabet, struct strbuf *out, struct err *err)
{
	unsigned bits = 0, n_bits = 0;

	if (!strip_padding(&in) || in.n % 4 == 1)
		return err_set(err, ERR_FORMAT, "base64: wrong length or padding");
	for (size_t i = 0; i < in.n; i++) {
		int v = value_of(in.p[i], alphabet);

		if (v < 0)
			return err_set(err, ERR_FORMAT, "base64: offset %zu: not in the alphabet",
				       i);
		bits = (bits << 6 | (unsigned)v) & 0xffff;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		strbuf_addc(out, (char)(bits >> n_bits & 0xff));
	}
	if (bits & ((1U << n_bits) - 1))
		return err_set(err, ERR_FORMAT, "base64: bits behind the end");
	return strbuf_check(out, err);
}
