/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sign_target.h"

#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "base/map.h"
#include "cmd/place_text.h"
#include "cmd/report_output.h"

/* Of "cosign,bundle". */
static int take_forms(const char *text, unsigned *ret, struct err *err)
{
	static const struct {
		const char *word;
		unsigned form;
	} words[] = {
		{"cosign", COSIGN_FORM_LAYER},
		{"bundle", COSIGN_FORM_BUNDLE},
		{"notation", SIGN_FORM_NOTATION_JWS},
		{"notation-cose", SIGN_FORM_NOTATION_COSE},
	};
	struct str rest = str_of(text ? text : "cosign,bundle"), word;

	*ret = 0;
	while (str_pull_until(&rest, ',', &word)) {
		unsigned before = *ret;

		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (str_is(word, words[i].word))
				*ret |= words[i].form;
		if (*ret == before)
			return err_set(err, ERR_USAGE,
				       "--format %.*s: say cosign, bundle, or both with a comma, "
				       "or notation",
				       STR_FMT(word));
	}
	if ((*ret & SIGN_FORM_NOTATION) == SIGN_FORM_NOTATION)
		return err_set(err, ERR_USAGE, "--format: say notation or notation-cose");
	return *ret ? 0 : err_set(err, ERR_USAGE, "--format: say cosign or bundle");
}

static int take_annotations(const struct option_list *list, struct arena *a,
			    struct cosign_signing *ret, struct err *err)
{
	struct artifact_annotation *p = arena_array(a, list->n + 1, sizeof *p);

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < list->n; i++) {
		if (!str_cut(str_of(list->p[i]), '=', &p[i].key, &p[i].value) || !p[i].key.n)
			return err_set(err, ERR_USAGE, "--annotation %.100s: expected KEY=VALUE",
				       list->p[i]);
		for (size_t k = 0; k < i; k++)
			if (str_eq(p[k].key, p[i].key))
				return err_set(err, ERR_USAGE, "--annotation %.*s: given twice",
					       STR_FMT(p[i].key));
	}
	ret->annotations = p;
	ret->n_annotations = list->n;
	return 0;
}

static int take_time(struct cosign_signing *ret, struct err *err)
{
	int64_t epoch = 0;
	bool has_epoch = false;
	int r = command_epoch(&has_epoch, &epoch, err);

	if (r == 0)
		ret->now = has_epoch ? epoch : (int64_t)time(NULL);
	return r;
}

/* A folder is no name under which anybody else would find the image. */
static struct str usual_reference(const struct artifact_place *place)
{
	return strcmp(place->store->transport, "docker") == 0 ? place->store->location : STR_NULL;
}

static int open_place(const char *target, const struct sign_target_options *o,
		      struct sign_target *t, struct err *err)
{
	int r = artifact_place_open(target, &o->registry, &t->place, err);

	if (r < 0)
		return r;
	if (!t->place.store)
		return err_set(err, ERR_UNSUPPORTED, "%.160s: %.*s", target,
			       STR_FMT(t->place.why_bare));
	t->how.store = t->place.store;
	t->how.reference = o->reference ? str_of(o->reference) : usual_reference(&t->place);
	t->how.subject = (struct artifact){
		.media_type = str_of(t->place.manifest.media_type),
		.digest = str_of(t->place.manifest.digest),
		.size = t->place.manifest.bytes.n,
	};
	return 0;
}

int sign_target_open(const char *target, struct sign_target_options *o, struct sign_target *ret,
		     struct err *err)
{
	int r;

