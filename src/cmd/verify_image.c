/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image by all that is attached to it: for signers named on the command line, or by a policy.
 *
 * The tag is resolved once. What is verified is that digest, and the answer names it.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/trust_root.h"
#include "cmd/verify.h"
#include "cmd/verify_dct_image.h"
#include "cmd/verify_identity.h"
#include "cmd/verify_notation.h"
#include "cmd/verify_policy.h"
#include "trust/image_signatures.h"
#include "trust/sigstore/trusted_root.h"

struct wanted {
	struct trust_key keys[OPTION_LIST_MAX];
	struct public_key *owned[OPTION_LIST_MAX];
	struct artifact_annotation annotations[OPTION_LIST_MAX];
	struct str types[OPTION_LIST_MAX];
	struct verify_identities who;
	struct trusted_root *root;
	struct trust_wants wants;
};

static void wanted_done(struct wanted *w)
{
	for (size_t i = 0; i < OPTION_LIST_MAX; i++)
		public_key_free(w->owned[i]);
	verify_identities_done(&w->who);
	trusted_root_free(w->root);
}

/* What is wrong with what the user gave to judge by is not the fault of the image. */
static int usage(struct err *err, int r, const char *option, const char *value)
{
	return err_wrap(err, r == -ERR_NOMEM ? r : -ERR_USAGE, "--%s %s", option, value);
}

static int take_keys(const struct verify_options *opt, struct arena *arena, struct wanted *w,
		     struct err *err)
{
	for (size_t i = 0; i < opt->keys.n; i++) {
		const char *path = opt->keys.p[i];
		struct str pem;
		int r = verify_read(arena, path, PUBLIC_KEY_BYTES_MAX, &pem, err);

		if (r == 0)
			r = public_key_parse(pem, &w->owned[i], err);
		if (r < 0)
			return usage(err, r, "key", path);
		w->keys[i] = (struct trust_key){.key = w->owned[i], .name = str_of(path)};
	}
	w->wants.keys = w->keys;
	w->wants.n_keys = opt->keys.n;
	return 0;
}

static int take_root(const struct verify_options *opt, int64_t now, struct arena *arena,
		     struct wanted *w, struct err *err)
{
	struct str bytes;
	int r;

	if (!opt->trusted_root)
		return 0;
	r = trust_root_take(opt->trusted_root, now, arena, &bytes, err);
	if (r == 0)
		r = trusted_root_parse(bytes, &w->root, err);
	w->wants.root = w->root;
	return r < 0 ? usage(err, r, "trusted-root", opt->trusted_root) : 0;
}

static int take_words(const struct verify_options *opt, struct wanted *w, struct err *err)
{
	for (size_t i = 0; i < opt->annotations.n; i++) {
		struct artifact_annotation *a = &w->annotations[i];

		if (!str_cut(str_of(opt->annotations.p[i]), '=', &a->key, &a->value) || !a->key.n)
			return err_set(err, ERR_USAGE, "--annotation %s: write KEY=VALUE",
				       opt->annotations.p[i]);
	}
	for (size_t i = 0; i < opt->accepts.n; i++) {
		if (strcmp(opt->accepts.p[i], "payload-type") != 0)
			return err_set(err, ERR_USAGE, "--accept %s: say payload-type",
				       opt->accepts.p[i]);
		w->wants.accept |= TRUST_ACCEPT_PAYLOAD_TYPE;
	}
	for (size_t i = 0; i < opt->attestation_types.n; i++)
		w->types[i] = str_of(opt->attestation_types.p[i]);
	w->wants.annotations = w->annotations;
	w->wants.n_annotations = opt->annotations.n;
	w->wants.types = (struct str_list){w->types, opt->attestation_types.n};
	return 0;
}

static int take_wants(const struct verify_options *opt, int64_t now, struct arena *arena,
		      struct wanted *w, struct err *err)
{
	int r;

	w->wants.no_log = opt->no_log;
	w->wants.no_sct = opt->no_sct;
	if ((r = take_keys(opt, arena, w, err)) < 0 ||
	    (r = take_root(opt, now, arena, w, err)) < 0 ||
	    (r = verify_identities_make(opt, &w->who, err)) < 0 ||
	    (r = take_words(opt, w, err)) < 0)
		return r;
	w->wants.identities = w->who.wanted;
	w->wants.n_identities = w->who.n;
	if (w->who.n && !w->root)
		return err_set(err, ERR_USAGE,
			       "--identity needs --trusted-root FILE: the CAs and logs to believe");
	if (w->wants.n_keys + w->wants.n_identities == 0)
		return err_set(err, ERR_USAGE,
			       "whom to believe: --key FILE, --identity NAME with --issuer URL and "
			       "--trusted-root FILE, --trust-dir DIR, or --policy FILE");
	return 0;
}

