/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tag by the metadata of Docker Content Trust in a folder, as ~/.docker/trust/tuf/<gun>/metadata.
 */
#include "cmd/dct_pins.h"
#include "cmd/verify.h"
#include "trust/dct/view.h"

static int verify_tag(const struct verify_options *opt, const char *dir,
		      const struct dct_pins *pins, struct verification *v, struct err *err)
{
	struct verification_signature *s = verification_add(v, CLAIM_DCT, str_of(dir));
	const struct dct_dir_options o = {
		.dir = dir,
		.gun = str_of(opt->gun),
		.tag = str_of(opt->tag),
		.pins = pins,
		.now = v->now,
		.trail = s ? s->trail : NULL,
	};
	struct str_list warnings = {NULL, 0};
	int r;

	if (!s)
		return err_nomem(err);
	r = dct_verify_dir(&o, &s->claim, &warnings, err);
	for (size_t i = 0; i < warnings.n; i++)
		verification_warn(v, "%.*s", STR_FMT(warnings.p[i]));
	if (r == -ERR_USAGE)
		return r;
	if (r < 0)
		return verification_refuse(v, STR("by the collection's own keys"), err);
	v->digest = s->claim.digest;
	v->reference = arena_strf(v->arena, "%s@%.*s", opt->gun, STR_FMT(v->digest));
	s->holds = s->counts = true;
	s->counts_as = arena_strf(v->arena, "%.*s of %s", STR_FMT(s->claim.roles), opt->gun);
	return verification_accept(v, err);
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	struct dct_pins pins;
	int r;

	if (!opt->gun || !opt->tag)
		return err_set(err, ERR_USAGE,
			       "verify dct needs --gun GUN and --tag TAG: the repository in full, "
			       "and which of its tags");
	r = verify_only(opt, "gun tag root-cert root-ca", err);
	if (r < 0)
		return r;
	r = dct_pins_read(&opt->root_certs, &opt->root_cas, opt->tofu, v->arena, &pins, err);
	if (r == 0)
		r = verify_tag(opt, argv[0], &pins, v, err);
	dct_pins_done(&pins);
	return r;
}

const struct verify_form verify_form_dct = {
	.word = "dct",
	.arguments = "DIR",
	.summary = "a tag by Docker Content Trust, from its metadata in a folder (--gun, --tag)",
	.n_arguments = 1,
	.verify = verify,
};
