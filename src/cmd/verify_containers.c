/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image by policy.json of podman, skopeo and CRI-O: --containers-policy FILE.
 *
 * Signatures are looked for where these programs look: in the signature store that registries.d
 * names, beside the manifest of a dir: image, and attached to the image where registries.d says so
 * (in a layout always: there is no other place).
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/containers_files.h"
#include "cmd/verify.h"
#include "crypto/digest.h"
#include "image/manifest.h"
#include "net/http.h"
#include "trust/attachment.h"
#include "trust/containers_policy_eval.h"
#include "trust/lookaside.h"

struct containers_run {
	const struct verify_options *opt;
	struct verification *v;
	struct artifact_place place; /* of a registry or layout */
	struct containers_image image;
	struct str dir; /* of a dir: image; else empty */
	struct http *http;
};

static void run_done(struct containers_run *run)
{
	artifact_place_done(&run->place);
	http_free(run->http);
}

/* ---- the image ---- */

static int name_digest(struct containers_run *run, struct err *err)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r = digest_of(run->image.manifest, &digest, err);

	if (r < 0)
		return r;
	run->image.digest = arena_str(run->v->arena, digest_format(&digest, text));
	return run->image.digest.p ? 0 : err_nomem(err);
}

static int take_path(struct containers_run *run, const char *transport, struct str dir,
		     struct err *err)
{
	char resolved[PATH_MAX];
	struct str path = arena_str(run->v->arena, dir);

	if (!path.p)
		return err_nomem(err);
	if (!realpath(path.p, resolved))
		return err_errno(err, errno, "%s", path.p);
	run->image.identity.transport = str_of(transport);
	run->image.identity.path = arena_str(run->v->arena, str_of(resolved));
	return run->image.identity.path.p ? 0 : err_nomem(err);
}

static int open_dir(struct containers_run *run, struct str dir, struct err *err)
{
	struct str manifest;
	int r = take_path(run, "dir", dir, err);

	run->dir = run->image.identity.path;
	manifest = arena_strf(run->v->arena, "%.*s/manifest.json", STR_FMT(run->dir));
	if (r == 0)
		r = manifest.p ? verify_read(run->v->arena, manifest.p, LIMIT_JSON_BYTES,
					     &run->image.manifest, err)
			       : err_nomem(err);
	return r == 0 ? name_digest(run, err) : r;
}

/* The manifest of one platform, as podman would take it, instead of the index of all. */
static int choose_platform(struct containers_run *run, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	const struct artifact *best = NULL;
	struct artifact_manifest index = {0};
	struct platform want;
	int best_rank = 0, r = platform_parse(run->opt->platform, &want, err);

	if (r == 0)
		r = artifact_manifest_parse(run->image.manifest, run->v->arena, &index, err);
	if (r < 0 || !index.is_index)
		return r;
	for (size_t i = 0; i < index.n_manifests; i++) {
		const struct artifact *d = &index.manifests[i];
		struct platform have = {d->os, d->arch, d->variant};
		int rank = platform_rank(&have, &want);

		if (rank > best_rank) {
			best_rank = rank;
			best = d;
		}
	}
	if (!best)
		return err_set(err, ERR_USAGE, "the image is not there for %s", run->opt->platform);
	r = artifact_store_manifest(run->place.store, best->digest, &m, err);
	if (r < 0)
		return r;
	run->image.manifest = arena_str(run->v->arena, strbuf_str(&m.bytes));
	run->image.digest = arena_str(run->v->arena, str_of(m.digest));
	return arena_check(run->v->arena, err);
}

static int open_place(struct containers_run *run, const char *target, struct err *err)
{
	struct registry_options how = REGISTRY_OPTIONS_GIVEN(*run->opt);
	struct str rest;
	enum transport transport = transport_parse(str_of(target), &rest);
	int r = artifact_place_open(target, &how, &run->place, err);

	if (r < 0)
		return r;
	if (run->place.why_bare.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(run->place.why_bare));
	run->image.manifest = arena_str(run->v->arena, strbuf_str(&run->place.manifest.bytes));
	run->image.digest = arena_str(run->v->arena, str_of(run->place.manifest.digest));
	if (!run->image.manifest.p || !run->image.digest.p)
		return err_nomem(err);
	if (transport == TRANSPORT_OCI) {
		run->image.identity.choice = arena_str(run->v->arena, run->place.tag);
		r = take_path(run, "oci", run->place.store->location, err);
	} else {
		r = image_identity_parse(rest, run->v->arena, &run->image.identity, err);
	}
	return r == 0 && run->opt->platform ? choose_platform(run, err) : r;
}

