/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attachment.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

#define TYPE_BUNDLE	 "application/vnd.dev.sigstore.bundle"
#define TYPE_SIMPLE	 "application/vnd.dev.cosign.simplesigning.v1+json"
#define TYPE_COSIGN_SIG	 "application/vnd.dev.cosign.artifact.sig.v1+json"
#define TYPE_DSSE	 "application/vnd.dsse.envelope.v1+json"
#define TYPE_INTOTO	 "application/vnd.in-toto+json"
#define TYPE_NOTATION	 "application/vnd.cncf.notary.signature"
#define TYPE_COSIGN_SBOM "application/vnd.dev.cosign.artifact.sbom.v1+json"
#define WHY_BYTES	 300

/* ---- kinds ---- */

static bool is_sbom_type(struct str t)
{
	return str_has_prefix(t, STR("application/spdx")) || str_has_prefix(t, STR("text/spdx")) ||
	       str_has_prefix(t, STR("application/vnd.cyclonedx")) ||
	       str_has_prefix(t, STR("application/vnd.syft")) || str_is(t, TYPE_COSIGN_SBOM);
}

static enum attachment_kind kind_of_type(struct str t)
{
	if (str_has_prefix(t, STR(TYPE_BUNDLE)))
		return ATTACHMENT_BUNDLE;
	if (str_is(t, TYPE_SIMPLE) || str_is(t, TYPE_COSIGN_SIG))
		return ATTACHMENT_SIGNATURE;
	if (str_is(t, TYPE_DSSE) || str_is(t, TYPE_INTOTO))
		return ATTACHMENT_ATTESTATION;
	if (str_is(t, TYPE_NOTATION))
		return ATTACHMENT_NOTATION;
	return is_sbom_type(t) ? ATTACHMENT_SBOM : ATTACHMENT_OTHER;
}

enum attachment_kind attachment_kind_of(const struct artifact_manifest *m)
{
	enum attachment_kind kind = kind_of_type(m->artifact_type);

	/* cosign says what it is by the layers alone */
	for (size_t i = 0; i < m->n_layers && kind == ATTACHMENT_OTHER; i++)
		kind = kind_of_type(m->layers[i].media_type);
	return kind;
}

const char *attachment_kind_name(enum attachment_kind kind)
{
	switch (kind) {
	case ATTACHMENT_BUNDLE:
		return "sigstore-bundle";
	case ATTACHMENT_SIGNATURE:
		return "cosign-signature";
	case ATTACHMENT_ATTESTATION:
		return "cosign-attestation";
	case ATTACHMENT_SBOM:
		return "sbom";
	case ATTACHMENT_NOTATION:
		return "notation-signature";
	case ATTACHMENT_OTHER:
		return "other";
	}
	return "other";
}

const char *attachment_place_name(enum attachment_place place)
{
	switch (place) {
	case ATTACHMENT_REFERRER:
		return "referrers";
	case ATTACHMENT_FALLBACK_TAG:
		return "fallback-tag";
	case ATTACHMENT_SIGNATURE_TAG:
		return "signature-tag";
	case ATTACHMENT_ATTESTATION_TAG:
		return "attestation-tag";
	case ATTACHMENT_SBOM_TAG:
		return "sbom-tag";
	}
	return "referrers";
}

/* ---- finding ---- */

struct finding {
	struct artifact_store *store;
	struct str digest; /* that they are attached to */
	unsigned kinds;
	struct arena *arena;
	struct vec found, refused;
	struct map seen; /* digests of manifests */
	uint64_t total;	 /* bytes of manifests opened */
};

static int refuse(struct finding *f, const struct artifact *entry, const struct err *why,
		  struct err *err)
{
	struct attachment_refused *refused = vec_push(&f->refused);

	if (!refused)
		return err_set(err, ERR_LIMIT, "more than referrers (%d) entries", LIMIT_REFERRERS);
	refused->entry = *entry;
	refused->why = arena_str(f->arena, str_sub(str_of(why->msg), 0, WHY_BYTES));
	return arena_check(f->arena, err);
}

static int add(struct finding *f, struct attachment *a, const struct registry_manifest *m,
	       struct err *err)
{
	struct attachment *kept = vec_push(&f->found);

	if (!kept)
		return err_set(err, ERR_LIMIT, "more than referrers (%d) attachments",
			       LIMIT_REFERRERS);
	a->digest = arena_str(f->arena, str_of(m->digest));
	a->media_type = arena_str(f->arena, str_of(m->media_type));
	a->bytes = arena_str(f->arena, strbuf_str(&m->bytes));
	a->size = m->bytes.n;
	*kept = *a;
	if (map_put(&f->seen, a->digest, (void *)f->found.n) < 0) /* its number, from 1 */
		return err_nomem(err);
	return arena_check(f->arena, err);
}

