/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/verification.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

void verification_init(struct verification *v, struct arena *arena, struct str target, int64_t now)
{
	*v = (struct verification){
		.arena = arena,
		.target = target,
		.trail = {.arena = arena},
		.signatures = VEC_INIT(struct verification_signature *, LIMIT_SIGNATURES_PER_IMAGE),
		.warnings = VEC_INIT(struct str, LIMIT_SIGNATURES_PER_IMAGE),
		.now = now,
	};
}

void verification_done(struct verification *v)
{
	vec_done(&v->signatures);
	vec_done(&v->warnings);
}

static struct verification_signature *signature_at(const struct verification *v, size_t i)
{
	struct verification_signature **p = vec_at(&v->signatures, i);

	return *p;
}

struct verification_signature *verification_add(struct verification *v, enum claim_format format,
						struct str where)
{
	struct verification_signature *s = arena_alloc(v->arena, sizeof *s);
	struct trail *trail = arena_alloc(v->arena, sizeof *trail);
	struct verification_signature **slot = s && trail ? vec_push(&v->signatures) : NULL;

	if (!slot)
		return NULL;
	trail->arena = v->arena;
	*s = (struct verification_signature){
		.format = format, .where = arena_str(v->arena, where), .trail = trail};
	*slot = s;
	return s;
}

void verification_warn(struct verification *v, const char *fmt, ...)
{
	char line[ERR_MSG_MAX];
	struct str *slot = vec_push(&v->warnings);
	va_list args;

	if (!slot)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof line, fmt, args); /* a long one is cut */
	va_end(args);
	*slot = arena_str(v->arena, str_of(line));
}

static bool is_enough(const struct verification *v, const struct verification_signature *s)
{
	return s->holds && s->counts && !s->trail->failed && str_eq(s->claim.digest, v->digest);
}

static int say_failed(const struct verification *v, struct err *err)
{
	return err_set(err, v->trail.unsure ? ERR_IO : ERR_DENIED, "%.*s", STR_FMT(v->trail.why));
}

int verification_allow(struct verification *v, const char *check, struct str why, struct err *err)
{
	if (v->trail.failed)
		return say_failed(v, err);
	if (v->digest.n == 0)
		return trail_refuse(&v->trail, err, "digest", "name an image that has a digest",
				    "it has no digest, so nothing can be said about it");
	trail_pass(&v->trail, check, "%.*s", STR_FMT(why));
	v->verified = true;
	return 0;
}

bool verification_has_enough(const struct verification *v)
{
	bool enough = false;

	for (size_t i = 0; i < v->signatures.n; i++)
		enough |= is_enough(v, signature_at(v, i));
	return enough;
}

int verification_accept(struct verification *v, struct err *err)
{
	if (v->trail.failed)
		return say_failed(v, err);
	if (!verification_has_enough(v) || v->digest.n == 0)
		return verification_refuse(v, STR_NULL, err);
	v->verified = true;
	return 0;
}

/* The words for a look at several signatures that all fell through. */
static int refuse_all(struct verification *v, struct str wanted, struct err *err)
{
	const struct verification_signature *unsure = NULL;

	for (size_t i = 0; i < v->signatures.n; i++)
		if (signature_at(v, i)->trail->unsure)
			unsure = signature_at(v, i);
	if (unsure)
		return trail_unsure(&v->trail, err, ERR_IO, unsure->trail->failed,
				    "try again when it can be reached", "%.*s",
				    STR_FMT(unsure->trail->why));
	return trail_refuse(&v->trail, err, "signature",
			    "sign the image, or ask for a signer it has; plimsoll tree shows them",
			    "none of %zu signatures is one%s%.*s", v->signatures.n,
			    wanted.n ? " " : " that holds", STR_FMT(wanted));
}

int verification_refuse(struct verification *v, struct str wanted, struct err *err)
{
	const struct verification_signature *only =
		v->signatures.n == 1 ? signature_at(v, 0) : NULL;

	if (v->signatures.n == 0)
		return trail_refuse(&v->trail, err, "signature",
				    "ask its publisher to sign it, or sign it: plimsoll sign",
				    "it is not signed%s%.*s", wanted.n ? " " : "", STR_FMT(wanted));
	if (!only || !only->trail->failed)
		return refuse_all(v, wanted, err);
	if (only->trail->unsure)
		return refuse_all(v, wanted, err);
	return trail_refuse(&v->trail, err, only->trail->failed, only->trail->remedy.p, "%.*s",
			    STR_FMT(only->trail->why));
}

int verification_unseen(struct verification *v, int r, struct err *err)
{
	const struct err why = *err;

	return trail_unsure(&v->trail, err, r == -ERR_DENIED ? ERR_IO : (enum err_code) - r,
			    "signature", "look at the registry and the login, and try again",
			    "what is attached to it cannot be read: %s", why.msg);
}