static int open_image(struct containers_run *run, const char *target, struct err *err)
{
	struct str rest = str_of(target);
	int r = str_pull_prefix(&rest, STR("dir:")) ? open_dir(run, rest, err)
						    : open_place(run, target, err);

	if (r == 0 && run->opt->as)
		r = image_identity_parse(str_of(run->opt->as), run->v->arena, &run->image.identity,
					 err);
	if (r < 0)
		return r;
	run->v->digest = run->image.digest;
	if (run->image.identity.name.name.n && !run->opt->as)
		run->v->reference = arena_strf(run->v->arena, "%.*s@%.*s",
					       STR_FMT(run->image.identity.name.name),
					       STR_FMT(run->image.digest));
	return arena_check(run->v->arena, err);
}

/* ---- its signatures ---- */

struct looking {
	struct arena *a;
	struct vec list; /* struct image_signature */
};

static int add_layer(struct containers_run *run, struct looking *f, const struct attachment *at,
		     const struct artifact *layer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
	int r = artifact_store_read_blob(run->place.store, layer, &sb, err);
	struct image_signature *slot;
	struct artifact_annotation *copy;

	if (r < 0)
		return r;
	slot = vec_push(&f->list);
	copy = arena_array(f->a, layer->annotations.n + 1, sizeof *copy);
	if (!slot || !copy)
		return err_nomem(err);
	for (size_t i = 0; i < layer->annotations.n; i++)
		copy[i] = (struct artifact_annotation){
			arena_str(f->a, layer->annotations.p[i].key),
			arena_str(f->a, layer->annotations.p[i].value)};
	*slot = (struct image_signature){
		.kind = IMAGE_SIGNATURE_SIGSTORE,
		.where = arena_strf(f->a, "attached %.*s", STR_FMT(at->digest)),
		.payload = arena_str(f->a, strbuf_str(&sb)),
		.media_type = arena_str(f->a, layer->media_type),
		.annotations = {copy, layer->annotations.n},
	};
	return arena_check(f->a, err);
}

static int find_attached(struct containers_run *run, struct looking *f, struct err *err)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	int r = attachment_find(run->place.store, run->image.digest, ATTACHMENT_SIGNATURE, &all,
				err);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		for (size_t j = 0; r == 0 && j < all.p[i].manifest.n_layers; j++)
			r = add_layer(run, f, &all.p[i], &all.p[i].manifest.layers[j], err);
	for (size_t i = 0; r == 0 && i < all.n_refused; i++)
		verification_warn(run->v, "attached, but not usable: %.*s",
				  STR_FMT(all.refused[i].why));
	return r;
}

static int find_in_store(struct containers_run *run, struct str base,
			 struct containers_signatures *ret, struct err *err)
{
	struct lookaside store = {.base = base,
				  .repository = containers_repository(&run->image.identity)};
	int r = 0;

	if (!str_has_prefix(base, STR("file://")) && !run->opt->offline)
		r = http_new(&(struct http_options){.ca_file = run->opt->tls_ca}, &run->http, err);
	store.http = run->http;
	return r < 0 ? r : lookaside_read(&store, run->image.digest, run->v->arena, ret, err);
}

static int merge(struct looking *f, struct containers_signatures *ret, struct err *err)
{
	struct image_signature *all = arena_array(f->a, ret->n + f->list.n + 1, sizeof *all);

	if (!all)
		return err_nomem(err);
	if (ret->n)
		memcpy(all, ret->p, ret->n * sizeof *all);
	if (f->list.n)
		memcpy(all + ret->n, f->list.p, f->list.n * sizeof *all);
	ret->p = all;
	ret->n += f->list.n;
	return 0;
}

