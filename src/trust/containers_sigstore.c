/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/containers_sigstore.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/base64.h"
#include "trust/sigstore/identity.h"
#include "trust/sigstore/rekor.h"

#define ANNOTATION_SIGNATURE   "dev.cosignproject.cosign/signature"
#define ANNOTATION_CERTIFICATE "dev.sigstore.cosign/certificate"
#define ANNOTATION_CHAIN       "dev.sigstore.cosign/chain"
#define ANNOTATION_BUNDLE      "dev.sigstore.cosign/bundle"
#define REMEDY		       "ask the publisher to sign again, in a way that the policy takes"
#define SIGNATURE_RAW_MAX      8192
#define CERTIFICATES_MAX       64 /* in a file of roots or intermediates */

/* ---- keys ---- */

static int add_key(struct str pem, struct arena *a, struct public_key ***list, size_t *n,
		   struct err *err)
{
	struct public_key **bigger = arena_array(a, *n + 1, sizeof *bigger);
	int r;

	if (!bigger)
		return err_nomem(err);
	if (*n)
		memcpy(bigger, *list, *n * sizeof *bigger);
	*list = bigger;
	r = public_key_parse(pem, &bigger[*n], err);
	if (r < 0)
		return r;
	(*n)++;
	return 0;
}

typedef int read_fn(void *ctx, struct str path, struct str *ret, struct err *err);
typedef int use_fn(struct containers_sigstore *s, struct str bytes, struct arena *a,
		   struct err *err);

static int use_key(struct containers_sigstore *s, struct str bytes, struct arena *a,
		   struct err *err)
{
	return add_key(bytes, a, &s->keys, &s->n_keys, err);
}

static int use_rekor_key(struct containers_sigstore *s, struct str bytes, struct arena *a,
			 struct err *err)
{
	return add_key(bytes, a, &s->rekor_keys, &s->n_rekor_keys, err);
}

static int use_roots(struct containers_sigstore *s, struct str bytes, struct arena *a,
		     struct err *err)
{
	(void)a; /* certificates own themselves */
	return certificate_list_parse(bytes, CERTIFICATES_MAX, &s->roots, err);
}

static int use_intermediates(struct containers_sigstore *s, struct str bytes, struct arena *a,
			     struct err *err)
{
	(void)a; /* certificates own themselves */
	return certificate_list_parse(bytes, CERTIFICATES_MAX, &s->intermediates, err);
}

static int load(const struct containers_material *m, struct str path, read_fn *read_file, void *ctx,
		use_fn *use, struct containers_sigstore *s, struct arena *a, struct err *err)
{
	struct str bytes;
	int r;

	for (size_t i = 0; i < m->paths.n; i++) {
		r = read_file(ctx, m->paths.p[i], &bytes, err);
		if (r < 0)
			return r; /* it names the file */
		r = use(s, bytes, a, err);
		if (r < 0)
			return err_wrap(err, r, "%.*s", STR_FMT(m->paths.p[i]));
	}
	for (size_t i = 0; i < m->datas.n; i++) {
		r = use(s, m->datas.p[i], a, err);
		if (r < 0)
			return err_wrap(err, r, "%.*s", STR_FMT(path));
	}
	return 0;
}

int containers_sigstore_load(const struct containers_requirement *q,
			     int (*read_file)(void *ctx, struct str path, struct str *ret,
					      struct err *err),
			     void *ctx, struct arena *a, struct containers_sigstore *ret,
			     struct err *err)
{
	const struct {
		const struct containers_material *what;
		use_fn *use;
	} rows[] = {
		{&q->keys, use_key},
		{&q->rekor, use_rekor_key},
		{&q->fulcio_ca, use_roots},
		{&q->pki_roots, use_roots},
		{&q->pki_intermediates, use_intermediates},
	};

