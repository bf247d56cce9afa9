/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/packed.h"

size_t packed_uint_size(uint64_t v)
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
		bytes += packed_uint_size(list.p[i].n) + list.p[i].n;
	packed_add_uint(sb, list.n);
	packed_add_uint(sb, bytes);
	for (size_t i = 0; i < list.n; i++)
		packed_add_str(sb, list.p[i]);
}

bool packed_list_copy(struct packed_list l, struct arena *arena, struct str_list *ret)
{
	/* A string takes at least the byte of its length: a count beyond that is no list. */
	struct str *p = l.n > cursor_left(&l.at) ? NULL : arena_array(arena, l.n, sizeof *p);
	size_t n = 0;

	*ret = (struct str_list){p, 0};
	if (l.n == 0)
		return true;
	while (p && packed_next(&l, &p[n])) {
		p[n] = arena_str(arena, p[n]);
		if (!p[n++].p)
			return false;
	}
	ret->n = n;
	return p && l.n == 0 && !l.at.failed;
}
