/* SPDX-License-Identifier: Apache-2.0 */
#include "content/git.h"

#include <stdio.h>

#define COPY_LENGTH_0 0x10000

int git_id_begin(struct git_id *id, unsigned type, uint64_t size, struct err *err)
{
	static const char *const kinds[] = {"", "commit", "tree", "blob", "tag"};
	char text[32];
	int n = snprintf(text, sizeof text, "%s %llu", kinds[type], (unsigned long long)size);
	int r = weak_digest_init(&id->digest, WEAK_SHA1, err);

	if (r == 0)
		weak_digest_update(&id->digest, str_make(text, (size_t)n + 1));
	return r;
}

void git_id_add(struct git_id *id, struct str bytes)
{
	weak_digest_update(&id->digest, bytes);
}

void git_id_done(struct git_id *id)
{
	weak_digest_done(&id->digest);
}

struct str git_id_end(struct git_id *id)
{
	static const char digits[] = "0123456789abcdef";

	weak_digest_final(&id->digest, id->bytes);
	weak_digest_done(&id->digest);
	for (size_t i = 0; i < GIT_ID_BYTES; i++) {
		id->hex[2 * i] = digits[id->bytes[i] >> 4];
		id->hex[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	return str_make(id->hex, sizeof id->hex);
}

static uint64_t read_size(struct cursor *c)
{
	uint64_t v = 0;
	unsigned b, shift = 0;

	do {
		b = cursor_u8(c);
		v |= shift < 63 ? (uint64_t)(b & 0x7f) << shift : 0;
		shift += 7;
	} while (b & 0x80 && !c->failed);
	return v;
}

/* What a copy says: which bytes follow stands in its bits. */
static uint32_t read_bits(struct cursor *c, unsigned bits, unsigned n)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < n; i++)
		if (bits >> i & 1)
			v |= (uint32_t)cursor_u8(c) << 8 * i;
	return v;
}

struct git_delta git_delta_make(struct str bytes)
{
	struct git_delta d = {.ops = cursor_make(bytes)};

	d.base_size = read_size(&d.ops);
	d.size = read_size(&d.ops);
	return d;
}

bool git_delta_apply(struct git_delta *d, struct str base, char *to)
{
	struct cursor *c = &d->ops;
	uint64_t n = 0;

	if (d->base_size != base.n)
		return false;
	while (cursor_left(c)) {
		unsigned op = cursor_u8(c);
		struct str from;

		if (op & 0x80) {
			uint32_t at = read_bits(c, op, 4), length = read_bits(c, op >> 4, 3);

			length = length ? length : COPY_LENGTH_0;
			if (at > base.n || length > base.n - at)
				return false;
			from = str_sub(base, at, length);
		} else {
			from = cursor_take(c, op);
		}
		if (from.n == 0 || from.n > d->size - n || c->failed)
			return false;
		memcpy(to + n, from.p, from.n);
		n += from.n;
	}
	return n == d->size && !c->failed;
}
