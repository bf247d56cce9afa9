/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_policy.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "policy/policy.h"
#include "trust/verdict_store.h"

int verify_policy_read(void *ctx, struct str path, size_t max_bytes, struct strbuf *out,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf full = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct str folder = path_dir(str_of(ctx));

	if (path.n && path.p[0] != '/' && folder.n)
		strbuf_addf(&full, "%.*s/", STR_FMT(folder));
	strbuf_add(&full, path);
	if (strbuf_check(&full, err) < 0)
		return -(int)full.error;
	out->max = max_bytes;
	return file_read(strbuf_cstr(&full), out, err);
}

/* ---- verdicts that are kept ---- */

/*
 * Everything that decided: the policy with its files, the name that found the pattern, the program;
 * and whether the present was given, since what was true then need not be now.
 */
static int policy_digest(const struct trust_judge *judge, const struct trust_image *image,
			 bool is_given_time, struct arena *arena, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);
	char text[DIGEST_TEXT_MAX];
	struct digest_value value;
	int r;

	strbuf_add(&sb, digest_format(trust_judge_digest(judge), text));
	strbuf_addf(&sb, "\n%.*s/%.*s\n%s\n%s\n%s", STR_FMT(image->name.domain),
		    STR_FMT(image->name.path), image->by_digest ? "by digest" : "by tag",
		    is_given_time ? "at a time that was given" : "now", PLIMSOLL_VERSION);
	if (strbuf_check(&sb, err) < 0)
		return -(int)sb.error;
	r = digest_of(strbuf_str(&sb), &value, err);
	if (r < 0)
		return r;
	*ret = arena_str(arena, digest_format(&value, text));
	return arena_check(arena, err);
}

/* $XDG_STATE_HOME/plimsoll/verdicts, else below ~/.local/state. */
static int store_open(struct verdict_store **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf dir = STRBUF_INIT(LIMIT_PATH_BYTES);
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		strbuf_addf(&dir, "%s/plimsoll/verdicts", state);
	else if (home && home[0] == '/')
		strbuf_addf(&dir, "%s/.local/state/plimsoll/verdicts", home);
	else
		return err_set(err, ERR_USAGE,
			       "neither XDG_STATE_HOME nor HOME says where verdicts are kept");
	if (strbuf_check(&dir, err) < 0)
		return -(int)dir.error;
	return verdict_store_open(strbuf_cstr(&dir), ret, err);
}

/* 1: there is one, and it was told; 0: ask. */
static int look_up(struct verdict_store *store, struct str policy, struct verification *v,
		   struct err *err)
{
	struct kept_verdict found;
	char until[CLOCK_TEXT_MAX] = "";
	int r = verdict_store_get(store, v->digest, policy, v->now, v->arena, &found, err);

	if (r <= 0)
		return r;
	(void)clock_format(found.until, until); /* of this century */
	r = verification_allow(v, "kept",
			       arena_strf(v->arena,
					  "verified before, kept until %s: signed by %.*s", until,
					  STR_FMT(found.signers)),
			       err);
	return r < 0 ? r : 1;
}

static struct str signers_of(const struct verification *v)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	for (size_t i = 0; i < v->trail.n_steps; i++) {
		const struct trail_step *step = &v->trail.steps[i];

		if (strcmp(step->check, "signature") == 0 || strcmp(step->check, "policy") == 0)
			strbuf_addf(&sb, "%s%.*s", sb.n ? "; " : "", STR_FMT(step->what));
	}
	return arena_str(v->arena, strbuf_str(&sb));
}

static int keep(struct verdict_store *store, struct str policy, uint64_t seconds,
		const struct verification *v, struct err *err)
{
	const struct kept_verdict verdict = {
		.digest = v->digest,
		.policy = policy,
		.reference = v->reference,
		.signers = signers_of(v),
		.made = v->now,
		.until = v->now + (int64_t)seconds,
	};

	return verdict_store_put(store, &verdict, err);
}

/* An exception ends on its day, and is found without asking anybody. */
static bool is_to_keep(const struct verification *v)
{
	for (size_t i = 0; i < v->trail.n_steps; i++)
		if (strcmp(v->trail.steps[i].check, "exception") == 0)
			return false;
	return true;
}

/* ---- */

static int judge_kept(struct trust_judge *judge, const struct trust_image *image,
		      const struct verify_options *opt, struct verification *v, struct err *err)
{
	uint64_t seconds = opt->cache_verdicts;
	CLEANUP(verdict_store_closep) struct verdict_store *store = NULL;
	struct str policy;
	struct err why = {0};
	int r;

	if (seconds > VERDICT_SECONDS_MAX)
		return err_set(err, ERR_USAGE, "--cache-verdicts: at most %d seconds (30 days)",
			       VERDICT_SECONDS_MAX);
	if ((r = policy_digest(judge, image, opt->now != NULL, v->arena, &policy, err)) < 0 ||
	    (r = store_open(&store, err)) < 0 || (r = look_up(store, policy, v, err)) < 0)
		return r;
	if (r > 0)
		return 0;
	r = trust_judge_image(judge, image, v, err);
	if (r == 0 && is_to_keep(v) && keep(store, policy, seconds, v, &why) < 0)
		verification_warn(v, "the verdict could not be kept: %s", why.msg);
	return r;
}

/* A layout or an archive does not know under which name the image is used. */
static int name_of(const struct verify_options *opt, const struct artifact_place *place,
		   struct arena *arena, struct trust_image *ret, struct err *err)
{
	bool is_registry = place->store && strcmp(place->store->transport, "docker") == 0;
	struct str name = opt->as ? str_of(opt->as) : place->name;
	int r;

	if (!opt->as && !is_registry)
		return err_set(err, ERR_USAGE,
			       "%.*s: a policy goes by the name of an image; say it with --as "
			       "registry.example.com/app:1",
			       STR_FMT(place->name));
	(void)transport_parse(name, &name); /* docker:// or none */
	r = reference_parse(name, arena, &ret->name, err);
	if (r < 0)
		return r;
	ret->by_digest = opt->as ? ret->name.digest.n > 0 : place->tag.n == 0;
	ret->store = place->store;
	return 0;
}

int verify_policy(const struct verify_options *opt, const struct artifact_place *place,
		  struct verification *v, struct err *err)
{
	CLEANUP(policy_freep) struct policy *policy = NULL;
	CLEANUP(trust_judge_freep) struct trust_judge *judge = NULL;
	struct trust_image image = {0};
	int r = policy_find(opt->policy, &policy, err);

	if (r < 0)
		return -ERR_USAGE;
	if (!trust_policy_is_set(&policy->trust))
		return err_set(err, ERR_USAGE,
			       "%s has no part trust, which is all that verify asks of a policy",
			       opt->policy);
	r = trust_judge_new(&policy->trust, verify_policy_read, (void *)opt->policy, &judge, err);
	if (r == 0)
		r = name_of(opt, place, v->arena, &image, err);
	if (r < 0)
		return r;
	/* --as may name a digest too, by which nothing was fetched. */
	if (opt->as && image.name.digest.n && !str_eq(image.name.digest, v->digest))
		return trail_refuse(&v->trail, err, "digest", "name the image by its own digest",
				    "it is named by %.*s, and this is %.*s",
				    STR_FMT(image.name.digest), STR_FMT(v->digest));
	if (opt->cache_verdicts)
		return judge_kept(judge, &image, opt, v, err);
	return trust_judge_image(judge, &image, v, err);
}
