/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with its Sigstore bundle, offline: by a trusted root and an identity, or by a key.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/trust_root.h"
#include "cmd/verify.h"
#include "cmd/verify_identity.h"
#include "trust/sigstore/bundle_verify.h"

struct given {
	struct bundle bundle;
	struct signed_file artifact;
	struct trusted_root *root;
	struct verify_identities who;
};

static void given_done(struct given *g)
{
	bundle_done(&g->bundle);
	trusted_root_free(g->root);
	verify_identities_done(&g->who);
}

/* What is wrong with what the user gave to judge by is not the fault of the signature. */
static int usage(struct err *err, int r, const char *option, const char *value)
{
	return err_wrap(err, r == -ERR_NOMEM || r == -ERR_IO ? r : -ERR_USAGE, "--%s %s", option,
			value);
}

static int take_artifact(const struct verify_options *opt, struct verification *v,
			 struct signed_file *ret, struct err *err)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (digest_parse(str_of(opt->artifact), &digest, NULL) == 0) {
		*ret = signed_file_of_digest(&digest);
	} else {
		ret->has_bytes = true;
		r = verify_read(v->arena, opt->artifact, LIMIT_BLOB_VERIFY_BYTES, &ret->bytes, err);
		if (r < 0)
			return r;
		if ((r = signed_file_digest(ret, DIGEST_SHA256, &digest, err)) < 0)
			return r;
	}
	v->digest = arena_str(v->arena, digest_format(&digest, text));
	return arena_check(v->arena, err);
}

static int take_root(const struct verify_options *opt, struct verification *v,
		     struct trusted_root **ret, struct err *err)
{
	struct str bytes;
	int r;

	if (!opt->trusted_root)
		return 0;
	r = trust_root_take(opt->trusted_root, v->now, v->arena, &bytes, err);
	if (r < 0)
		return r;
	r = trusted_root_parse(bytes, ret, err);
	return r < 0 ? usage(err, r, "trusted-root", opt->trusted_root) : 0;
}

static int check_words(const struct verify_options *opt, struct err *err)
{
	bool keyless = opt->keys.n == 0;

	if (!opt->artifact)
		return err_set(err, ERR_USAGE,
			       "verify bundle needs --artifact FILE, or its digest: sha256:HEX");
	if (keyless && (!opt->trusted_root || opt->identities.n + opt->identity_patterns.n == 0))
		return err_set(err, ERR_USAGE,
			       "whom to believe: --key FILE, or --trusted-root FILE with "
			       "--identity NAME and --issuer URL");
	if (!keyless && opt->identities.n + opt->identity_patterns.n > 0)
		return err_set(err, ERR_USAGE,
			       "--key and --identity are two ways to say whom to believe: say one");
	return 0;
}

/* Another digest than the one the command was asked about may be the statement's. */
static void accept_digest(struct verification *v, const struct claim *claim)
{
	if (claim->digest.n)
		v->digest = claim->digest;
}

static int try_one(struct given *g, const struct sigstore_wants *wants, const char *where,
		   const char *as, struct verification *v, struct err *err)
{
	enum claim_format format = g->bundle.is_envelope ? CLAIM_DSSE : CLAIM_BUNDLE;
	struct verification_signature *s = verification_add(v, format, str_of(where));
	int r;

	if (!s)
		return err_nomem(err);
	r = bundle_verify(&g->bundle, &g->artifact, wants, s->trail, &s->claim, err);
	if (r < 0)
		return r;
	accept_digest(v, &s->claim);
	s->holds = s->counts = true;
	s->counts_as = arena_str(v->arena, str_of(as));
	return 0;
}

static int try_key(struct given *g, struct sigstore_wants wants, const char *where,
		   const char *path, struct verification *v, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct str pem, as;
	int r = verify_read(v->arena, path, PUBLIC_KEY_BYTES_MAX, &pem, err);

	if (r < 0)
		return r;
	if ((r = public_key_parse(pem, &key, err)) < 0)
		return usage(err, r, "key", path);
	as = arena_strf(v->arena, "the key %s", path);
	if (!as.p)
		return err_nomem(err);
	wants.key = key;
	wants.key_name = str_of(path);
	return try_one(g, &wants, where, as.p, v, err);
}

static int take_bundle(const char *path, struct verification *v, struct bundle *ret,
		       struct err *err)
{
	struct str bytes;
	int r = verify_read(v->arena, path, BUNDLE_BYTES_MAX, &bytes, err);

	if (r < 0)
		return r;
	r = bundle_parse(bytes, v->arena, ret, err);
	if (r < 0)
		return trail_take(&v->trail, err, r, "bundle",
				  "ask the publisher for a bundle of version 0.1 to 0.3", NULL);
	return 0;
}

/* In its trail, that is: another key may still do. */
static bool is_of_the_signature(int r)
{
	return r == -ERR_DENIED || r == -ERR_NOT_FOUND;
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	CLEANUP(given_done) struct given g = {0};
	struct sigstore_wants wants = {.no_log = opt->no_log, .no_sct = opt->no_sct, .now = v->now};
	int r;

	if ((r = check_words(opt, err)) < 0 ||
	    (r = verify_only(opt,
			     "artifact key trusted-root identity identity-regexp issuer "
			     "issuer-regexp",
			     err)) < 0 ||
	    (r = verify_identities_make(opt, &g.who, err)) < 0 ||
	    (r = take_root(opt, v, &g.root, err)) < 0 ||
	    (r = take_artifact(opt, v, &g.artifact, err)) < 0 ||
	    (r = take_bundle(argv[0], v, &g.bundle, err)) < 0)
		return r;
	wants.root = g.root;
	wants.identities = g.who.wanted;
	wants.n_identities = g.who.n;
	if (opt->keys.n == 0)
		r = try_one(&g, &wants, argv[0], "", v, err);
	for (size_t i = 0; i < opt->keys.n; i++) {
		r = try_key(&g, wants, argv[0], opt->keys.p[i], v, err);
		if (r == 0 || !is_of_the_signature(r))
			break;
	}
	if (r < 0 && !is_of_the_signature(r))
		return r;
	return verification_accept(v, err);
}

const struct verify_form verify_form_bundle = {
	.word = "bundle",
	.arguments = "FILE",
	.summary = "a file by its Sigstore bundle (--artifact; --trusted-root, --identity, "
		   "--issuer; --key)",
	.n_arguments = 1,
	.verify = verify,
};
