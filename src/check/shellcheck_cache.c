/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shellcheck_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"

struct shellcheck_cache {
	pthread_mutex_t lock;
	struct map answers; /* digest -> struct shellcheck_answers */
	struct arena arena;
	bool is_absent;
};

int shellcheck_cache_new(struct shellcheck_cache **ret, struct err *err)
{
	struct shellcheck_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		return err_nomem(err);
	(void)pthread_mutex_init(&cache->lock, NULL); /* cannot fail with default attributes */
	map_init(&cache->answers, SIZE_MAX);
	arena_init(&cache->arena, LIMIT_SHELLCHECK_CACHE_BYTES);
	*ret = cache;
	return 0;
}

void shellcheck_cache_free(struct shellcheck_cache *cache)
{
	if (!cache)
		return;
	map_done(&cache->answers);
	arena_done(&cache->arena);
	(void)pthread_mutex_destroy(&cache->lock);
	free(cache);
}

bool shellcheck_cache_is_absent(struct shellcheck_cache *cache)
{
	bool is;

	pthread_mutex_lock(&cache->lock);
	is = cache->is_absent;
	pthread_mutex_unlock(&cache->lock);
	return is;
}

void shellcheck_cache_set_absent(struct shellcheck_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->is_absent = true;
	pthread_mutex_unlock(&cache->lock);
}

int shellcheck_key(enum shell_dialect dialect, struct str text, struct digest_value *ret,
		   struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	const char name = (char)dialect;
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	digest_update(&d, str_make(&name, 1));
	digest_update(&d, text);
	digest_final(&d, ret);
	return 0;
}

static struct str bytes_of(const struct digest_value *key)
{
	return str_make(key->bytes, 32);
}

bool shellcheck_cache_get(struct shellcheck_cache *cache, const struct digest_value *key,
			  struct shellcheck_answers *ret)
{
	const struct shellcheck_answers *found;

	pthread_mutex_lock(&cache->lock);
	found = map_get(&cache->answers, bytes_of(key));
	if (found)
		*ret = *found;
	pthread_mutex_unlock(&cache->lock);
	return found != NULL;
}

/* With the lock held; false: there is no room. */
static bool keep(struct shellcheck_cache *cache, const struct digest_value *key,
		 const struct shellcheck_said *said, size_t n)
{
	struct shellcheck_answers *answers = arena_alloc(&cache->arena, sizeof *answers);
	struct shellcheck_said *p = arena_array(&cache->arena, n, sizeof *p);
	struct str name = arena_str(&cache->arena, bytes_of(key));

	for (size_t i = 0; p && i < n; i++) {
		p[i] = said[i];
		p[i].note.message = arena_str(&cache->arena, said[i].note.message);
	}
	if (!answers || cache->arena.failed)
		return false;
	*answers = (struct shellcheck_answers){p, n};
	return map_put(&cache->answers, name, answers) == 0;
}

/* What cannot be kept is asked for again. */
void shellcheck_cache_put(struct shellcheck_cache *cache, const struct digest_value *key,
			  const struct shellcheck_said *said, size_t n)
{
	pthread_mutex_lock(&cache->lock);
	if (!cache->arena.failed && !map_get(&cache->answers, bytes_of(key)))
		(void)keep(cache, key, said, n); /* or there is no room */
	pthread_mutex_unlock(&cache->lock);
}
