/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attachment_tree.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "image/manifest.h"

/* BuildKit's attestations stand in the index beside the manifest that they are about. */
#define BUILDKIT_TYPE "vnd.docker.reference.type"
#define BUILDKIT_OF   "vnd.docker.reference.digest"

struct growing {
	struct artifact_store *store;
	struct attachment_tree *tree;
	struct map seen; /* digests that have a node */
};

/* ---- what is attested ---- */

static struct str predicate_in(struct str statement, struct arena *a)
{
	CLEANUP(json_freep) struct json *doc = NULL;

	if (json_parse(statement, &doc, NULL) < 0)
		return STR_NULL;
	return arena_str(a, json_get_str(doc, "predicateType"));
}

struct str attestation_predicate(struct str bytes, struct arena *a)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(strbuf_done) struct strbuf statement = STRBUF_INIT(LIMIT_STATEMENT_BYTES);
	struct str payload;

	if (json_parse(bytes, &doc, NULL) < 0)
		return STR_NULL;
	payload = json_get_str(doc, "payload");
	if (!payload.n)
		payload = json_get_str(json_get(doc, "dsseEnvelope"), "payload");
	if (!payload.n)
		return arena_str(a, json_get_str(doc, "predicateType"));
	if (base64_decode(payload, BASE64_STANDARD, &statement, NULL) < 0)
		return STR_NULL;
	return predicate_in(strbuf_str(&statement), a);
}

static struct str said_predicate(const struct artifact_annotations *notes)
{
	static const char *const keys[] = {"predicateType", "in-toto.io/predicate-type",
					   "dev.sigstore.bundle.predicateType"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (artifact_annotation(notes, keys[i]).n)
			return artifact_annotation(notes, keys[i]);
	return STR_NULL;
}

static bool may_attest(const struct artifact *layer)
{
	struct str t = layer->media_type;

	return str_is(t, "application/vnd.dsse.envelope.v1+json") ||
	       str_is(t, "application/vnd.in-toto+json") ||
	       str_has_prefix(t, STR("application/vnd.dev.sigstore.bundle"));
}

/* What an annotation says, else what the bytes say; those of no use are for who verifies them. */
static int find_predicate(struct growing *g, const struct artifact_manifest *m,
			  const struct artifact *layer, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_STATEMENT_BYTES);
	struct err error = {0};
	int r;

	*ret = said_predicate(&layer->annotations);
	if (!ret->n)
		*ret = said_predicate(&m->annotations);
	if (ret->n || !may_attest(layer) || layer->size > LIMIT_STATEMENT_BYTES)
		return 0;
	r = artifact_store_read_blob(g->store, layer, &sb, &error);
	if (r == -ERR_NOT_FOUND || r == -ERR_FORMAT)
		return 0;
	if (r < 0 && err)
		*err = error;
	if (r == 0)
		*ret = attestation_predicate(strbuf_str(&sb), &g->tree->arena);
	return r;
}

static bool has(const struct str *list, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

static int find_predicates(struct growing *g, const struct artifact_manifest *m,
			   struct tree_node *node, struct err *err)
{
	enum { PREDICATES = 64 }; /* shown of one attachment; layers are bounded */
	struct arena *a = &g->tree->arena;
	struct str *p = arena_array(a, PREDICATES, sizeof *p);
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < m->n_layers && n < PREDICATES; i++) {
		struct str one;
		int r = find_predicate(g, m, &m->layers[i], &one, err);

		if (r < 0)
			return r;
		if (one.n && !has(p, n, one))
			p[n++] = arena_str(a, one);
	}
	node->predicates = (struct str_list){p, n};
	return arena_check(a, err);
}

/* ---- one node ---- */

static struct str platform_text(struct arena *a, const struct artifact *d)
{
	if (!d->os.n || str_is(d->os, "unknown"))
		return STR_NULL;
	return arena_strf(a, "%.*s/%.*s%s%.*s", STR_FMT(d->os), STR_FMT(d->arch),
			  d->variant.n ? "/" : "", STR_FMT(d->variant));
}

static void add_size(uint64_t *sum, uint64_t size)
{
	if (__builtin_add_overflow(*sum, size, sum))
		*sum = UINT64_MAX;
}

static bool is_image_type(struct str type)
{
	return str_is(type, "application/vnd.oci.image.config.v1+json") ||
	       str_is(type, "application/vnd.docker.container.image.v1+json");
}

static int describe(struct growing *g, const struct artifact_manifest *m, struct tree_node *node,
		    struct err *err)
{
	struct arena *a = &g->tree->arena;

	if (m->is_index && node->kind == TREE_MANIFEST)
		node->kind = TREE_INDEX;
	if (node->kind == TREE_MANIFEST)
		node->attachment = attachment_kind_of(m);
	if (!is_image_type(m->artifact_type))
		node->artifact_type = arena_str(a, m->artifact_type);
	node->created = arena_str(
		a, artifact_annotation(&m->annotations, "org.opencontainers.image.created"));
	node->n_parts = m->n_layers;
	if (!str_is(m->config.media_type, "application/vnd.oci.empty.v1+json"))
		node->size_bytes = m->config.size;
	for (size_t i = 0; i < m->n_layers; i++)
		add_size(&node->size_bytes, m->layers[i].size);
	return find_predicates(g, m, node, err);
}

static int grow(struct growing *g, struct tree_node *node, const struct artifact_manifest *m,
		unsigned depth, struct err *err);

static int count(struct growing *g, size_t n, struct err *err)
{
	g->tree->n_nodes += n;
	if (g->tree->n_nodes > LIMIT_TREE_NODES)
		return err_set(err, ERR_LIMIT,
			       "more than tree_nodes (%d) attachments and platforms",
			       LIMIT_TREE_NODES);
	return 0;
}

