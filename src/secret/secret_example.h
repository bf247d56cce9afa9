/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the examples of rules of secrets: a true one has to be found by its rule, a false one not.
 *
 * What ${SET:N} stands for is drawn from `seed`, so the repository holds no value that another
 * scanner would take for a secret, and each run tries others. The example of a rule about files is
 * the path, a line end and the bytes, which may be given in Base64 behind "base64:".
 * Errors: ERR_FORMAT with file and line for an example that is broken; ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "secret/secret_set.h"

struct secret_example {
	const struct secret_rule *rule;
	struct str text; /* as it stands in the pack */
	size_t line;
	bool is_true; /* the rule has to find it */
	bool held;    /* it did what it should */
};

typedef int (*secret_on_example)(void *context, const struct secret_example *example,
				 struct err *err);

/* Every example of every rule, in order; stops when the callback gives a negative code. */
int secret_examples_run(const struct secret_set *set, uint64_t seed, secret_on_example on_example,
			void *context, struct err *err);

/* Appends the text with every ${SET:N} drawn. Errors: ERR_FORMAT. */
int secret_example_fill(struct str text, uint64_t *seed, struct strbuf *out, struct err *err);
