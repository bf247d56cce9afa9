/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack of rules of secrets. What is read has what every rule must have and is found by its place;
 * it is compiled and its examples are run where it is small. A refusal names the file.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "secret/secret_example.h"
#include "secret/secret_file_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8192, RULES_TRIED = 8, PATTERN_MAX = 200 };

static bool is_small(const struct secret_set *set)
{
	const struct secret_rule *rule;
	size_t n = 0;

	for (; (rule = secret_set_at(set, n)); n++) {
		assert(rule->id.n && rule->title.n && rule->line && rule->file.n);
		assert(rule->pattern.n || rule->file_kind < SECRET_N_FILE_KINDS);
		assert(rule->confidence >= 0 && rule->confidence <= 1);
		if (rule->pattern.n > PATTERN_MAX)
			return false;
	}
	return n <= RULES_TRIED;
}

static int on_example(void *context, const struct secret_example *x, struct err *err)
{
	(void)context;
	(void)err;
	assert(x->line && x->rule);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	struct err err = {0};

	if (size > INPUT_MAX || secret_set_new(&set, NULL) < 0)
		return 0;
	if (secret_set_add_pack(set, str_make(data, size), STR("mine.yaml"), &err) < 0) {
		assert(err.code == ERR_NOMEM || str_has_prefix(str_of(err.msg), STR("mine.yaml")));
		return 0;
	}
	if (!is_small(set))
		return 0;
	if (secret_set_compile(set, &err) < 0 ||
	    secret_examples_run(set, 1, on_example, NULL, &err) < 0)
		assert(err.msg[0]);
	return 0;
}
