/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <pthread.h>
#include <sys/random.h>

#include "base/err.h"

struct map_slot {
	struct str key; /* .p NULL: free */
	uint64_t hash;
	void *value;
};

static uint64_t sip_key[2];
static pthread_once_t sip_once = PTHREAD_ONCE_INIT;

static void sip_init(void)
{
	/* Without entropy the fixed key still hashes correctly, it only is guessable. */
	if (getrandom(sip_key, sizeof sip_key, GRND_NONBLOCK) != (ssize_t)sizeof sip_key)
		sip_key[0] = 0x706c696d736f6c6cULL;
}

static inline uint64_t rotl(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
uint64_t hash_bytes(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t v[4], m, tail = (uint64_t)n << 56;

	(void)pthread_once(&sip_once, sip_init); /* cannot fail with a valid routine */
	v[0] = sip_key[0] ^ 0x736f6d6570736575ULL;
	v[1] = sip_key[1] ^ 0x646f72616e646f6dULL;
	v[2] = sip_key[0] ^ 0x6c7967656e657261ULL;
	v[3] = sip_key[1] ^ 0x7465646279746573ULL;
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&m, p, 8);
		v[3] ^= m;
		sip_round(v);
		v[0] ^= m;
	}
	for (size_t i = 0; i < n; i++)
		tail |= (uint64_t)p[i] << (8 * i);
	v[3] ^= tail;
	sip_round(v);
	v[0] ^= tail;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_init(struct map *m, size_t max_entries)
{
	*m = (struct map){.max = max_entries};
}

void map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){.max = m->max};
}

/* The slot of key, or the free one where it belongs. */
static struct map_slot *slot_of(const struct map *m, struct str key, uint64_t hash)
{
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *s = &m->slots[i];

		if (!s->key.p || (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

void *map_get(const struct map *m, struct str key)
{
	struct map_slot *s;

	if (m->n == 0)
		return NULL;
	s = slot_of(m, key, hash_bytes(key.p, key.n));
	return s->key.p ? s->value : NULL;
}

static int grow(struct map *m)
{
	struct map bigger = {.cap = m->cap ? m->cap * 2 : 16, .max = m->max, .n = m->n};

	bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
	if (!bigger.slots)
		return -ERR_NOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key.p)
			*slot_of(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

int map_put(struct map *m, struct str key, void *value)
{
	uint64_t hash = hash_bytes(key.p, key.n);
	struct map_slot *s;

	if (!key.p)
		key.p = "";
	if ((m->n + 1) * 4 > m->cap * 3 && grow(m) < 0)
		return -ERR_NOMEM;
	s = slot_of(m, key, hash);
	if (!s->key.p) {
		if (m->n >= m->max)
			return -ERR_LIMIT;
		m->n++;
	}
	*s = (struct map_slot){.key = key, .hash = hash, .value = value};
	return 0;
}

bool map_next(const struct map *m, size_t *at, struct str *ret_key, void **ret_value)
{
	for (; *at < m->cap; ++*at) {
		const struct map_slot *s = &m->slots[*at];

		if (s->key.p) {
			*ret_key = s->key;
			*ret_value = s->value;
			++*at;
			return true;
		}
	}
	return false;
}
