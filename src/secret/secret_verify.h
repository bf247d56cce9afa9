/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks providers whether found credentials still work: only when the user wants it.
 *
 *     r = secret_verifier_start(files, n, &v, err);        before the sandbox is entered
 *     secret_verifier_add(v, rule id, fingerprint, value); by any thread, as secrets are found
 *     secret_verifier_ask(v);                              waits for all answers
 *     answer = secret_verifier_answer(v, fingerprint);
 *     secret_verifier_stop(v);                             wipes the values
 *
 * A thread of its own keeps the network and never sees a file; the threads that read files have
 * given the network up. Each credential is sent once, to its own provider only: no redirects to
 * another host, no cache, no log. Providers are data, rules/verify/providers.yaml, with the form
 * in docs/formats/secret-verification.md; an endpoint that is not https must be on this machine.
 *
 * Errors: ERR_FORMAT with file and line of an endpoint; ERR_IO (no thread), ERR_UNSUPPORTED (no
 * libcurl). That a provider cannot be reached is an answer.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum secret_liveness {
	LIVENESS_NOT_ASKED, /* nobody knows where */
	LIVENESS_LIVE,
	LIVENESS_DEAD,
	LIVENESS_UNKNOWN, /* no answer, or an odd one: why tells */
};

struct secret_answer {
	enum secret_liveness liveness;
	char host[128]; /* that was asked */
	char why[160];	/* "401", "Could not resolve host" */
};

struct secret_verifier;

/* files: of endpoints, asked before ours; a rule named in one is not asked where ours say. */
int secret_verifier_start(const char *const *files, size_t n, struct secret_verifier **ret,
			  struct err *err);
void secret_verifier_stop(struct secret_verifier *v);

/* Copies the value. Beyond secret_verifications nothing is taken: those are not asked. */
void secret_verifier_add(struct secret_verifier *v, struct str rule, struct str fingerprint,
			 struct str value);
void secret_verifier_ask(struct secret_verifier *v);
struct secret_answer secret_verifier_answer(const struct secret_verifier *v,
					    struct str fingerprint);
/* Whether some were left out: an answer "not asked" may be for that. */
bool secret_verifier_is_full(const struct secret_verifier *v);