	arena_init(&ret->arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	ret->how.arena = &ret->arena;
	if (!o->key)
		return err_set(err, ERR_USAGE,
			       "say which key signs: --key FILE (plimsoll key generate makes one)");
	if ((r = take_forms(o->forms, &ret->forms, err)) < 0 ||
	    (r = take_annotations(o->annotations, &ret->arena, &ret->how, err)) < 0 ||
	    (r = take_time(&ret->how, err)) < 0 ||
	    (r = signing_key_open(o->key, &o->passphrase, &ret->key, err)) < 0)
		return r;
	ret->how.key = ret->key;
	return open_place(target, o, ret, err);
}

void sign_target_done(struct sign_target *t)
{
	artifact_place_done(&t->place);
	secret_key_free(t->key);
	arena_done(&t->arena);
}

static void tell(const struct cosign_signing *how, const struct cosign_made *made)
{
	(void)fprintf(stderr, "signed %.*s\n", STR_FMT(how->subject.digest));
	if (made->was_there)
		(void)fprintf(stderr, "  a signature of the same words by this key was there\n");
	if (made->layer_tag.n)
		(void)fprintf(stderr, "  at the tag %.*s\n", STR_FMT(made->layer_tag));
	if (made->bundle_digest.n)
		(void)fprintf(stderr, "  as bundle %.*s\n", STR_FMT(made->bundle_digest));
	if (made->notation_digest.n)
		(void)fprintf(stderr, "  for notation as %.*s\n", STR_FMT(made->notation_digest));
}

struct walk {
	struct sign_target *t;
	const struct sign_target_options *o;
	sign_target_fn *make;
	void *ctx;
	struct map seen;
};

static int make_one(struct walk *w, const struct cosign_signing *how, struct err *err)
{
	struct cosign_made made = {0};
	int r = w->make(w->ctx, how, w->t->forms, &made, err);

	if (r == 0 && !w->o->quiet)
		tell(how, &made);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(how->subject.digest)) : 0;
}

static int walk_index(struct walk *w, struct str bytes, unsigned depth, struct err *err);

/* NOLINTNEXTLINE(misc-no-recursion): with walk_index */
static int walk_entry(struct walk *w, const struct artifact *entry, unsigned depth, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct cosign_signing how = w->t->how;
	int r;

	if (map_get(&w->seen, entry->digest))
		return 0;
	if (map_put(&w->seen, entry->digest, w) < 0)
		return err_nomem(err);
	r = artifact_store_manifest(how.store, entry->digest, &m, err);
	if (r < 0)
		return r;
	how.subject = (struct artifact){
		.media_type = str_of(m.media_type), .digest = entry->digest, .size = m.bytes.n};
	r = make_one(w, &how, err);
	return r < 0 ? r : walk_index(w, strbuf_str(&m.bytes), depth + 1, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as attachment_depth. */
static int walk_index(struct walk *w, struct str bytes, unsigned depth, struct err *err)
{
	struct artifact_manifest m;
	int r = artifact_manifest_parse(bytes, &w->t->arena, &m, err);

	if (r == 0 && depth > LIMIT_ATTACHMENT_DEPTH)
		r = err_set(err, ERR_LIMIT, "indexes in indexes, deeper than attachment_depth (%d)",
			    LIMIT_ATTACHMENT_DEPTH);
	for (size_t i = 0; r == 0 && m.is_index && i < m.n_manifests; i++)
		r = walk_entry(w, &m.manifests[i], depth, err);
	return r;
}

int sign_target_each(struct sign_target *t, const struct sign_target_options *o,
		     sign_target_fn *make, void *ctx, struct err *err)
{
	struct walk w = {.t = t, .o = o, .make = make, .ctx = ctx};
	int r = make_one(&w, &t->how, err);

	if (r < 0 || !o->recursive)
		return r;
	map_init(&w.seen, 4 * LIMIT_REFERRERS);
	r = walk_index(&w, strbuf_str(&t->place.manifest.bytes), 0, err);
	map_done(&w.seen);
	return r;
}

int sign_target_print(const struct sign_target *t)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);

	place_text(t->place.store, t->how.subject.digest, &name);
	strbuf_addc(&name, '\n');
	return command_print(strbuf_str(&name));
}