static void say_wanted(const struct wanted *w, struct strbuf *sb)
{
	size_t n = w->wants.n_keys + w->wants.n_identities;

	if (w->wants.types.n)
		strbuf_adds(sb, "with an attestation of the type asked for ");
	if (n > 1)
		strbuf_adds(sb, "by any of those who are to be believed");
	else if (w->wants.n_keys)
		strbuf_addf(sb, "by the key %.*s", STR_FMT(w->keys[0].name));
	else
		strbuf_adds(sb, "by the identity that is to be believed");
}

static int verify_wanted(const struct verify_options *opt, struct artifact_store *store,
			 struct verification *v, struct err *err)
{
	CLEANUP(wanted_done) struct wanted w = {0};
	CLEANUP(strbuf_done) struct strbuf words = STRBUF_INIT(LIMIT_FIELD_BYTES);
	int r = take_wants(opt, v->now, v->arena, &w, err);

	if (r < 0)
		return r;
	r = image_signatures_verify(store, &w.wants, v, err);
	if (r < 0)
		return verification_unseen(v, r, err);
	if (verification_has_enough(v))
		return verification_accept(v, err);
	say_wanted(&w, &words);
	return verification_refuse(v, strbuf_str(&words), err);
}

static int resolve(const char *target, const struct verify_options *opt, struct verification *v,
		   struct artifact_place *place, struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(*opt);
	int r = artifact_place_open(target, &registry, place, err);

	if (r < 0)
		return trail_unsure(&v->trail, err, r == -ERR_DENIED ? ERR_IO : (enum err_code) - r,
				    "target", "look at the name, the registry and the login", "%s",
				    err->msg);
	v->digest = arena_str(v->arena, str_of(place->manifest.digest));
	if (place->store && strcmp(place->store->transport, "docker") == 0)
		v->reference = arena_strf(v->arena, "%.*s@%.*s", STR_FMT(place->store->location),
					  STR_FMT(v->digest));
	if (place->tag.n)
		trail_pass(&v->trail, "resolved", "the tag %.*s is %.*s now", STR_FMT(place->tag),
			   STR_FMT(v->digest));
	return arena_check(v->arena, err);
}

/* What is looked at, by who says whom to believe. */
static const char *wishes_of(const struct verify_options *opt)
{
	if (opt->policy)
		return "policy as";
	if (opt->dct)
		return "gun tag root-cert root-ca";
	if (opt->trust_dir)
		return VERIFY_NOTATION_WISHES;
	return "key trusted-root identity identity-regexp issuer issuer-regexp annotation type";
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	int r;

	if (opt->policy && opt->keys.n + opt->identities.n + opt->identity_patterns.n > 0)
		return err_set(err, ERR_USAGE,
			       "--policy says whom to believe; leave --key and --identity away");
	if (opt->trust_dir && opt->keys.n + opt->identities.n + opt->identity_patterns.n > 0)
		return err_set(err, ERR_USAGE,
			       "--trust-dir says whom to believe; leave --key and --identity away");
	if (opt->dct && (opt->policy || opt->trust_dir ||
			 opt->keys.n + opt->identities.n + opt->identity_patterns.n > 0))
		return err_set(err, ERR_USAGE,
			       "--dct says whom to believe; leave --policy, --trust-dir, --key and "
			       "--identity away");
	r = verify_only(opt, wishes_of(opt), err);
	if (r == 0)
		r = resolve(argv[0], opt, v, &place, err);
	if (r < 0)
		return r;
	if (opt->policy)
		return verify_policy(opt, &place, v, err);
	if (!place.store)
		return trail_refuse(&v->trail, err, "signature", "verify it where it is published",
				    "%.*s", STR_FMT(place.why_bare));
	if (opt->dct)
		return verify_dct_image(opt, &place, v, err);
	if (opt->trust_dir)
		return verify_notation_image(opt, &place, v, err);
	return verify_wanted(opt, place.store, v, err);
}

const struct verify_form verify_form_image = {
	.word = NULL,
	.arguments = "TARGET",
	.summary = "an image, by what is attached to it",
	.n_arguments = 1,
	.verify = verify,
};
