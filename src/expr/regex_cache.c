/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/regex_cache.h"

#include <stdlib.h>

#include "base/map.h"

#define BUCKETS 32

struct kept {
	struct regex *re; /* NULL: free */
	char *pattern;
	size_t n;
};

struct regex_cache {
	struct kept buckets[BUCKETS][2]; /* the one used last first */
};

static void forget(struct kept *k)
{
	regex_free(k->re);
	free(k->pattern);
	*k = (struct kept){0};
}

void regex_cache_free(struct regex_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (size_t k = 0; k < 2; k++)
			forget(&cache->buckets[i][k]);
	free(cache);
}

static bool is(const struct kept *k, struct str pattern)
{
	return k->re && str_eq(str_make(k->pattern, k->n), pattern);
}

/* The older one goes; what is left in the front is the new one. */
static int put(struct kept *bucket, struct str pattern, struct err *err)
{
	struct kept made = {.pattern = str_dup(pattern), .n = pattern.n};
	int r = made.pattern ? regex_new(pattern, &made.re, err) : err_nomem(err);

	if (r < 0) {
		free(made.pattern);
		return r;
	}
	forget(&bucket[1]);
	bucket[1] = bucket[0];
	bucket[0] = made;
	return 0;
}

int regex_cache_get(struct regex_cache **cache, struct str pattern, const struct regex **ret,
		    struct err *err)
{
	struct kept *bucket;
	int r = 0;

	if (!*cache)
		*cache = calloc(1, sizeof **cache);
	if (!*cache)
		return err_nomem(err);
	bucket = (*cache)->buckets[hash_bytes(pattern.p, pattern.n) % BUCKETS];
	if (is(&bucket[1], pattern)) {
		struct kept older = bucket[0];

		bucket[0] = bucket[1];
		bucket[1] = older;
	} else if (!is(&bucket[0], pattern)) {
		r = put(bucket, pattern, err);
	}
	if (r == 0)
		*ret = bucket[0].re;
	return r;
}
