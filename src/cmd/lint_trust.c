/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lint_trust.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/verify_policy.h"
#include "policy/policy.h"
#include "policy/trust_lint.h"

struct asking {
	const struct lint_trust_options *options;
	struct trust_judge *judge;
	struct report *report;
};

static int judge(struct asking *a, const struct reference *image, struct verification *v,
		 struct err *err)
{
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct trust_image subject = {.name = *image, .by_digest = image->digest.n > 0};
	int r;

	strbuf_adds(&name, "docker://");
	reference_format(image, &name);
	r = artifact_place_open(strbuf_cstr(&name), &a->options->registry, &place, err);
	if (r < 0)
		return r == -ERR_DENIED ? err_wrap(err, -ERR_IO, "its registry") : r;
	v->digest = arena_str(v->arena, str_of(place.manifest.digest));
	subject.store = place.store;
	return trust_judge_image(a->judge, &subject, v, err);
}

static int verify(void *context, const struct reference *image, struct str *ret_remedy,
		  struct err *err)
{
	struct asking *a = context;
	struct verification v;
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	verification_init(&v, &arena, image->path, a->report->time);
	r = judge(a, image, &v, err);
	if (r == 0 && !v.verified)
		r = err_set(err, ERR_BUG, "no answer");
	*ret_remedy = arena_str(&a->report->arena, v.trail.remedy);
	verification_done(&v);
	arena_done(&arena);
	return r;
}

static int check_file(void *context, const struct source_file *f, struct err *err)
{
	return trust_lint_file(context, f, err);
}

static int check(struct lint_list *list, struct trust_lint *trust, struct err *err)
{
	int r = lint_list_each(list, check_file, trust, err);

	return r < 0 ? r : trust_lint_finish(trust, err);
}

int lint_trust(struct lint_list *list, const struct lint_trust_options *o, struct report *report,
	       struct err *err)
{
	CLEANUP(policy_freep) struct policy *policy = NULL;
	CLEANUP(trust_judge_freep) struct trust_judge *judge = NULL;
	struct asking asking = {.options = o, .report = report};
	struct trust_lint trust = {.report = report, .now = report->time};
	int r;

	if (!o->policy)
		return o->verify ? err_set(err, ERR_USAGE,
					   "lint: --verify-images needs --policy, which says whom "
					   "to believe")
				 : 0;
	r = policy_find(o->policy, &policy, err);
	if (r < 0)
		return r;
	if (!trust_policy_is_set(&policy->trust))
		return err_set(err, ERR_USAGE,
			       "%s has no part trust, which is all that lint asks of a policy",
			       o->policy);
	trust.policy = &policy->trust;
	if (o->verify) {
		r = trust_judge_new(&policy->trust, verify_policy_read, (void *)o->policy, &judge,
				    err);
		asking.judge = judge;
		trust.verify = verify;
		trust.context = &asking;
	}
	return r < 0 ? r : check(list, &trust, err);
}
