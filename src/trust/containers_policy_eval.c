/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/containers_policy_eval.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "crypto/digest.h"
#include "trust/containers_sigstore.h"
#include "trust/gpg/gpg_verify.h"
#include "trust/simple_signing.h"

#define REMEDY_SIGN "ask who publishes the image for a signature that the policy takes"

struct evaluation {
	const struct containers_image *image;
	const struct containers_sources *sources;
	int64_t now;
	struct trail *trail; /* of the whole */
	struct err *err;
	struct containers_signatures found;
	bool has_found;
	struct containers_verdict verdict;
};

/* ---- what a signature says ---- */

static int check_digest(const struct containers_image *image, struct str signed_digest,
			struct trail *t, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value want, got;
	struct err why = {0};
	int r = digest_parse(signed_digest, &want, &why);

	if (r == 0)
		r = digest_init(&d, want.algorithm, &why);
	if (r < 0)
		return trail_take(t, &why, r, "digest", REMEDY_SIGN, NULL);
	digest_update(&d, image->manifest);
	digest_final(&d, &got);
	if (digest_eq(&want, &got)) {
		trail_pass(t, "digest", "it is about this image, %.*s", STR_FMT(signed_digest));
		return 0;
	}
	return trail_refuse(t, err, "digest",
			    "get the image again; if it stays so, another one was put in its place",
			    "it is about %.*s, and the image is %.*s", STR_FMT(signed_digest),
			    STR_FMT(image->digest));
}

static int check_name(const struct evaluation *e, const struct containers_requirement *q,
		      struct str name, struct trail *t, struct err *err)
{
	struct err why = {0};
	int r = signed_identity_match(&q->identity, &e->image->identity, name, t->arena, &why);

	if (r == 0) {
		trail_pass(t, "identity", "it is for the name %.*s", STR_FMT(name));
		return 0;
	}
	if (err)
		*err = why;
	return trail_take(t, err ? err : &why, r, "identity",
			  "use the name that the image was signed for", "it");
}

/* Only what was signed is parsed: the signature holds by now. */
static int check_payload(const struct evaluation *e, const struct containers_requirement *q,
			 struct str payload, const char *type, struct trail *t, struct claim *claim,
			 struct err *err)
{
	struct simple_signing s;
	struct err why = {0};
	int r = simple_signing_parse(payload, str_of(type), t->arena, &s, &why);

	if (r < 0) {
		if (err)
			*err = why;
		return trail_take(t, err ? err : &why, r, "payload", REMEDY_SIGN, "what is signed");
	}
	r = check_digest(e->image, s.digest, t, err);
	if (r == 0)
		r = check_name(e, q, s.reference, t, err);
	claim->digest = e->image->digest;
	claim->name = s.reference;
	claim->payload = payload;
	return r;
}

/* ---- signedBy ---- */

static int add_keys(const struct evaluation *e, const struct containers_requirement *q,
		    struct openpgp_keyring *ring, struct err *err)
{
	struct arena *a = e->trail->arena;
	struct str bytes;
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->keys.paths.n; i++) {
		r = e->sources->read_file(e->sources->ctx, q->keys.paths.p[i], &bytes, err);
		if (r < 0)
			return r; /* it names the file */
		r = openpgp_keyring_add(ring, bytes, a, err);
		if (r < 0)
			return err_wrap(err, r, "%.*s", STR_FMT(q->keys.paths.p[i]));
	}
	for (size_t i = 0; r == 0 && i < q->keys.datas.n; i++) {
		r = openpgp_keyring_add(ring, q->keys.datas.p[i], a, err);
		if (r < 0)
			return err_wrap(err, r, "%.*s: keyData", STR_FMT(q->path));
	}
	return r;
}

static int try_gpg(const struct evaluation *e, const struct containers_requirement *q,
		   const void *keys, const struct image_signature *s, struct trail *t,
		   struct claim *ret, struct err *err)
{
	struct gpg_signature sig;
	int r = gpg_verify(keys, s->payload, e->now, t, &sig, err);

	if (r < 0)
		return r;
	*ret = (struct claim){
		.format = CLAIM_GPG,
		.subject = sig.user,
		.fingerprint = sig.primary,
		.algorithm = str_of(sig.algorithm),
		.time = sig.time,
		.clock = CLAIM_CLOCK_SIGNER,
		.expires = sig.expires,
	};
	return check_payload(e, q, sig.payload, SIMPLE_SIGNING_GPG, t, ret, err);
}

/* ---- sigstoreSigned ---- */

static int try_sigstore(const struct evaluation *e, const struct containers_requirement *q,
			const void *roots, const struct image_signature *s, struct trail *t,
			struct claim *ret, struct err *err)
{
	int r = containers_sigstore_verify(roots, s, e->now, t, ret, err);

