/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/buildkit.h"

#include "base/limits.h"
#include "base/vec.h"
#include "trust/statement.h"

#define TYPE_IN_TOTO "application/vnd.in-toto+json"

struct finding {
	struct artifact_store *store;
	struct arena *arena;
	struct vec found;
};

static bool is_attestation(const struct artifact *entry, struct str image)
{
	struct str of = artifact_annotation(&entry->annotations, "vnd.docker.reference.digest");

	return str_is(artifact_annotation(&entry->annotations, "vnd.docker.reference.type"),
		      "attestation-manifest") &&
	       (!image.n || str_eq(of, image));
}

static int take_statement(struct finding *f, const struct artifact *entry,
			  const struct artifact *layer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_ATTESTATION_BYTES);
	CLEANUP(statement_done) struct statement s = {0};
	struct str of = artifact_annotation(&entry->annotations, "vnd.docker.reference.digest");
	struct buildkit_attestation *a;
	struct digest_value digest;
	int r = artifact_store_read_blob(f->store, layer, &bytes, err);

	if (r == 0)
		r = digest_parse(of, &digest, err);
	if (r == 0)
		r = statement_parse(strbuf_str(&bytes), &s, err);
	if (r == 0 && !statement_is_about(&s, &digest, NULL))
		r = err_set(err, ERR_FORMAT, "the statement is about something else than %.*s",
			    STR_FMT(of));
	if (r < 0)
		return r;
	a = vec_push(&f->found);
	if (!a)
		return err_set(err, ERR_LIMIT, "more than %d attestations",
			       BUILDKIT_ATTESTATIONS_MAX);
	a->image = arena_str(f->arena, of);
	a->manifest = arena_str(f->arena, entry->digest);
	a->predicate_type = arena_str(f->arena, s.predicate_type);
	a->statement = arena_str(f->arena, strbuf_str(&bytes));
	return arena_check(f->arena, err);
}

static int take_manifest(struct finding *f, const struct artifact *entry, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct artifact_manifest parsed;
	int r = artifact_store_manifest(f->store, entry->digest, &m, err);

	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&m.bytes), f->arena, &parsed, err);
	for (size_t i = 0; r == 0 && i < parsed.n_layers; i++)
		if (str_is(parsed.layers[i].media_type, TYPE_IN_TOTO))
			r = take_statement(f, entry, &parsed.layers[i], err);
	return r < 0 ? err_wrap(err, r, "attestation manifest %.*s", STR_FMT(entry->digest)) : 0;
}

int buildkit_find(struct artifact_store *store, const struct artifact_manifest *index,
		  struct str image, struct arena *arena, struct buildkit_list *ret, struct err *err)
{
	struct finding f = {
		.store = store,
		.arena = arena,
		.found = VEC_INIT(struct buildkit_attestation, BUILDKIT_ATTESTATIONS_MAX),
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < index->n_manifests; i++)
		if (is_attestation(&index->manifests[i], image))
			r = take_manifest(&f, &index->manifests[i], err);
	*ret = (struct buildkit_list){0};
	if (r == 0 && f.found.n) {
		ret->p = arena_array(arena, f.found.n, sizeof *ret->p);
		if (ret->p)
			memcpy(ret->p, f.found.p, f.found.n * sizeof *ret->p);
		else
			r = err_nomem(err);
		ret->n = ret->p ? f.found.n : 0;
	}
	vec_done(&f.found);
	return r;
}
