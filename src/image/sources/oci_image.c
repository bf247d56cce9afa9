/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sources/oci_image.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"

/* Images that the index leads to, and how many indexes were read on the way. */
struct candidates {
	struct vec found; /* struct descriptor */
	const struct oci_store *store;
	const struct source_request *q;
	struct platform want;
	size_t n_read;
	struct strbuf others; /* names that were not asked for, for the message */
};

/* --- parts --- */

static const char *part_name(enum oci_part part)
{
	switch (part) {
	case OCI_PART_INDEX:
		return "index";
	case OCI_PART_MANIFEST:
		return "manifest";
	case OCI_PART_CONFIG:
		return "config";
	}
	return "";
}

/* The bytes a descriptor means, of that size and digest. */
static int read_part(struct source *src, const struct oci_store *store, const struct descriptor *d,
		     enum oci_part part, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	const char *what = part_name(part);
	int r = store->read(src, d, part, &sb, err);

	if (r < 0)
		return err_wrap(err, r, "%s", what);
	r = digest_check(strbuf_str(&sb), d->digest, what, err);
	if (r < 0)
		return r;
	if (sb.n != d->size)
		return err_set(err, ERR_DENIED, "%s %.*s: promised %llu bytes, it has %zu", what,
			       STR_FMT(d->digest), (unsigned long long)d->size, sb.n);
	*ret = arena_str(&src->arena, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

/* --- choosing --- */

static bool is_named(const struct descriptor *d, struct str choice)
{
	return str_eq(d->digest, choice) || str_eq(d->ref_name, choice) ||
	       (d->ref_name.n && image_name_eq(d->ref_name, choice)) ||
	       (d->image_name.n && image_name_eq(d->image_name, choice));
}

static int add_candidate(struct candidates *c, const struct descriptor *d, struct err *err)
{
	struct descriptor *slot;

	/* A manifest beside an image that says how it was built, no image itself. */
	if (str_is(d->platform.os, "unknown") && str_is(d->platform.arch, "unknown"))
		return 0;
	slot = vec_push(&c->found);
	if (!slot)
		return err_set(err, ERR_LIMIT, "more images than index_manifests (%d)",
			       (int)LIMIT_INDEX_MANIFESTS);
	*slot = *d;
	return 0;
}

static void add_other(struct candidates *c, const struct descriptor *d)
{
	struct str name = d->ref_name.n ? d->ref_name : d->image_name.n ? d->image_name : d->digest;

	if (str_find(strbuf_str(&c->others), name) == c->others.n) /* not for each platform */
		strbuf_addf(&c->others, "%s%.*s", c->others.n ? ", " : "", STR_FMT(name));
}

/* named: an index above already bears the name that was asked for; ref: its name. */
static int collect(struct source *src, struct candidates *c, struct str bytes, bool named,
		   struct str ref, int depth, struct err *err)
{
	struct image_index index;
	int r = index_parse(bytes, &src->arena, &index, err);

	for (size_t i = 0; i < index.n && r == 0; i++) {
		struct descriptor d = index.manifests[i];
		bool fits = named || !c->q->choice || is_named(&d, str_of(c->q->choice));
		struct str inner;

		if (!d.ref_name.n)
			d.ref_name = ref;
		if (!media_type_is_index(d.media_type)) {
			if (fits)
				r = add_candidate(c, &d, err);
			else
				add_other(c, &d);
			continue;
		}
		if (depth + 1 >= LIMIT_INDEX_DEPTH)
			return err_set(err, ERR_LIMIT,
				       "indexes nested deeper than index_depth (%d)",
				       (int)LIMIT_INDEX_DEPTH);
		if (++c->n_read > LIMIT_LAYERS)
			return err_set(err, ERR_LIMIT, "more than %d indexes", (int)LIMIT_LAYERS);
		r = read_part(src, c->store, &d, OCI_PART_INDEX, &inner, err);
		if (r == 0)
			r = collect(src, c, inner, fits, d.ref_name, depth + 1, err);
	}
	return r;
}

static void add_platform(struct strbuf *sb, const struct platform *p)
{
	strbuf_addf(sb, "%.*s/%.*s%s%.*s", STR_FMT(p->os), STR_FMT(p->arch),
		    p->variant.n ? "/" : "", STR_FMT(p->variant));
}

static void list_candidates(const struct candidates *c, struct strbuf *sb)
{
	const struct descriptor *first = vec_at(&c->found, 0);

	for (size_t i = 0; i < c->found.n; i++) {
		const struct descriptor *d = vec_at(&c->found, i);
		bool one_name = i > 0 && str_eq(first->ref_name, d->ref_name);

		strbuf_adds(sb, i ? ", " : "");
		if (!one_name || !d->platform.os.n)
			strbuf_addf(sb, "%.*s%s", STR_FMT(d->ref_name.n ? d->ref_name : d->digest),
				    d->platform.os.n ? " " : "");
		if (d->platform.os.n) {
			strbuf_addc(sb, '(');
			add_platform(sb, &d->platform);
			strbuf_addc(sb, ')');
		}
	}
}

/* The closest; of equally close ones under one name the first. *ret_n: how many names have one. */
static const struct descriptor *closest(const struct candidates *c, size_t *ret_n)
{
	const struct descriptor *best = NULL;
	bool any = c->found.n == 1 && !c->q->platform; /* the only image is taken as it is */
	int best_rank = 0;

	*ret_n = 0;
	for (size_t i = 0; i < c->found.n; i++) {
		const struct descriptor *d = vec_at(&c->found, i);
		int rank = any ? 1 : platform_rank(&d->platform, &c->want);

		if (rank == 0 || rank < best_rank)
			continue;
		if (best && rank == best_rank &&
		    (str_eq(best->digest, d->digest) ||
		     (d->ref_name.n && str_eq(best->ref_name, d->ref_name))))
			continue;
		*ret_n = rank > best_rank ? 1 : *ret_n + 1;
		best_rank = rank;
		best = d;
	}
	return best;
}

static int choose(struct candidates *c, struct descriptor *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT(ERR_MSG_MAX);
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(ERR_MSG_MAX);
	size_t n = 0;
	const struct descriptor *chosen = closest(c, &n);

	if (n == 1) {
		*ret = *chosen;
		return 0;
	}
	if (c->found.n == 0)
		return err_set(err, ERR_USAGE, "no image%s%s%s in the index%s%s",
			       c->q->choice ? " \"" : "", c->q->choice ? c->q->choice : "",
			       c->q->choice ? "\"" : "", c->others.n ? "; there are: " : "",
			       strbuf_cstr(&c->others));
	add_platform(&want, &c->want);
	list_candidates(c, &names);
	return err_set(err, ERR_USAGE, "%s for platform %s; there are: %s%s",
		       n ? "several images" : "no image", strbuf_cstr(&want), strbuf_cstr(&names),
		       n ? " (oci:DIR:REF, oci-archive:FILE:REF)" : "");
}

int oci_image_choose(struct source *src, const struct oci_store *store,
		     const struct source_request *request, struct str index, struct str name,
		     struct descriptor *ret, struct err *err)
{
	struct candidates c = {.found = VEC_INIT(struct descriptor, LIMIT_INDEX_MANIFESTS),
			       .store = store,
			       .q = request,
			       .others = STRBUF_INIT(ERR_MSG_MAX)};
	int r = platform_parse(request->platform, &c.want, err);

	if (r < 0)
		return r;
	r = collect(src, &c, index, name.n > 0, name, 0, err);
	if (r == 0)
		r = choose(&c, ret, err);
	vec_done(&c.found);
	strbuf_done(&c.others);
	return r;
}

/* --- reading --- */

static int read_layer(struct source *src, const struct oci_store *store, struct source_layer *layer,
		      const struct descriptor *d, struct err *err)
{
	struct err why = {0};
	int r;

	layer->digest = d->digest;
	layer->media_type = d->media_type;
	layer->size = d->size;
	if (media_type_is_encrypted(d->media_type)) {
		layer->not_read = STR("encrypted layer: its key is needed to read it");
		return 0;
	}
	r = store->find_layer(src, layer, &why);
	if (r == -ERR_NOT_FOUND && (d->has_urls || media_type_is_foreign(d->media_type))) {
		layer->not_read = arena_strf(&src->arena, "foreign layer: %s", why.msg);
		return layer->not_read.p ? 0 : err_nomem(err);
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

static int read_layers(struct source *src, const struct oci_store *store, const struct manifest *m,
		       const struct image_config *config, struct err *err)
{
	if (m->n_layers != config->n_diff_ids)
		return err_set(err, ERR_FORMAT, "the manifest has %zu layers, the config %zu",
			       m->n_layers, config->n_diff_ids);
	src->layers = arena_array(&src->arena, m->n_layers + 1, sizeof *src->layers);
	if (!src->layers)
		return err_nomem(err);
	src->n_layers = m->n_layers;
	for (size_t i = 0; i < m->n_layers; i++) {
		int r = read_layer(src, store, &src->layers[i], &m->layers[i], err);

		if (r < 0)
			return err_wrap(err, r, "layer %zu", i + 1);
		src->layers[i].diff_id = config->diff_ids[i];
	}
	return 0;
}

/* Signatures, charts and the like are stored as images are, but for the type of their config. */
static int check_is_image(const struct descriptor *config, struct err *err)
{
	static const char *const types[] = {"", "application/vnd.oci.image.config.v1+json",
					    "application/vnd.docker.container.image.v1+json",
					    "application/octet-stream", "application/json"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(config->media_type, types[i]))
			return 0;
	return err_set(err, ERR_UNSUPPORTED, "no container image: its config is of type %.*s",
		       STR_FMT(str_sub(config->media_type, 0, 120)));
}

static int read_config(struct source *src, const struct oci_store *store,
		       const struct descriptor *d, struct image_config *ret, struct err *err)
{
	int r = read_part(src, store, d, OCI_PART_CONFIG, &src->config, err);

	if (r < 0)
		return r;
	r = image_config_parse(src->config, &src->arena, ret, err);
	return r < 0 ? err_wrap(err, r, "config %.*s", STR_FMT(d->digest)) : 0;
}

static int read_manifest(struct source *src, const struct oci_store *store,
			 const struct descriptor *d, struct manifest *ret, struct err *err)
{
	struct str bytes;
	int r = read_part(src, store, d, OCI_PART_MANIFEST, &bytes, err);

	if (r < 0)
		return r;
	r = manifest_parse(bytes, &src->arena, ret, err);
	if (r == 0)
		r = check_is_image(&ret->config, err);
	return r < 0 ? err_wrap(err, r, "manifest %.*s", STR_FMT(d->digest)) : 0;
}

int oci_image_read(struct source *src, const struct oci_store *store,
		   const struct source_request *request, const struct descriptor *d,
		   struct err *err)
{
	struct image_config config;
	struct manifest m;
	int r = read_manifest(src, store, d, &m, err);

	if (r == 0)
		r = read_config(src, store, &m.config, &config, err);
	if (r == 0)
		r = platform_check(request->platform, &config.platform, err);
	if (r < 0)
		return r;
	src->name = d->ref_name;
	src->manifest_digest = d->digest;
	src->config_digest = m.config.digest;
	src->media_type = m.media_type.n ? m.media_type : d->media_type;
	src->annotations = m.annotations;
	return read_layers(src, store, &m, &config, err);
}
