/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_trust.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/verify_policy.h"

static void unknown(struct scan_trust *t, struct str why)
{
	t->told = (struct policy_trust){.why = arena_str(&t->arena, why)};
}

/* Neither a file nor another transport: those have no name that a pattern could fit. */
static bool is_in_a_registry(const char *target)
{
	struct str rest;
	enum transport transport = transport_parse(str_of(target), &rest);

	return transport == TRANSPORT_DOCKER ||
	       (transport == TRANSPORT_NONE && strcmp(target, "-") != 0 &&
		access(target, F_OK) != 0);
}

static int ask(struct scan_trust *t, struct trust_judge *judge, const struct artifact_place *place,
	       int64_t now, struct err *err)
{
	struct trust_image image = {.store = place->store, .by_digest = place->tag.n == 0};
	struct str name = place->name;
	struct verification v;
	struct err why = {0};
	int r;

	(void)transport_parse(name, &name); /* docker:// or none */
	r = reference_parse(name, &t->arena, &image.name, err);
	if (r < 0)
		return r;
	verification_init(&v, &t->arena, name, now);
	v.digest = t->digest;
	r = trust_judge_image(judge, &image, &v, &why);
	if (r == 0 && v.verified)
		t->told.is_trusted = true;
	else if (r == -ERR_DENIED)
		t->told = (struct policy_trust){
			.is_refused = true, .why = v.trail.why, .remedy = v.trail.remedy};
	else
		unknown(t, str_of(why.msg));
	verification_done(&v);
	return r == -ERR_NOMEM ? err_nomem(err) : 0;
}

int scan_trust_ask(struct scan_trust *t, const struct policy *policy, const char *target,
		   const struct registry_options *registry, int64_t now, struct err *err)
{
	CLEANUP(trust_judge_freep) struct trust_judge *judge = NULL;
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct err why = {0};
	int r;

	*t = (struct scan_trust){0};
	arena_init(&t->arena, LIMIT_VERIFY_ARENA_BYTES);
	strbuf_add(&file, policy->file);
	r = trust_judge_new(&policy->trust, verify_policy_read, (void *)strbuf_cstr(&file), &judge,
			    err);
	if (r < 0)
		return r;
	if (!is_in_a_registry(target)) {
		unknown(t, STR("the target is no image by its name in a registry, so no pattern "
			       "of the policy can fit it"));
		return 0;
	}
	r = artifact_place_open(target, registry, &place, &why);
	if (r < 0 || !place.store) {
		unknown(t, r < 0 ? str_of(why.msg) : place.why_bare);
		return r == -ERR_NOMEM ? err_nomem(err) : 0;
	}
	t->digest = arena_str(&t->arena, str_of(place.manifest.digest));
	t->manifest = arena_str(&t->arena, strbuf_str(&place.manifest.bytes));
	return ask(t, judge, &place, now, err);
}

/* Whether the scanned manifest is the verified one, or of the verified index. */
static bool is_same(struct scan_trust *t, struct str scanned)
{
	struct artifact_manifest index = {0};

	if (str_eq(scanned, t->digest))
		return scanned.n > 0;
	if (artifact_manifest_parse(t->manifest, &t->arena, &index, NULL) < 0 || !index.is_index)
		return false;
	for (size_t i = 0; i < index.n_manifests; i++)
		if (str_eq(index.manifests[i].digest, scanned))
			return scanned.n > 0;
	return false;
}

void scan_trust_join(struct scan_trust *t, const struct report *report)
{
	if (t->told.is_trusted && !is_same(t, report->image.manifest_digest))
		unknown(t, STR("what was scanned is not the image that was verified: it came from "
			       "elsewhere, or its tag moved"));
}

void scan_trust_done(struct scan_trust *t)
{
	arena_done(&t->arena);
}