	return r < 0 ? r : check_payload(e, q, s->payload, SIMPLE_SIGNING_COSIGN, t, ret, err);
}

/* ---- one requirement ---- */

static int find_signatures(struct evaluation *e)
{
	struct err why = {0};
	int r;

	if (e->has_found)
		return 0;
	r = e->sources->find(e->sources->ctx, &e->found, &why);
	if (r == -ERR_LIMIT || r == -ERR_FORMAT)
		return trail_refuse(e->trail, e->err, "signature", REMEDY_SIGN,
				    "its signatures are not as they should be: %s", why.msg);
	if (r < 0)
		return trail_unsure(e->trail, e->err,
				    r == -ERR_DENIED ? ERR_IO : (enum err_code) - r, "signature",
				    "try again, or see registries.d for where signatures are kept",
				    "its signatures cannot be read: %s", why.msg);
	e->has_found = true;
	return 0;
}

static struct trail *new_trail(struct evaluation *e)
{
	struct trail *t = arena_alloc(e->trail->arena, sizeof *t);

	if (t)
		t->arena = e->trail->arena;
	return t;
}

static int add_proof(struct evaluation *e, const struct containers_requirement *q,
		     const struct image_signature *s, const struct claim *claim, struct trail *t)
{
	e->verdict.proofs[e->verdict.n++] = (struct containers_proof){q, s->where, *claim, t};
	trail_pass(e->trail, "policy", "%.*s (%s): met by %.*s", STR_FMT(q->path),
		   containers_requirement_name(q->kind), STR_FMT(s->where));
	return 0;
}

typedef int try_fn(const struct evaluation *e, const struct containers_requirement *q,
		   const void *trusted, const struct image_signature *s, struct trail *t,
		   struct claim *ret, struct err *err);

/* What came of the signatures that were tried for one requirement. */
struct attempts {
	size_t n, n_other;   /* tried; of another format */
	struct trail *first; /* that failed */
	struct strbuf reasons;
	bool unsure;
	enum err_code code;
};

static void note_failure(struct attempts *at, const struct image_signature *s, struct trail *t,
			 int r)
{
	if (!at->first)
		at->first = t;
	if (r != -ERR_DENIED && !at->unsure) {
		at->unsure = true;
		at->code = (enum err_code) - r;
	}
	strbuf_addf(&at->reasons, "%s%.*s: %.*s", at->n ? "; " : "", STR_FMT(s->where),
		    STR_FMT(t->why));
	at->n++;
}

static int refuse_unsigned(struct evaluation *e, const struct containers_requirement *q,
			   const struct attempts *at)
{
	const struct containers_signatures *f = &e->found;
	const char *kind = q->kind == REQUIREMENT_SIGNED_BY ? "GPG" : "Sigstore";

	if (at->n_other)
		return trail_refuse(e->trail, e->err, "signature", REMEDY_SIGN,
				    "it has no %s signature, which the policy wants (%.*s), but "
				    "%zu of another kind",
				    kind, STR_FMT(q->path), at->n_other);
	return trail_refuse(e->trail, e->err, "signature", REMEDY_SIGN,
			    "it has no signature, and the policy wants one (%.*s); looked for at "
			    "%.*s%s%.*s",
			    STR_FMT(q->path), STR_FMT(f->where), f->note.n ? "; " : "",
			    STR_FMT(f->note));
}

static int refuse_attempts(struct evaluation *e, const struct containers_requirement *q,
			   struct attempts *at)
{
	const char *remedy = at->first && at->n == 1 ? at->first->remedy.p : REMEDY_SIGN;
	const char *check = at->first && at->n == 1 ? at->first->failed : "policy";

	if (at->n == 0)
		return refuse_unsigned(e, q, at);
	if (at->unsure)
		return trail_unsure(e->trail, e->err, at->code, check, remedy, "%s",
				    strbuf_cstr(&at->reasons));
	if (at->n == 1)
		return trail_refuse(e->trail, e->err, check, remedy, "%s",
				    strbuf_cstr(&at->reasons));
	return trail_refuse(e->trail, e->err, check, remedy,
			    "none of its %zu signatures is taken by the policy (%.*s): %s", at->n,
			    STR_FMT(q->path), strbuf_cstr(&at->reasons));
}

