/* SPDX-License-Identifier: Apache-2.0 */
/* A repository in a registry. */
#include "base/limits.h"
#include "base/vec.h"
#include "codec/json.h"
#include "net/registry_list.h"
#include "net/registry_push.h"
#include "trust/artifact_store.h"

struct registry_store {
	struct artifact_store store;
	struct registry *registry;
	struct str domain, path;
	struct arena arena;
};

static struct registry *registry_of(struct artifact_store *s)
{
	return ((struct registry_store *)s)->registry;
}

static int get_manifest(struct artifact_store *s, struct str version, struct registry_manifest *ret,
			struct err *err)
{
	return registry_manifest(registry_of(s), version, ret, err);
}

static int open_blob(struct artifact_store *s, const struct artifact *d, struct stream **ret,
		     struct err *err)
{
	return registry_blob(registry_of(s), d->digest, d->size, ret, err);
}

/* ---- lists ---- */

struct gathering {
	struct arena *arena;
	struct vec *items;
};

static int take_referrers(void *ctx, struct str bytes, struct err *err)
{
	struct gathering *g = ctx;
	struct artifact_manifest index;
	int r = artifact_manifest_parse(bytes, g->arena, &index, err);

	if (r < 0)
		return r;
	if (!index.is_index)
		return err_set(err, ERR_FORMAT, "the list is no index");
	for (size_t i = 0; i < index.n_manifests; i++) {
		struct artifact *d = vec_push(g->items);

		if (!d)
			return err_set(err, ERR_LIMIT, "more than referrers (%d) entries",
				       LIMIT_REFERRERS);
		*d = index.manifests[i];
	}
	return 0;
}

/* The items move to the arena. */
static int settle(struct gathering *g, const void **ret, size_t *ret_n, struct err *err)
{
	void *p = arena_array(g->arena, g->items->n + 1, g->items->elem_size);

	if (!p)
		return err_nomem(err);
	if (g->items->n)
		memcpy(p, g->items->p, g->items->n * g->items->elem_size);
	*ret = p;
	*ret_n = g->items->n;
	return 0;
}

static int referrers(struct artifact_store *s, struct str digest, struct str type, struct arena *a,
		     struct artifact_list *ret, bool *ret_known, struct err *err)
{
	CLEANUP(vec_done) struct vec items = VEC_INIT(struct artifact, LIMIT_REFERRERS);
	struct gathering g = {a, &items};
	const void *p = NULL;
	int r = registry_referrers(registry_of(s), digest, type, ret_known, take_referrers, &g,
				   err);

	if (r == 0)
		r = settle(&g, &p, &ret->n, err);
	ret->p = p;
	return r;
}

static int take_tags(void *ctx, struct str bytes, struct err *err)
{
	struct gathering *g = ctx;
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);
	const struct json *list = json_get(doc, "tags");

	for (size_t i = 0; r == 0 && i < json_len(list); i++) {
		struct str *tag = vec_push(g->items);

		if (!tag)
			return err_set(err, ERR_LIMIT, "more than tags (%d)", LIMIT_TAGS);
		*tag = arena_str(g->arena, json_str(json_at(list, i)));
	}
	return r < 0 ? r : arena_check(g->arena, err);
}

static int tags(struct artifact_store *s, struct arena *a, struct str_list *ret, struct err *err)
{
	CLEANUP(vec_done) struct vec items = VEC_INIT(struct str, LIMIT_TAGS);
	struct gathering g = {a, &items};
	const void *p = NULL;
	int r = registry_tags(registry_of(s), take_tags, &g, err);

	if (r == 0)
		r = settle(&g, &p, &ret->n, err);
	ret->p = p;
	return r;
}

/* ---- writing ---- */

static int has_blob(struct artifact_store *s, struct str digest, bool *ret, struct err *err)
{
	return registry_has_blob(registry_of(s), digest, ret, err);
}

static const struct artifact_store_ops ops;

/* The other repository, when both are of one registry. */
static struct str near_path(const struct artifact_store *s, const struct artifact_store *from)
{
	const struct registry_store *own = (const struct registry_store *)s;
	const struct registry_store *other = (const struct registry_store *)from;

	if (!from || from->ops != &ops || !str_eq(own->domain, other->domain) ||
	    str_eq(own->path, other->path))
		return STR_NULL;
	return other->path;
}

static int put_blob(struct artifact_store *s, const struct artifact *d,
		    const struct artifact_bytes *bytes, struct artifact_store *from,
		    struct err *err)
{
	struct registry_upload upload = {.digest = d->digest,
					 .size_bytes = d->size,
					 .open = bytes->open,
					 .ctx = bytes->ctx,
					 .mount_from = near_path(s, from)};

	return registry_push_blob(registry_of(s), &upload, err);
}

/* What a registry takes; a layout may call its images anything. */
static bool is_tag(struct str tag)
{
	for (size_t i = 0; i < tag.n; i++)
		if (!char_is_alnum(tag.p[i]) && tag.p[i] != '_' &&
		    (i == 0 || (tag.p[i] != '.' && tag.p[i] != '-')))
			return false;
	return tag.n > 0 && tag.n <= 128;
}

static int put_manifest(struct artifact_store *s, const struct artifact *d, struct str bytes,
			struct str tag, bool alone, bool *ret_listed, struct err *err)
{
	(void)alone; /* a registry knows by digest what it was given */
	if (tag.n && !is_tag(tag))
		return err_set(
			err, ERR_USAGE,
			"\"%.*s\" is no tag that a registry takes: write one behind the name",
			STR_FMT(str_sub(tag, 0, 140)));
	return registry_push_manifest(registry_of(s), tag.n ? tag : d->digest, d->media_type, bytes,
				      ret_listed, err);
}

/* ---- life ---- */

static void cancel(struct artifact_store *s)
{
	registry_cancel(registry_of(s));
}

static void free_store(struct artifact_store *s)
{
	struct registry_store *own = (struct registry_store *)s;

	registry_free(own->registry);
	arena_done(&own->arena);
	free(own);
}

static const struct artifact_store_ops ops = {
	.manifest = get_manifest,
	.open_blob = open_blob,
	.referrers = referrers,
	.tags = tags,
	.has_blob = has_blob,
	.put_blob = put_blob,
	.put_manifest = put_manifest,
	.cancel = cancel,
	.free = free_store,
};

int artifact_store_registry(struct registry *registry, const struct registry_name *name,
			    struct artifact_store **ret, struct err *err)
{
	struct registry_store *own = calloc(1, sizeof *own);
	int r;

	if (!own) {
		registry_free(registry);
		return err_nomem(err);
	}
	arena_init(&own->arena, LIMIT_HTTP_URL_BYTES);
	own->store = (struct artifact_store){.ops = &ops, .transport = "docker"};
	own->registry = registry;
	own->domain = arena_str(&own->arena, name->domain);
	own->path = arena_str(&own->arena, name->path);
	own->store.location =
		arena_strf(&own->arena, "%.*s/%.*s", STR_FMT(name->domain), STR_FMT(name->path));
	r = arena_check(&own->arena, err);
	if (r < 0) {
		free_store(&own->store);
		return r;
	}
	*ret = &own->store;
	return 0;
}
