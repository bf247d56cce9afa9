/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pin_lookup.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "base/pool.h"
#include "image/locate.h"

struct pin_lookup {
	struct pin_lookup_options options;
	struct arena arena;
	struct map by_image; /* as wanted, and in full -> struct pin_answer */
	struct vec answers;  /* struct pin_answer *, in the order in which they were wanted */
	size_t n_asked;
};

int pin_lookup_new(const struct pin_lookup_options *options, struct pin_lookup **ret,
		   struct err *err)
{
	struct pin_lookup *l = calloc(1, sizeof *l);

	if (!l)
		return err_nomem(err);
	l->options = *options;
	arena_init(&l->arena, LIMIT_ARENA_BYTES);
	map_init(&l->by_image, (size_t)2 * LIMIT_PIN_IMAGES);
	l->answers = (struct vec)VEC_INIT(struct pin_answer *, LIMIT_PIN_IMAGES);
	*ret = l;
	return 0;
}

void pin_lookup_free(struct pin_lookup *l)
{
	if (!l)
		return;
	vec_done(&l->answers);
	map_done(&l->by_image);
	arena_done(&l->arena);
	free(l);
}

void pin_lookup_freep(struct pin_lookup **l)
{
	pin_lookup_free(*l);
	*l = NULL;
}

static struct pin_answer *answer_at(const struct pin_lookup *l, size_t i)
{
	return *(struct pin_answer *const *)vec_at(&l->answers, i);
}

/* ---- wanting ---- */

/* nginx, nginx:latest: the same. A short name is not its long one: a search list may lead away. */
static struct str full_name(struct pin_lookup *l, struct str image)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct reference ref;

	if (reference_parse(image, &l->arena, &ref, NULL) < 0)
		return image;
	strbuf_adds(&sb, ref.is_short ? "short " : "");
	reference_format(&ref, &sb);
	return arena_str(&l->arena, strbuf_str(&sb));
}

static int add_answer(struct pin_lookup *l, struct str image, struct pin_answer **ret,
		      struct err *err)
{
	struct pin_answer **slot = vec_push(&l->answers);
	struct pin_answer *a = arena_alloc(&l->arena, sizeof *a);

	if (!slot)
		return err_set(err, ERR_LIMIT, "more than pin_images (%d) in one run",
			       (int)LIMIT_PIN_IMAGES);
	if (!a)
		return err_nomem(err);
	a->image = image;
	*slot = *ret = a;
	return 0;
}

int pin_lookup_want(struct pin_lookup *l, struct str image, struct err *err)
{
	struct str kept, full;
	struct pin_answer *a;
	int r;

	if (map_get(&l->by_image, image))
		return 0;
	kept = arena_str(&l->arena, image);
	full = full_name(l, kept);
	r = arena_check(&l->arena, err);
	if (r < 0)
		return r;
	a = map_get(&l->by_image, full);
	if (!a) {
		r = add_answer(l, kept, &a, err);
		if (r < 0)
			return r;
		if (map_put(&l->by_image, full, a) < 0)
			return err_nomem(err);
	}
	return map_put(&l->by_image, kept, a) < 0
		       ? err_set(err, ERR_LIMIT, "more than pin_images (%d) in one run",
				 (int)LIMIT_PIN_IMAGES)
		       : 0;
}

const struct pin_answer *pin_lookup_find(const struct pin_lookup *l, struct str image)
{
	const struct pin_answer *a = map_get(&l->by_image, image);

	return a && (a->digest[0] || a->why.code) ? a : NULL;
}

/* ---- asking ---- */

static int ask_registry(const struct registry_options *options, struct str image,
			char ret_digest[DIGEST_TEXT_MAX], struct err *err)
{
	struct image_place place;
	int r = image_locate(TRANSPORT_DOCKER, image, options, &place, err);

	if (r < 0)
		return r;
	memcpy(ret_digest, place.manifest.digest, DIGEST_TEXT_MAX);
	image_place_done(&place);
	return 0;
}

static void ask(void *context, size_t i)
{
	struct pin_lookup *l = context;
	struct pin_answer *a = answer_at(l, l->n_asked + i);
	const struct pin_lookup_options *o = &l->options;
	int r = o->ask ? o->ask(o->context, a->image, a->digest, &a->why)
		       : ask_registry(&o->registry, a->image, a->digest, &a->why);

	if (r < 0)
		a->digest[0] = '\0';
}

/* How many at a time is bounded for all of them: most are of one registry anyway. */
static struct str no_host(void *context, size_t i)
{
	(void)context;
	(void)i;
	return STR_NULL;
}

int pin_lookup_run(struct pin_lookup *l, struct err *err)
{
	const struct pool pool = {
		.n = l->answers.n - l->n_asked,
		.group = no_host,
		.run = ask,
		.ctx = l,
		.n_threads = LIMIT_PIN_LOOKUPS,
		.per_group = LIMIT_PIN_LOOKUPS,
	};
	int r = pool_run(&pool, err);

	if (r == 0)
		l->n_asked = l->answers.n;
	return r;
}