static int try_all(struct evaluation *e, const struct containers_requirement *q,
		   enum image_signature_kind kind, const void *trusted, try_fn *try,
		   struct attempts *at)
{
	for (size_t i = 0; i < e->found.n; i++) {
		const struct image_signature *s = &e->found.p[i];
		struct trail *t;
		struct claim claim;
		struct err why = {0};
		int r;

		if (s->kind != kind) {
			at->n_other++;
			continue;
		}
		t = new_trail(e);
		if (!t)
			return err_nomem(e->err);
		r = try(e, q, trusted, s, t, &claim, &why);
		if (r == 0 && !t->failed)
			return add_proof(e, q, s, &claim, t);
		note_failure(at, s, t, r == 0 ? -ERR_BUG : r);
	}
	return refuse_attempts(e, q, at);
}

static int require_signature(struct evaluation *e, const struct containers_requirement *q,
			     enum image_signature_kind kind, const void *trusted, try_fn *try)
{
	struct attempts at = {.reasons = STRBUF_INIT(LIMIT_FIELD_BYTES)};
	int r;

	if (e->image->manifest.n == 0)
		return trail_refuse(e->trail, e->err, "digest", "get the image again",
				    "it has no manifest that a signature could be about");
	r = find_signatures(e);
	if (r == 0)
		r = try_all(e, q, kind, trusted, try, &at);
	strbuf_done(&at.reasons);
	return r;
}

/* A key that cannot be read is the policy's fault: whether the image is good is not told. */
static int take_key_failure(struct evaluation *e, int r, const struct err *why)
{
	return trail_unsure(e->trail, e->err, r == -ERR_DENIED ? ERR_FORMAT : (enum err_code) - r,
			    "policy", "give the policy keys that can be read", "%s", why->msg);
}

static int require_gpg(struct evaluation *e, const struct containers_requirement *q)
{
	struct openpgp_keyring ring = {0};
	struct err why = {0};
	int r;

	if (!str_is(q->key_type, "GPGKeys"))
		return trail_refuse(e->trail, e->err, "policy", "use the key type GPGKeys",
				    "the policy wants keys of the type %.*s (%.*s), which no "
				    "program can check",
				    STR_FMT(q->key_type), STR_FMT(q->path));
	r = add_keys(e, q, &ring, &why);
	if (r < 0)
		return take_key_failure(e, r, &why);
	return require_signature(e, q, IMAGE_SIGNATURE_GPG, &ring, try_gpg);
}

static int require_sigstore(struct evaluation *e, const struct containers_requirement *q)
{
	struct containers_sigstore roots = {0};
	struct err why = {0};
	int r = containers_sigstore_load(q, e->sources->read_file, e->sources->ctx, e->trail->arena,
					 &roots, &why);

	r = r < 0 ? take_key_failure(e, r, &why)
		  : require_signature(e, q, IMAGE_SIGNATURE_SIGSTORE, &roots, try_sigstore);
	containers_sigstore_done(&roots);
	return r;
}

static int require(struct evaluation *e, const struct containers_requirement *q)
{
	switch (q->kind) {
	case REQUIREMENT_ACCEPT_ANYTHING:
		trail_pass(e->trail, "policy", "%.*s takes any image", STR_FMT(q->path));
		return 0;
	case REQUIREMENT_SIGNED_BY:
		return require_gpg(e, q);
	case REQUIREMENT_SIGSTORE_SIGNED:
		return require_sigstore(e, q);
	case REQUIREMENT_SIGNED_BASE_LAYER:
		return trail_refuse(e->trail, e->err, "policy", "leave signedBaseLayer out",
				    "the policy wants a signed base layer (%.*s), which no program "
				    "can check",
				    STR_FMT(q->path));
	case REQUIREMENT_REJECT:
		break;
	}
	return trail_refuse(e->trail, e->err, "policy",
			    "use an image that the policy allows, or have it changed",
			    "the policy takes no image from there (%.*s: reject)",
			    STR_FMT(q->path));
}

int containers_policy_evaluate(const struct containers_policy *policy,
			       const struct containers_image *image,
			       const struct containers_sources *sources, int64_t now,
			       struct trail *trail, struct containers_verdict *ret, struct err *err)
{
	struct evaluation e = {
		.image = image, .sources = sources, .now = now, .trail = trail, .err = err};
	int r = containers_policy_find(policy, &image->identity, trail->arena, &e.verdict.scope,
				       err);

	if (r < 0)
		return r;
	e.verdict.proofs = arena_array(trail->arena, e.verdict.scope->n, sizeof *e.verdict.proofs);
	if (!e.verdict.proofs)
		return err_nomem(err);
	for (size_t i = 0; i < e.verdict.scope->n; i++) {
		r = require(&e, &e.verdict.scope->requirements[i]);
		if (r < 0)
			return r;
	}
	if (e.verdict.scope->n == 0 || trail->failed)
		return err_set(err, ERR_BUG, "a policy without requirements");
	*ret = e.verdict;
	return 0;
}