static int find(void *ctx, struct containers_signatures *ret, struct err *err)
{
	struct containers_run *run = ctx;
	const struct image_identity *id = &run->image.identity;
	struct looking f = {.a = run->v->arena,
			    .list = VEC_INIT(struct image_signature, LIMIT_SIGNATURES_PER_IMAGE)};
	struct registries_d_place place = {.attachments = id->name.name.n == 0};
	int r = 0;

	*ret = (struct containers_signatures){.where = run->v->target};
	if (id->name.name.n)
		r = containers_lookaside(run->opt->registries_d, id, REGISTRIES_D_READ,
					 run->v->arena, &place, err);
	if (r == 0 && run->dir.n)
		r = lookaside_read_dir(run->dir, run->v->arena, ret, err);
	else if (r == 0 && place.base.n)
		r = find_in_store(run, place.base, ret, err);
	if (r == 0 && run->place.store &&
	    (place.attachments || strcmp(run->place.store->transport, "oci") == 0))
		r = find_attached(run, &f, err);
	if (r == 0)
		r = merge(&f, ret, err);
	vec_done(&f.list);
	if (r == 0 && ret->note.n)
		verification_warn(run->v, "no signature that is known: %.*s", STR_FMT(ret->note));
	return r;
}

static int read_key_file(void *ctx, struct str path, struct str *ret, struct err *err)
{
	struct containers_run *run = ctx;

	return verify_read(run->v->arena, path.p, LIMIT_KEYRING_BYTES, ret, err);
}

/* ---- the answer ---- */

static int tell_proofs(struct verification *v, const struct containers_verdict *verdict,
		       struct err *err)
{
	for (size_t i = 0; i < verdict->n; i++) {
		const struct containers_proof *p = &verdict->proofs[i];
		struct verification_signature *s = verification_add(v, p->claim.format, p->where);

		if (!s)
			return err_nomem(err);
		s->claim = p->claim;
		*s->trail = *p->trail;
		s->holds = s->counts = true;
		s->counts_as = p->requirement->path;
	}
	return 0;
}

static int judge(struct containers_run *run, struct err *err)
{
	struct containers_sources sources = {run, read_key_file, find};
	struct containers_policy *policy;
	struct containers_verdict verdict;
	struct verification *v = run->v;
	struct str path, bytes;
	int r = containers_policy_file(run->opt->containers_policy, v->arena, &path, err);

	if (r == 0)
		r = verify_read(v->arena, path.p, LIMIT_CONTAINERS_POLICY_BYTES, &bytes, err);
	if (r == 0)
		r = containers_policy_parse(bytes, path.p, v->arena, &policy, err);
	if (r < 0)
		return r == -ERR_NOMEM || r == -ERR_IO ? r : err_wrap(err, -ERR_USAGE, "policy");
	r = containers_policy_evaluate(policy, &run->image, &sources, v->now, &v->trail, &verdict,
				       err);
	if (r < 0)
		return r;
	if (verdict.n == 0)
		return trail_refuse(&v->trail, err, "policy",
				    "podman would run it; let the policy require signedBy or "
				    "sigstoreSigned to know whose it is",
				    "nothing was verified: the policy takes any image from there "
				    "(%.*s)",
				    STR_FMT(verdict.scope->requirements[0].path));
	r = tell_proofs(v, &verdict, err);
	return r < 0 ? r : verification_accept(v, err);
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	CLEANUP(run_done)
	struct containers_run run = {.opt = opt, .v = v, .place = ARTIFACT_PLACE_INIT};
	int r = verify_only(opt, "containers-policy as platform", err);

	if (r == 0 && opt->dct)
		r = err_set(err, ERR_USAGE,
			    "--containers-policy says whom to believe; leave --dct away");
	if (r == 0)
		r = open_image(&run, argv[0], err);
	return r < 0 ? r : judge(&run, err);
}

static bool is_wanted(const struct verify_options *opt)
{
	return opt->containers_policy != NULL;
}

const struct verify_form verify_form_containers = {
	.arguments = "TARGET",
	.summary = "an image by policy.json of podman and skopeo (--containers-policy)",
	.n_arguments = 1,
	.is_wanted = is_wanted,
	.verify = verify,
};