	ret->requirement = q;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int r = load(rows[i].what, q->path, read_file, ctx, rows[i].use, ret, a, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void containers_sigstore_done(struct containers_sigstore *s)
{
	for (size_t i = 0; i < s->n_keys; i++)
		public_key_free(s->keys[i]);
	for (size_t i = 0; i < s->n_rekor_keys; i++)
		public_key_free(s->rekor_keys[i]);
	certificate_list_done(&s->roots);
	certificate_list_done(&s->intermediates);
	*s = (struct containers_sigstore){0};
}

/* ---- verifying ---- */

struct check {
	const struct containers_sigstore *roots;
	const struct image_signature *signature;
	struct str raw; /* the signature */
	int64_t now;
	struct trail *trail;
	struct claim *claim;
	struct err *err;
};

/* Whatever the curve is: SHA-256 is what cosign signs by, and what containers/image looks for. */
static enum signature_scheme scheme_of(const struct public_key *key)
{
	switch (public_key_type(key)) {
	case KEY_ED25519:
		return SIGNATURE_ED25519;
	case KEY_RSA:
		return SIGNATURE_RSA_PKCS1_SHA256;
	case KEY_EC_P256:
	case KEY_EC_P384:
	case KEY_EC_P521:
		return SIGNATURE_ECDSA_SHA256;
	}
	return SIGNATURE_NONE;
}

static int take_signature(struct check *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(SIGNATURE_RAW_MAX);
	struct str base64 = artifact_annotation(&c->signature->annotations, ANNOTATION_SIGNATURE);
	struct err why = {0};
	int r;

	if (!str_is(c->signature->media_type, IMAGE_SIGNATURE_COSIGN_TYPE))
		return trail_refuse(c->trail, c->err, "payload", REMEDY,
				    "it is of the type \"%.*s\", which is no signature",
				    STR_FMT(c->signature->media_type));
	if (base64.n == 0)
		return trail_refuse(c->trail, c->err, "signature", REMEDY,
				    "its annotation " ANNOTATION_SIGNATURE " is missing");
	r = base64_decode(base64, BASE64_STANDARD, &sb, &why);
	if (r < 0)
		return trail_take(c->trail, &why, r, "signature", REMEDY,
				  "annotation " ANNOTATION_SIGNATURE);
	c->raw = arena_str(c->trail->arena, strbuf_str(&sb));
	return c->raw.p ? 0 : err_nomem(c->err);
}

static bool holds(const struct check *c, const struct public_key *key)
{
	return public_key_verify(key, scheme_of(key), c->signature->payload, c->raw, NULL) == 0;
}

static int take_key_digest(struct check *c, const struct public_key *key)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r = public_key_digest(key, &digest, c->err);

	if (r < 0)
		return r;
	c->claim->key_digest = arena_str(c->trail->arena, digest_format(&digest, text));
	c->claim->algorithm = str_of(signature_scheme_name(scheme_of(key)));
	if (!c->claim->key_digest.p)
		return err_nomem(c->err);
	trail_pass(c->trail, "signature", "by the key %.*s (%s)", STR_FMT(c->claim->key_digest),
		   public_key_name(key));
	return 0;
}

static int take(struct check *c, struct err *why, int r, const char *check)
{
	r = trail_take(c->trail, why, r, check, REMEDY, NULL);
	if (c->err)
		*c->err = *why;
	return r;
}

/* ---- the log ---- */

static int digest_payload(const void *ctx, enum digest_algorithm algorithm,
			  struct digest_value *ret, struct err *err)
{
	const struct image_signature *s = ctx;
	CLEANUP(digest_done) struct digest d = {0};
	int r = digest_init(&d, algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, s->payload);
	digest_final(&d, ret);
	return 0;
}

/* A key that a policy names is trusted at any time. */
static int make_logs(const struct check *c, struct trusted_log **ret, struct err *err)
{
	const struct containers_sigstore *roots = c->roots;
	struct arena *a = c->trail->arena;
	struct trusted_log *logs = arena_array(a, roots->n_rekor_keys, sizeof *logs);
	struct digest_value id;

	if (!logs)
		return err_nomem(err);
	for (size_t i = 0; i < roots->n_rekor_keys; i++) {
		int r = public_key_digest(roots->rekor_keys[i], &id, err);

		if (r < 0)
			return r;
		logs[i] = (struct trusted_log){.key = roots->rekor_keys[i],
					       .scheme = scheme_of(roots->rekor_keys[i]),
					       .id = arena_str(a, str_make(id.bytes, 32)),
					       .until = INT64_MAX};
		if (!logs[i].id.p)
			return err_nomem(err);
	}
	*ret = logs;
	return 0;
}

/* Of key and certificate one is NULL. */
static int match_entry(const struct check *c, const struct rekor_entry *entry,
		       const struct public_key *key, const struct certificate *leaf,
		       struct err *err)
{
	struct rekor_content content = {
		.signature = c->raw,
		.key = key,
		.certificate = leaf ? certificate_der(leaf) : STR_NULL,
		.digest = digest_payload,
		.digest_ctx = c->signature,
	};
	enum signature_scheme scheme;