static int keep(struct finding *f, struct attachment *a, const struct registry_manifest *m,
		struct err *err)
{
	size_t number = (size_t)map_get(&f->seen, str_of(m->digest));

	f->total += m->bytes.n;
	if (f->total > LIMIT_ATTACHMENT_BYTES)
		return err_set(err, ERR_LIMIT, "%.*s: manifests of more than attachment_bytes (%d)",
			       STR_FMT(f->digest), LIMIT_ATTACHMENT_BYTES);
	if (number) {
		struct attachment *before = vec_at(&f->found, number - 1);

		if (!before->own_tag.n)
			before->own_tag = a->own_tag;
		return 0;
	}
	return f->kinds & a->kind ? add(f, a, m, err) : 0;
}

/* Whether a failure says something of the entry alone, and not of the store or the network. */
static bool is_of_entry(int r)
{
	return r == -ERR_NOT_FOUND || r == -ERR_FORMAT || r == -ERR_UNSUPPORTED;
}

static int open_entry(struct finding *f, const struct artifact *entry, struct attachment *a,
		      struct registry_manifest *m, struct err *err)
{
	int r = artifact_store_manifest(f->store, entry->digest, m, err);

	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&m->bytes), f->arena, &a->manifest, err);
	if (r == 0 && !str_eq(a->manifest.subject.digest, f->digest))
		r = err_set(err, ERR_FORMAT, "%.*s: it is listed for %.*s, but is about %.*s",
			    STR_FMT(entry->digest), STR_FMT(f->digest),
			    STR_FMT(a->manifest.subject.digest.n ? a->manifest.subject.digest
								 : STR("nothing")));
	return r;
}

/* An entry of a list or of a fallback index: only what its manifest says counts. */
static int take_entry(struct finding *f, const struct artifact *entry, enum attachment_place place,
		      struct str tag, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct attachment a = {.place = place, .tag = tag};
	struct err why = {0};
	int r;

	if (map_get(&f->seen, entry->digest))
		return 0;
	r = open_entry(f, entry, &a, &m, &why);
	if (r == 0) {
		a.kind = attachment_kind_of(&a.manifest);
		return keep(f, &a, &m, err);
	}
	if (is_of_entry(r))
		return refuse(f, entry, &why, err);
	if (err)
		*err = why;
	return r;
}

/* The registry itself wrote what kind it is: others need not be opened. */
static bool is_other_kind(const struct finding *f, const struct artifact *entry)
{
	enum attachment_kind kind = kind_of_type(entry->artifact_type);

	return kind != ATTACHMENT_OTHER && !(f->kinds & kind);
}

/* The one artifact type that all of the kinds asked for have; empty: there is no such. */
static struct str only_type(const struct finding *f)
{
	return f->kinds == ATTACHMENT_NOTATION ? STR(TYPE_NOTATION) : STR_NULL;
}

/* A registry that takes a wish for one type too strictly must not hide what is there. */
static int read_list(struct finding *f, struct artifact_list *ret, struct err *err)
{
	struct str type = only_type(f);
	bool known;
	int r = artifact_store_referrers(f->store, f->digest, type, f->arena, ret, &known, err);

	if (r < 0 || !type.n || !known || ret->n)
		return r;
	return artifact_store_referrers(f->store, f->digest, STR_NULL, f->arena, ret, &known, err);
}

static int find_listed(struct finding *f, struct err *err)
{
	struct artifact_list list;
	int r = read_list(f, &list, err);

	for (size_t i = 0; i < list.n && r == 0; i++)
		if (!is_other_kind(f, &list.p[i]))
			r = take_entry(f, &list.p[i], ATTACHMENT_REFERRER, STR_NULL, err);
	return r;
}

/* 0 and no bytes: nothing is there. */
static int read_tag(struct finding *f, const char *suffix, struct str *ret_tag,
		    struct registry_manifest *m, struct err *err)
{
	char buf[ARTIFACT_TAG_MAX];
	struct err error = {0};
	int r;

	*ret_tag = arena_str(f->arena, artifact_digest_tag(f->digest, suffix, buf));
	if (!ret_tag->p)
		return err_nomem(err);
	r = artifact_store_manifest(f->store, *ret_tag, m, &error);
	if (r == -ERR_NOT_FOUND) {
		strbuf_reset(&m->bytes);
		return 0;
	}
	if (r < 0 && err)
		*err = error;
	return r;
}

