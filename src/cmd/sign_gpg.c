/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sign_gpg.h"

#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/containers_files.h"
#include "trust/artifact_store.h"
#include "trust/gpg/gpg_sign.h"
#include "trust/lookaside.h"
#include "trust/simple_signing.h"

struct signing {
	struct arena arena;
	struct artifact_place place;
	struct image_identity identity;
	struct str name, digest, path;
};

static void signing_done(struct signing *s)
{
	artifact_place_done(&s->place);
	arena_done(&s->arena);
}

/* "name:tag"; by a digest alone where nothing else was given. */
static int take_name(struct signing *s, const char *target, const struct sign_gpg_options *o,
		     struct err *err)
{
	struct str rest;
	enum transport transport = transport_parse(str_of(target), &rest);
	const struct image_name *n = &s->identity.name;
	int r;

	if (!o->reference && transport == TRANSPORT_OCI)
		return err_set(err, ERR_USAGE,
			       "sign: an image of %s needs --reference NAME, the name that is to "
			       "be signed",
			       target);
	r = image_identity_parse(o->reference ? str_of(o->reference) : rest, &s->arena,
				 &s->identity, err);
	if (r < 0)
		return r;
	s->name =
		n->tag.n ? arena_strf(&s->arena, "%.*s:%.*s", STR_FMT(n->name), STR_FMT(n->tag))
			 : arena_strf(&s->arena, "%.*s@%.*s", STR_FMT(n->name), STR_FMT(n->digest));
	s->digest = str_of(s->place.manifest.digest);
	return s->name.p ? 0 : err_nomem(err);
}

static int make(struct signing *s, const struct sign_gpg_options *o, struct str *ret,
		struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf payload = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct simple_signing what = {
		.type = STR(SIMPLE_SIGNING_GPG),
		.digest = s->digest,
		.reference = s->name,
		.creator = STR("plimsoll " PLIMSOLL_VERSION),
		.timestamp = (int64_t)time(NULL),
	};
	int r = simple_signing_write(&what, &payload, err);

	return r < 0 ? r : gpg_sign(o->key, strbuf_str(&payload), &s->arena, ret, err);
}

static int store(struct signing *s, const struct sign_gpg_options *o, struct str blob,
		 struct err *err)
{
	struct registries_d_place place;
	struct lookaside l;
	int r = containers_lookaside(o->registries_d, &s->identity, REGISTRIES_D_WRITE, &s->arena,
				     &place, err);

	if (r < 0)
		return r;
	l = (struct lookaside){.base = place.base,
			       .repository = containers_repository(&s->identity)};
	return lookaside_add(&l, s->digest, blob, &s->arena, &s->path, err);
}

static int tell(const struct signing *s, bool quiet)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&sb, "%.*s@%.*s\n", STR_FMT(s->identity.name.name), STR_FMT(s->digest));
	if (!quiet)
		fprintf(stderr, "plimsoll: signed for %.*s: %.*s\n", STR_FMT(s->name),
			STR_FMT(s->path));
	return command_print(strbuf_str(&sb));
}

int sign_gpg(const char *target, const struct sign_gpg_options *o, struct err *err)
{
	CLEANUP(signing_done) struct signing s = {.place = ARTIFACT_PLACE_INIT};
	struct str blob;
	int r;

	arena_init(&s.arena, LIMIT_VERIFY_ARENA_BYTES);
	r = artifact_place_open(target, &o->registry, &s.place, err);
	if (r == 0 && s.place.why_bare.n)
		r = err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(s.place.why_bare));
	if (r == 0)
		r = take_name(&s, target, o, err);
	if (r == 0)
		r = make(&s, o, &blob, err);
	if (r == 0)
		r = store(&s, o, blob, err);
	return r < 0 ? command_error(err) : tell(&s, o->quiet);
}