/* 1: seen before. */
static int see(struct growing *g, struct tree_node *node, struct err *err)
{
	if (map_get(&g->seen, node->digest)) {
		node->is_repeated = true;
		return 1;
	}
	return map_put(&g->seen, node->digest, g) < 0 ? err_nomem(err) : 0;
}

/* ---- the manifests of an index ---- */

/* Whether a failure says something of the manifest alone, and not of the store or the network. */
static bool is_of_manifest(int r)
{
	return r == -ERR_NOT_FOUND || r == -ERR_FORMAT || r == -ERR_UNSUPPORTED;
}

static int grow_manifest(struct growing *g, struct tree_node *node, unsigned depth, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct artifact_manifest parsed;
	struct err why = {0};
	int r = see(g, node, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = artifact_store_manifest(g->store, node->digest, &m, &why);
	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&m.bytes), &g->tree->arena, &parsed, &why);
	if (r == 0)
		return grow(g, node, &parsed, depth, err);
	if (depth > 0 && is_of_manifest(r)) { /* the image itself must be there */
		g->tree->n_problems++;
		node->problem = arena_str(&g->tree->arena, str_of(why.msg));
		return arena_check(&g->tree->arena, err);
	}
	if (err)
		*err = why;
	return r;
}

static int grow_platforms(struct growing *g, struct tree_node *children,
			  const struct artifact_manifest *m, unsigned depth, struct err *err)
{
	struct arena *a = &g->tree->arena;

	for (size_t i = 0; i < m->n_manifests; i++) {
		const struct artifact *d = &m->manifests[i];
		int r;

		children[i] = (struct tree_node){
			.kind = TREE_MANIFEST,
			.attachment = ATTACHMENT_OTHER,
			.digest = arena_str(a, d->digest),
			.platform = platform_text(a, d),
			.about = artifact_annotation(&d->annotations, BUILDKIT_TYPE).n
					 ? artifact_annotation(&d->annotations, BUILDKIT_OF)
					 : STR_NULL,
		};
		r = arena_check(a, err);
		if (r == 0)
			r = grow_manifest(g, &children[i], depth + 1, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- what is attached ---- */

static int grow_attachment(struct growing *g, struct tree_node *node, const struct attachment *from,
			   unsigned depth, struct err *err)
{
	struct arena *a = &g->tree->arena;
	struct artifact_manifest parsed;
	int r;

	*node = (struct tree_node){
		.kind = TREE_ATTACHMENT,
		.attachment = from->kind,
		.place = from->place,
		.tag = arena_str(a, from->tag),
		.digest = arena_str(a, from->digest),
	};
	r = see(g, node, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = artifact_manifest_parse(from->bytes, a, &parsed, err);
	return r < 0 ? r : grow(g, node, &parsed, depth + 1, err);
}

static void grow_refused(struct growing *g, struct tree_node *node,
			 const struct attachment_refused *from)
{
	struct arena *a = &g->tree->arena;

	g->tree->n_problems++;
	*node = (struct tree_node){
		.kind = TREE_ATTACHMENT,
		.attachment = ATTACHMENT_OTHER,
		.digest = arena_str(a, from->entry.digest),
		.artifact_type = arena_str(a, from->entry.artifact_type),
		.problem = arena_str(a, from->why),
	};
}

static int grow_attached(struct growing *g, struct tree_node *children,
			 const struct attachments *all, unsigned depth, struct err *err)
{
	for (size_t i = 0; i < all->n; i++) {
		int r = grow_attachment(g, &children[i], &all->p[i], depth, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < all->n_refused; i++)
		grow_refused(g, &children[all->n + i], &all->refused[i]);
	return arena_check(&g->tree->arena, err);
}

static int grow(struct growing *g, struct tree_node *node, const struct artifact_manifest *m,
		unsigned depth, struct err *err)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	int r;

	if (depth > LIMIT_ATTACHMENT_DEPTH)
		return err_set(err, ERR_LIMIT, "%.*s: deeper than attachment_depth (%d)",
			       STR_FMT(node->digest), LIMIT_ATTACHMENT_DEPTH);
	r = describe(g, m, node, err);
	if (r == 0)
		r = attachment_find(g->store, node->digest, ATTACHMENT_ALL, &all, err);
	if (r == 0)
		r = count(g, m->n_manifests + all.n + all.n_refused, err);
	if (r < 0)
		return r;
	node->n_children = m->n_manifests + all.n + all.n_refused;
	node->children = arena_array(&g->tree->arena, node->n_children + 1, sizeof *node->children);
	if (!node->children)
		return err_nomem(err);
	r = grow_platforms(g, node->children, m, depth, err);
	return r < 0 ? r : grow_attached(g, node->children + m->n_manifests, &all, depth, err);
}

/* ---- all of it ---- */

int attachment_tree_read(struct artifact_store *s, struct str digest, struct attachment_tree *ret,
			 struct err *err)
{
	struct growing g = {.store = s, .tree = ret};
	int r;

	*ret = (struct attachment_tree){0};
	arena_init(&ret->arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	map_init(&g.seen, LIMIT_TREE_NODES);
	ret->root = (struct tree_node){.kind = TREE_MANIFEST,
				       .attachment = ATTACHMENT_OTHER,
				       .digest = arena_str(&ret->arena, digest)};
	r = arena_check(&ret->arena, err);
	if (r == 0)
		r = grow_manifest(&g, &ret->root, 0, err);
	map_done(&g.seen);
	if (r < 0)
		attachment_tree_done(ret);
	return r;
}

void attachment_tree_done(struct attachment_tree *t)
{
	arena_done(&t->arena);
	*t = (struct attachment_tree){0};
}
