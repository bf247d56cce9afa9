/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/builder.h"

#define FIRST_BYTES 128

static bool make_room(struct builder *b, size_t n)
{
	size_t cap = b->cap ? b->cap : FIRST_BYTES;
	char *p;

	if (b->failed || n <= b->cap - b->n)
		return !b->failed;
	while (cap - b->n < n && cap < UINT32_MAX)
		cap *= 2;
	p = cap - b->n < n ? NULL : call_bytes(b->call, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	if (b->n)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
	return true;
}

void builder_add(struct builder *b, struct str s)
{
	if (!s.n || !make_room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void builder_addc(struct builder *b, char c)
{
	if (!make_room(b, 1))
		return;
	b->p[b->n++] = c;
}

struct value builder_value(struct builder *b)
{
	return b->failed ? call_exhausted(b->call) : value_string(builder_str(b));
}
