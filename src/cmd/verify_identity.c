/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_identity.h"

#include "base/cleanup.h"
#include "expr/regex.h"

void verify_identities_done(struct verify_identities *who)
{
	for (size_t i = 0; i < who->n_patterns; i++)
		regex_free(who->patterns[i]);
	*who = (struct verify_identities){0};
}

static int add_pattern(struct verify_identities *who, const char *option, const char *pattern,
		       const struct regex **ret, struct err *err)
{
	int r = identity_pattern(str_of(pattern), &who->patterns[who->n_patterns], err);

	if (r < 0)
		return err_wrap(err, r == -ERR_NOMEM ? r : -ERR_USAGE, "--%s %s", option, pattern);
	*ret = who->patterns[who->n_patterns++];
	return 0;
}

static int take_issuer(const struct verify_options *opt, struct verify_identities *who,
		       struct identity_wanted *ret, struct err *err)
{
	if (opt->issuers.n + opt->issuer_patterns.n != 1)
		return err_set(err, ERR_USAGE,
			       "an identity is believed by the word of one issuer: say --issuer "
			       "URL once");
	if (opt->issuers.n) {
		ret->issuer = str_of(opt->issuers.p[0]);
		return ret->issuer.n ? 0 : err_set(err, ERR_USAGE, "--issuer is empty");
	}
	return add_pattern(who, "issuer-regexp", opt->issuer_patterns.p[0], &ret->issuer_pattern,
			   err);
}

static int make(const struct verify_options *opt, struct verify_identities *who, struct err *err)
{
	struct identity_wanted one = {0};
	int r;

	if (opt->identities.n + opt->identity_patterns.n == 0)
		return opt->issuers.n + opt->issuer_patterns.n == 0
			       ? 0
			       : err_set(err, ERR_USAGE, "--issuer needs --identity beside it");
	if ((r = take_issuer(opt, who, &one, err)) < 0)
		return r;
	for (size_t i = 0; i < opt->identities.n; i++) {
		who->wanted[who->n] = one;
		who->wanted[who->n].name = str_of(opt->identities.p[i]);
		if (who->wanted[who->n++].name.n == 0)
			return err_set(err, ERR_USAGE, "--identity is empty");
	}
	for (size_t i = 0; i < opt->identity_patterns.n; i++) {
		who->wanted[who->n] = one;
		r = add_pattern(who, "identity-regexp", opt->identity_patterns.p[i],
				&who->wanted[who->n].name_pattern, err);
		if (r < 0)
			return r;
		who->n++;
	}
	return 0;
}

int verify_identities_make(const struct verify_options *opt, struct verify_identities *ret,
			   struct err *err)
{
	CLEANUP(verify_identities_done) struct verify_identities who = {0};
	int r = make(opt, &who, err);

	if (r < 0)
		return r;
	*ret = who;
	who = (struct verify_identities){0};
	return 0;
}