	return rekor_match(entry, &content, c->trail->arena, &scheme, err);
}

static int check_log(struct check *c, const struct public_key *key, const struct certificate *leaf,
		     int64_t *ret_time)
{
	struct str annotation = artifact_annotation(&c->signature->annotations, ANNOTATION_BUNDLE);
	struct rekor_entry entry = {0};
	struct rekor_proof proof = {0};
	struct trusted_log *logs = NULL;
	struct err why = {0};
	int r;

	if (annotation.n == 0)
		return trail_refuse(c->trail, c->err, "log", REMEDY,
				    "its annotation " ANNOTATION_BUNDLE
				    " is missing, which proves that it is in the log");
	r = rekor_annotation_parse(annotation, c->trail->arena, &entry, &why);
	if (r == 0)
		r = make_logs(c, &logs, &why);
	if (r == 0)
		r = rekor_verify(&entry, logs, c->roots->n_rekor_keys, c->trail->arena, &proof,
				 &why);
	if (r == -ERR_NOT_FOUND || (r == 0 && !proof.has_time))
		return trail_refuse(c->trail, c->err, "log", REMEDY,
				    "it is in no log that the policy trusts");
	if (r == 0)
		r = match_entry(c, &entry, key, leaf, &why);
	if (r < 0)
		return take(c, &why, r, "log");
	trail_pass(c->trail, "log", "it is entry %lld of the log", (long long)entry.index);
	c->claim->logged = true;
	c->claim->log_index = entry.index;
	c->claim->time = entry.integrated_time;
	c->claim->clock = CLAIM_CLOCK_LOG;
	if (ret_time)
		*ret_time = entry.integrated_time;
	return 0;
}

/* ---- keys that are named ---- */

static int check_keys(struct check *c)
{
	const struct containers_sigstore *roots = c->roots;
	const struct public_key *key = NULL;
	int r;

	for (size_t i = 0; i < roots->n_keys && !key; i++)
		if (holds(c, roots->keys[i]))
			key = roots->keys[i];
	if (!key)
		return trail_refuse(c->trail, c->err, "signature", REMEDY, "it is signed by %s",
				    roots->n_keys == 1 ? "another key than the one that is trusted"
						       : "none of the keys that are trusted");
	r = take_key_digest(c, key);
	return r == 0 && roots->n_rekor_keys ? check_log(c, key, NULL, NULL) : r;
}

/* ---- certificates ---- */

/* Those of the policy and those of the signature: both are only steps to the roots. */
static int gather_intermediates(const struct check *c, struct certificate_list *ret,
				struct err *err)
{
	struct str chain = artifact_annotation(&c->signature->annotations, ANNOTATION_CHAIN);
	const struct certificate_list *own = &c->roots->intermediates;
	int r = chain.n ? certificate_list_parse(chain, CERTIFICATE_CHAIN_MAX, ret, err) : 0;