static int find_in_fallback(struct finding *f, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct artifact_manifest index;
	struct str tag;
	int r = read_tag(f, "", &tag, &m, err);

	if (r < 0 || m.bytes.n == 0)
		return r;
	r = artifact_manifest_parse(strbuf_str(&m.bytes), f->arena, &index, err);
	if (r == 0 && !index.is_index)
		r = err_set(err, ERR_FORMAT, "it is no index");
	if (r == 0 && index.n_manifests > LIMIT_REFERRERS)
		r = err_set(err, ERR_LIMIT, "more than referrers (%d) entries", LIMIT_REFERRERS);
	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(tag));
	for (size_t i = 0; i < index.n_manifests && r == 0; i++)
		r = take_entry(f, &index.manifests[i], ATTACHMENT_FALLBACK_TAG, tag, err);
	return r;
}

/*
 * What stands at a tag of cosign's is about the digest by the name of the tag; should it have a
 * subject all the same, that must not be another.
 */
static int find_at_tag(struct finding *f, const char *suffix, enum attachment_kind kind,
		       enum attachment_place place, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct attachment a = {.kind = kind, .place = place};
	struct artifact entry = {0};
	struct err why = {0};
	int r;

	if (!(f->kinds & kind))
		return 0;
	r = read_tag(f, suffix, &a.tag, &m, err);
	if (r < 0 || m.bytes.n == 0)
		return r;
	a.own_tag = a.tag;
	r = artifact_manifest_parse(strbuf_str(&m.bytes), f->arena, &a.manifest, &why);
	if (r == 0 && a.manifest.subject.digest.n && !str_eq(a.manifest.subject.digest, f->digest))
		r = err_set(&why, ERR_FORMAT, "%.*s: it is about %.*s", STR_FMT(a.tag),
			    STR_FMT(a.manifest.subject.digest));
	if (r == 0)
		return keep(f, &a, &m, err);
	entry.digest = arena_str(f->arena, str_of(m.digest));
	return refuse(f, &entry, &why, err);
}

static int find_all(struct finding *f, struct err *err)
{
	int r = find_listed(f, err);

	if (r == 0)
		r = find_in_fallback(f, err);
	if (r == 0)
		r = find_at_tag(f, ".sig", ATTACHMENT_SIGNATURE, ATTACHMENT_SIGNATURE_TAG, err);
	if (r == 0)
		r = find_at_tag(f, ".att", ATTACHMENT_ATTESTATION, ATTACHMENT_ATTESTATION_TAG, err);
	if (r == 0)
		r = find_at_tag(f, ".sbom", ATTACHMENT_SBOM, ATTACHMENT_SBOM_TAG, err);
	return r;
}

static int settle(const struct vec *v, struct arena *a, void **ret, size_t *ret_n, struct err *err)
{
	*ret = arena_array(a, v->n + 1, v->elem_size);
	if (!*ret)
		return err_nomem(err);
	if (v->n)
		memcpy(*ret, v->p, v->n * v->elem_size);
	*ret_n = v->n;
	return 0;
}

int attachment_find(struct artifact_store *s, struct str digest, unsigned kinds,
		    struct attachments *ret, struct err *err)
{
	struct finding f = {.store = s, .digest = digest, .kinds = kinds, .arena = &ret->arena};
	void *found = NULL, *refused = NULL;
	int r;

	*ret = (struct attachments){0};
	arena_init(&ret->arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	f.found = (struct vec)VEC_INIT(struct attachment, LIMIT_REFERRERS);
	f.refused = (struct vec)VEC_INIT(struct attachment_refused, LIMIT_REFERRERS);
	map_init(&f.seen, 4 * LIMIT_REFERRERS);
	r = find_all(&f, err);
	if (r == 0)
		r = settle(&f.found, &ret->arena, &found, &ret->n, err);
	if (r == 0)
		r = settle(&f.refused, &ret->arena, &refused, &ret->n_refused, err);
	ret->p = found;
	ret->refused = refused;
	vec_done(&f.found);
	vec_done(&f.refused);
	map_done(&f.seen);
	if (r < 0)
		attachments_done(ret);
	return r < 0 ? err_wrap(err, r, "what is attached to %.*s", STR_FMT(digest)) : 0;
}

void attachments_done(struct attachments *all)
{
	arena_done(&all->arena);
	*all = (struct attachments){0};
}
