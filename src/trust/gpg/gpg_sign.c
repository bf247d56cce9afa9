/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/gpg/gpg_sign.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/proc.h"
#include "trust/gpg/openpgp.h"

static int run_gpg(const char *key, struct str payload, struct arena *a, struct strbuf *out,
		   struct err *err)
{
	struct str user = arena_strf(a, "--local-user=%s", key);
	const char *const argv[] = {"gpg",
				    "--batch",
				    "--quiet",
				    "--disable-dirmngr",
				    "--no-armor",
				    "--no-textmode",
				    "--personal-digest-preferences=SHA256 SHA384 SHA512",
				    user.p,
				    "--sign",
				    NULL};
	struct proc p = {.argv = argv, .input = payload, .seconds = LIMIT_GPG_SIGN_SECONDS};
	int r, status;

	if (!user.p)
		return err_nomem(err);
	r = proc_run(&p, out, &status, err);
	if (r < 0)
		return r;
	if (status != 0 || out->n == 0)
		return err_set(err, ERR_DENIED,
			       "gpg does not sign with the key %s (exit status %d); gpg "
			       "--local-user %s --sign says why",
			       key, status, key);
	return 0;
}

int gpg_sign(const char *key, struct str payload, struct arena *a, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
	struct openpgp_message made;
	int r = run_gpg(key, payload, a, &out, err);

	if (r < 0)
		return r;
	r = openpgp_message_parse(strbuf_str(&out), a, &made, err);
	if (r < 0)
		return err_wrap(err, r == -ERR_NOMEM ? r : -ERR_DENIED, "what gpg made");
	if (!str_eq(made.payload, payload))
		return err_set(err, ERR_DENIED, "gpg signed something else than it was given");
	*ret = arena_str(a, strbuf_str(&out));
	return ret->p ? 0 : err_nomem(err);
}
