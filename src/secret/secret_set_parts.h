/* SPDX-License-Identifier: Apache-2.0 */
/* What secret_set.c and secret_scan.c share; for nobody else. */
#pragma once

#include "secret/secret_automaton.h"
#include "secret/secret_set.h"

#define SECRET_TRIGGERS_MAX 65536 /* several for each rule */

struct secret_set {
	struct arena arena;
	struct vec files;    /* struct yaml_file *, whose texts the rules borrow */
	struct vec rules;    /* struct secret_rule */
	struct vec triggers; /* struct secret_trigger, made when the rules are complete */
	const struct secret_rule *of_file[SECRET_N_FILE_KINDS]; /* NULL: no rule tells of it */
	struct secret_automaton *automaton;
	uint64_t hash; /* of the packs' bytes, in order */
};

/* The rule's pattern, made when it is first asked for; the set's. Any thread. */
int secret_set_regex(const struct secret_set *set, const struct secret_rule *rule,
		     const struct regex **ret, struct err *err);
