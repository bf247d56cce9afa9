/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/content_hash.h"

#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h> /* takes the widest registers that the processor has */
#endif

/* Never defined: it is the library's state. */
static XXH3_state_t *state_of(struct content_hash *h)
{
	return (XXH3_state_t *)(void *)h;
}

int content_hash_new(struct content_hash **ret, struct err *err)
{
	XXH3_state_t *state = XXH3_createState();

	if (!state)
		return err_nomem(err);
	*ret = (struct content_hash *)(void *)state;
	return 0;
}

void content_hash_free(struct content_hash *h)
{
	(void)XXH3_freeState(state_of(h)); /* always XXH_OK */
}

void content_hash_begin(struct content_hash *h)
{
	(void)XXH3_128bits_reset(state_of(h)); /* fails without a state only */
}

void content_hash_add(struct content_hash *h, struct str piece)
{
	if (piece.n)
		(void)XXH3_128bits_update(state_of(h), piece.p, piece.n); /* as above */
}

void content_hash_end(const struct content_hash *h, uint64_t ret[2])
{
	const XXH128_hash_t hash = XXH3_128bits_digest((const XXH3_state_t *)(const void *)h);

	ret[0] = hash.low64;
	ret[1] = hash.high64;
}
