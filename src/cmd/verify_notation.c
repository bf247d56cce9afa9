/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An envelope of the Notary Project in a file, with the configuration of the notation tool: what it
 * is of is a digest, by a policy for OCI artifacts, or a file, by one for blobs.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/notation_files.h"
#include "cmd/verify_notation.h"
#include "trust/notation/image.h"

#define METADATA_MAX 64

/* All that one verification needs, loaded. */
struct job {
	const struct verify_options *opt;
	struct arena *arena;
	struct str scope;
	struct notation_policy policy;
	struct notation_trust_store stores;
	struct revocation_source revocation;
	struct notation_pair metadata[METADATA_MAX];
	struct notation_wants wants;
};

static void job_done(struct job *job)
{
	notation_trust_store_done(&job->stores);
}

/* The digest of an artifact, or the file itself. */
static int take_target(struct job *job, struct err *err)
{
	struct notation_target *t = &job->wants.target;
	struct str artifact = str_of(job->opt->artifact);
	struct digest_value digest;

	t->size = NOTATION_SIZE_UNKNOWN;
	if (digest_parse(artifact, &digest, NULL) == 0) {
		t->digest = artifact;
		return 0;
	}
	t->is_blob = true;
	return verify_read(job->arena, job->opt->artifact, LIMIT_BLOB_VERIFY_BYTES, &t->blob, err);
}

static int take_metadata(struct job *job, struct err *err)
{
	const struct option_list *words = &job->opt->user_metadata;

	for (size_t i = 0; i < words->n; i++) {
		struct notation_pair *pair = &job->metadata[i];

		if (!str_cut(str_of(words->p[i]), '=', &pair->key, &pair->value) || !pair->key.n)
			return err_set(err, ERR_USAGE, "--user-metadata %s: write KEY=VALUE",
				       words->p[i]);
	}
	job->wants.target.metadata = job->metadata;
	job->wants.target.n_metadata = words->n;
	return 0;
}

static int read_list(struct job *job, const struct option_list *paths, struct str_list *ret,
		     struct err *err)
{
	struct str *files = arena_array(job->arena, paths->n + 1, sizeof *files);
	int r = files ? 0 : err_nomem(err);

	for (size_t i = 0; i < paths->n && r == 0; i++)
		r = verify_read(job->arena, paths->p[i], REVOCATION_BYTES_MAX, &files[i], err);
	*ret = (struct str_list){files, paths->n};
	return r;
}

static int take_policy(struct job *job, struct verification *v, struct err *err)
{
	const struct verify_options *opt = job->opt;
	struct str scope = opt->scope ? str_of(opt->scope) : job->scope;
	int r = notation_files_policy(opt->trust_dir, opt->trust_policy,
				      job->wants.target.is_blob ? NOTATION_POLICY_BLOB
								: NOTATION_POLICY_OCI,
				      job->arena, &job->policy, err);

	if (r < 0)
		return r;
	r = notation_policy_find(&job->policy, scope, &job->wants.statement, err);
	if (r == -ERR_NOT_FOUND)
		return trail_refuse(&v->trail, err, "policy",
				    "add a statement for it to the trust policy, or say --scope",
				    "%s", err->msg);
	if (r < 0)
		return r;
	return notation_files_stores(opt->trust_dir, job->wants.statement, &job->stores, err);
}

static int load(struct job *job, struct verification *v, struct err *err)
{
	int r;

	if ((r = take_metadata(job, err)) < 0 ||
	    (r = read_list(job, &job->opt->ocsp, &job->revocation.ocsp, err)) < 0 ||
	    (r = read_list(job, &job->opt->crl, &job->revocation.crls, err)) < 0 ||
	    (r = take_policy(job, v, err)) < 0)
		return r;
	job->wants.stores = &job->stores;
	job->wants.revocation = &job->revocation;
	job->wants.now = v->now;
	return 0;
}

/* COSE is binary: its first byte is the tag 18. */
static enum notation_form form_of(struct str bytes)
{
	return bytes.n && (unsigned char)bytes.p[0] == 0xd2 ? NOTATION_COSE : NOTATION_JWS;
}

static int verify_envelope(struct job *job, const char *path, struct verification *v,
			   struct err *err)
{
	struct verification_signature *s = verification_add(v, CLAIM_NOTATION, str_of(path));
	struct str bytes;
	int r;

	if (!s)
		return err_nomem(err);
	if ((r = verify_read(v->arena, path, NOTATION_ENVELOPE_BYTES_MAX, &bytes, err)) < 0)
		return r;
	v->digest = job->wants.target.digest;
	r = notation_verify(form_of(bytes), bytes, &job->wants, s->trail, &s->claim, err);
	if (r < 0)
		return s->trail->failed ? verification_refuse(v, STR_NULL, err) : r;
	if (job->wants.target.is_blob)
		v->digest = s->claim.digest;
	s->holds = s->counts = true;
	s->counts_as =
		arena_strf(v->arena, "the trust policy %.*s", STR_FMT(job->wants.statement->name));
	return verification_accept(v, err);
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	CLEANUP(job_done) struct job job = {.opt = opt, .arena = v->arena};
	int r;

	if (!opt->artifact || !opt->trust_dir)
		return err_set(err, ERR_USAGE,
			       "verify notation needs --artifact DIGEST|FILE and --trust-dir DIR");
	if ((r = verify_only(opt, "artifact " VERIFY_NOTATION_WISHES, err)) < 0 ||
	    (r = take_target(&job, err)) < 0 || (r = load(&job, v, err)) < 0)
		return r;
	return verify_envelope(&job, argv[0], v, err);
}

int verify_notation_image(const struct verify_options *opt, struct artifact_place *place,
			  struct verification *v, struct err *err)
{
	CLEANUP(job_done) struct job job = {.opt = opt, .arena = v->arena};
	struct notation_target *t = &job.wants.target;
	int r;

	t->digest = v->digest;
	t->media_type = str_of(place->manifest.media_type);
	t->size = place->manifest.bytes.n;
	if (strcmp(place->store->transport, "docker") == 0)
		job.scope = place->store->location;
	if ((r = load(&job, v, err)) < 0)
		return r;
	if (job.wants.statement->skips)
		return trail_refuse(&v->trail, err, "policy", "give the policy another level",
				    "the policy \"%.*s\" verifies nothing (skip)",
				    STR_FMT(job.wants.statement->name));
	r = notation_image_verify(place->store, &job.wants, v, err);
	if (r < 0)
		return trail_take(&v->trail, err, r, "signature",
				  "try again when the registry answers", NULL);
	return verification_accept(v, err);
}

const struct verify_form verify_form_notation = {
	.word = "notation",
	.arguments = "FILE",
	.summary =
		"a Notary Project envelope, by notation's trust policy (--artifact, --trust-dir)",
	.n_arguments = 1,
	.verify = verify,
};
