/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/packed.h"

/* Bytes of v as a number. */
static size_t uint_size(uint64_t v)
{
	size_t n = 1;

	while (v >>= 7)
		n++;
	return n;
}

void packed_add_uint(struct strbuf *sb, uint64_t v)
{
	unsigned char bytes[10];
	size_t n = 0;

	while (v > 0x7f) {
		bytes[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	bytes[n++] = (unsigned char)v;
	strbuf_add_bytes(sb, bytes, n);
}

void packed_add_str(struct strbuf *sb, struct str s)
{
	packed_add_uint(sb, s.n);
	strbuf_add(sb, s);
}

void packed_add_list(struct strbuf *sb, struct str_list list)
{
	size_t bytes = 0;

	for (size_t i = 0; i < list.n; i++)
		bytes += uint_size(list.p[i].n) + list.p[i].n;
	packed_add_uint(sb, list.n);
	packed_add_uint(sb, bytes);
	for (size_t i = 0; i < list.n; i++)
		packed_add_str(sb, list.p[i]);
}