	for (size_t i = 0; r == 0 && i < own->n; i++)
		r = certificate_list_add(ret, certificate_der(own->p[i]), err);
	return r;
}

static int check_chain(struct check *c, const struct certificate *leaf, int64_t at)
{
	const struct containers_sigstore *roots = c->roots;
	struct certificate_list steps = {0};
	struct certificate_wants wants = {.at = at,
					  .anchors = roots->roots.p,
					  .n_anchors = roots->roots.n,
					  .use = CERTIFICATE_USE_CODE};
	struct certificate_chain found;
	struct err why = {0};
	int r = gather_intermediates(c, &steps, &why);

	wants.intermediates = steps.p;
	wants.n_intermediates = steps.n;
	if (r == 0)
		r = certificate_chain(leaf, &wants, &found, &why);
	certificate_list_done(&steps);
	if (r < 0)
		return take(c, &why, r, "certificate");
	trail_pass(c->trail, "certificate", "it chains to a CA that is trusted");
	return 0;
}

static bool has_name(const struct certificate *leaf, enum certificate_name_kind kind,
		     struct str wanted)
{
	for (size_t i = 0; i < certificate_name_count(leaf); i++) {
		struct certificate_name name = certificate_name_at(leaf, i);

		if (name.kind == kind &&
		    (kind == CERTIFICATE_NAME_DNS ? str_eq_nocase(name.value, wanted)
						  : str_eq(name.value, wanted)))
			return true;
	}
	return false;
}

static int check_pki_names(struct check *c, const struct certificate *leaf)
{
	const struct containers_requirement *q = c->roots->requirement;

	if (q->pki_email.n && !has_name(leaf, CERTIFICATE_NAME_EMAIL, q->pki_email))
		return trail_refuse(c->trail, c->err, "identity", REMEDY,
				    "its certificate is not for the e-mail address %.*s",
				    STR_FMT(q->pki_email));
	if (q->pki_host.n && !has_name(leaf, CERTIFICATE_NAME_DNS, q->pki_host))
		return trail_refuse(c->trail, c->err, "identity", REMEDY,
				    "its certificate is not for the host %.*s",
				    STR_FMT(q->pki_host));
	c->claim->subject = arena_str(c->trail->arena, certificate_subject(leaf));
	trail_pass(c->trail, "identity", "the certificate is for %.*s",
		   STR_FMT(q->pki_email.n ? q->pki_email : q->pki_host));
	return 0;
}

static int check_certificate_signature(struct check *c, const struct certificate *leaf)
{
	if (!holds(c, certificate_key(leaf)))
		return trail_refuse(c->trail, c->err, "signature", REMEDY,
				    "it does not hold: what was signed is not what is there");
	return take_key_digest(c, certificate_key(leaf));
}

static int check_pki(struct check *c, const struct certificate *leaf)
{
	int r = c->roots->n_rekor_keys ? check_log(c, NULL, leaf, NULL) : 0;

	if (r == 0)
		r = check_chain(c, leaf, c->now);
	if (r == 0)
		r = check_pki_names(c, leaf);
	return r == 0 ? check_certificate_signature(c, leaf) : r;
}

static int check_fulcio_identity(struct check *c, const struct certificate *leaf)
{
	const struct containers_requirement *q = c->roots->requirement;
	struct identity_wanted wanted = {.name = q->fulcio_email, .issuer = q->fulcio_issuer};
	struct identity who;
	struct err why = {0};
	int r = identity_of(leaf, c->trail->arena, &who, &why);

	if (r == 0 && !has_name(leaf, CERTIFICATE_NAME_EMAIL, q->fulcio_email))
		return trail_refuse(c->trail, c->err, "identity", REMEDY,
				    "it is signed by \"%.*s\"; the e-mail address %.*s is expected",
				    STR_FMT(who.name), STR_FMT(q->fulcio_email));
	if (r == 0)
		r = identity_match(&wanted, 1, &who, &why);
	if (r < 0)
		return take(c, &why, r, "identity");
	c->claim->identity = who.name;
	c->claim->issuer = who.issuer;
	memcpy(c->claim->facts, who.facts, sizeof who.facts);
	c->claim->n_facts = who.n_facts;
	trail_pass(c->trail, "identity", "the certificate is for %.*s, by the word of %.*s",
		   STR_FMT(who.name), STR_FMT(who.issuer));
	return 0;
}

/* The log's time first: without it nobody knows when the short-lived certificate was used. */
static int check_fulcio(struct check *c, const struct certificate *leaf)
{
	int64_t at;
	int r = check_log(c, NULL, leaf, &at);

	if (r == 0)
		r = check_chain(c, leaf, at);
	if (r == 0)
		r = check_fulcio_identity(c, leaf);
	return r == 0 ? check_certificate_signature(c, leaf) : r;
}

static int check_certificate(struct check *c)
{
	CLEANUP(certificate_freep) struct certificate *leaf = NULL;
	struct str pem = artifact_annotation(&c->signature->annotations, ANNOTATION_CERTIFICATE);
	struct err why = {0};
	int r;

	if (pem.n == 0)
		return trail_refuse(c->trail, c->err, "certificate", REMEDY,
				    "its annotation " ANNOTATION_CERTIFICATE " is missing");
	r = certificate_parse(pem, &leaf, &why);
	if (r < 0)
		return take(c, &why, r, "certificate");
	return containers_material_is_set(&c->roots->requirement->fulcio_ca) ? check_fulcio(c, leaf)
									     : check_pki(c, leaf);
}

int containers_sigstore_verify(const struct containers_sigstore *roots,
			       const struct image_signature *signature, int64_t now,
			       struct trail *trail, struct claim *ret, struct err *err)
{
	struct claim claim = {.format = CLAIM_COSIGN};
	struct check c = {.roots = roots,
			  .signature = signature,
			  .now = now,
			  .trail = trail,
			  .claim = &claim,
			  .err = err};
	int r = take_signature(&c);

	if (r == 0)
		r = roots->n_keys ? check_keys(&c) : check_certificate(&c);
	if (r < 0)
		return r;
	if (arena_check(trail->arena, err) < 0)
		return -ERR_NOMEM;
	*ret = claim;
	return 0;
}
