/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_dct_image.h"

#include "base/limits.h"
#include "cmd/dct_pins.h"
#include "trust/dct/lookup.h"

struct asked {
	struct strbuf dir;
	struct dct_pins pins;
	struct notary_server *server;
};

static void asked_done(struct asked *a)
{
	notary_server_free(a->server);
	dct_pins_done(&a->pins);
	strbuf_done(&a->dir);
}

static const char *server_url(const struct verify_options *opt)
{
	const char *docker = getenv("DOCKER_CONTENT_TRUST_SERVER");

	if (opt->dct_server)
		return opt->dct_server;
	return docker && *docker ? docker : NULL;
}

static int open_asked(const struct verify_options *opt, struct str gun, struct arena *arena,
		      struct asked *a, struct err *err)
{
	const struct notary_server_options o = {
		.url = server_url(opt),
		.gun = gun,
		.ca_file = opt->tls_ca,
		.auth_file = opt->auth_file,
		.insecure = opt->insecure_registry,
	};
	int r = dct_pins_read(&opt->root_certs, &opt->root_cas, opt->tofu, arena, &a->pins, err);

	if (r < 0)
		return r;
	if (opt->dct_dir)
		strbuf_adds(&a->dir, opt->dct_dir);
	else if (!trust_dir_usual(&a->dir))
		return err_set(err, ERR_USAGE,
			       "there is no home directory: give --dct-dir, Docker's trust "
			       "directory");
	r = strbuf_check(&a->dir, err);
	return r < 0 || opt->offline ? r : notary_server_new(&o, &a->server, err);
}

/* What the tag was signed for, and that the registry has just that. */
static int look_up(struct asked *a, struct str gun, struct str tag, struct verification *v,
		   struct verification_signature *s, struct err *err)
{
	const struct dct_lookup_options o = {
		.dir = {strbuf_cstr(&a->dir)},
		.gun = gun,
		.pins = &a->pins,
		.server = a->server,
		.now = v->now,
		.trail = s->trail,
	};
	struct str_list warnings = {NULL, 0};
	int r = dct_lookup(&o, tag, &s->claim, &warnings, err);

	for (size_t i = 0; i < warnings.n; i++)
		verification_warn(v, "%.*s", STR_FMT(warnings.p[i]));
	if (r == 0 && !str_eq(s->claim.digest, v->digest))
		return trail_refuse(s->trail, err, "digest",
				    "pull the digest that was signed, or ask the publisher whether "
				    "the tag was moved",
				    "the tag %.*s was signed for %.*s, the registry has %.*s",
				    STR_FMT(tag), STR_FMT(s->claim.digest), STR_FMT(v->digest));
	return r;
}

int verify_dct_image(const struct verify_options *opt, const struct artifact_place *place,
		     struct verification *v, struct err *err)
{
	CLEANUP(asked_done) struct asked a = {.dir = STRBUF_INIT(LIMIT_PATH_BYTES)};
	struct str gun = opt->gun ? str_of(opt->gun) : place->store->location;
	struct str tag = opt->tag ? str_of(opt->tag) : place->tag;
	struct verification_signature *s;
	int r;

	if (tag.n == 0)
		return err_set(err, ERR_USAGE,
			       "Docker Content Trust signs tags: name the image by its tag, or say "
			       "--tag");
	r = open_asked(opt, gun, v->arena, &a, err);
	if (r < 0)
		return r;
	s = verification_add(v, CLAIM_DCT,
			     a.server ? arena_str(v->arena, notary_server_url(a.server))
				      : str_of("copies of an earlier time"));
	if (!s)
		return err_nomem(err);
	r = look_up(&a, gun, tag, v, s, err);
	if (r == -ERR_USAGE || r == -ERR_NOMEM)
		return r;
	if (r < 0)
		return verification_refuse(v, STR("by Docker Content Trust"), err);
	s->holds = s->counts = true;
	s->counts_as = arena_strf(v->arena, "%.*s of %.*s", STR_FMT(s->claim.roles), STR_FMT(gun));
	return verification_accept(v, err);
}
