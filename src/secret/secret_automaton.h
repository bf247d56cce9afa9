/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first pass: one automaton of all triggers, which tells where one of them ends.
 *
 *     r = secret_automaton_new(triggers, n, &a, err);
 *     r = secret_automaton_run(a, scratch, text, on_end, context, err);
 *
 * Triggers of equal text are one for the automaton; each is told for itself.
 * Behind it: Vectorscan (https://www.vectorcamp.gr/vectorscan); no other file knows.
 * Threads: the automaton is shared, a scratch is one thread's. Errors: ERR_FORMAT with file and
 * line of a pattern that it does not take; ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "secret/secret_rule.h"

enum secret_trigger_kind {
	TRIGGER_PATTERN, /* the rule's pattern */
	TRIGGER_KEYWORD, /* a literal that stands in every match */
	TRIGGER_NAME,	 /* a word of a key; letters of any case, with or without joints */
};

struct secret_trigger {
	enum secret_trigger_kind kind;
	struct str text;
	const struct secret_rule *rule;
	size_t reach; /* bytes before its end in which a match begins; set by the automaton */
};

struct secret_automaton;
struct secret_scratch;

int secret_automaton_new(struct secret_trigger *triggers, size_t n, struct secret_automaton **ret,
			 struct err *err);
void secret_automaton_free(struct secret_automaton *a);

/*
 * To and from bytes, for this build and machine. Load fills in the triggers' reach; false: damaged,
 * of other triggers, or of another processor.
 *
 *     OFFSET  SIZE   DESCRIPTION
 *     0       8      magic "PLMSECRT"
 *     8       8      checksum of all that follows
 *     16      8      number of triggers
 *     24      8      each trigger's reach
 *     ..      ..     Vectorscan's own form
 */
int secret_automaton_save(const struct secret_automaton *a, const struct secret_trigger *triggers,
			  size_t n, struct strbuf *out, struct err *err);
bool secret_automaton_load(struct str saved, struct secret_trigger *triggers, size_t n,
			   struct secret_automaton **ret);

int secret_scratch_new(const struct secret_automaton *a, struct secret_scratch **ret,
		       struct err *err);
void secret_scratch_free(struct secret_scratch *s);

/* Trigger number `index` ends before byte `to`; false: enough. */
typedef bool (*secret_on_end)(void *context, size_t index, size_t to);

int secret_automaton_run(const struct secret_automaton *a, struct secret_scratch *s,
			 struct str text, secret_on_end on_end, void *context, struct err *err);
