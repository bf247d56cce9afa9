/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types with unknowns in them: which type fits where, and what that says about the unknowns.
 *
 *     struct unifier u;
 *     unifier_init(&u, &arena);
 *     const struct type *element = unifier_unknown(&u);
 *     if (unify(&u, found, type_list(&arena, element)))        found is a list, or may be one
 *             t = unifier_settle(&u, element, true);           of what; dyn if nobody said
 *     unifier_done(&u);
 *
 * `dyn` fits everywhere and everything fits it. null fits what can be absent: optionals, wrappers,
 * abstract types, timestamps, durations. A wrapper fits what it wraps and the other way round.
 * An unknown stands for the most general of the types it has met.
 *
 * Ownership: types live in the arena. Threads: one at a time.
 * Limits: steps are counted over the life of the unifier (expr_type_steps); once they are spent,
 * `spent` is set and everything fits. Types of more than expr_type_parts parts are cut to dyn.
 */
#pragma once

#include "base/vec.h"
#include "expr/type.h"

struct unifier {
	struct arena *arena;
	struct vec trail; /* what to undo when a type does not fit after all */
	long long steps;
	unsigned depth;
	bool spent;				   /* by a limit */
	bool no_memory;				   /* everything fits then, too */
	const struct type *letters['Z' - 'A' + 1]; /* unknowns for those of declared variables */
};

void unifier_init(struct unifier *u, struct arena *arena);
void unifier_done(struct unifier *u);

/* A type nothing is known of yet. */
const struct type *unifier_unknown(struct unifier *u);
bool type_is_unknown(const struct type *t);

/*
 * The type with unknowns in place of its type parameters (T): one for each letter in `letters`, an
 * array of 26 that starts as NULLs.
 */
const struct type *unifier_instance(struct unifier *u, const struct type *t,
				    const struct type **letters);

/* Whether a value of type `from` fits `to`. Learns about unknowns if so, otherwise nothing. */
bool unify(struct unifier *u, const struct type *from, const struct type *to);

/* The same of n types, all or none. */
bool unify_all(struct unifier *u, const struct type *const *from, const struct type *const *to,
	       unsigned n);

/* The more general one of two that have been unified: part by part, dyn over the rest. */
const struct type *unifier_join(struct unifier *u, const struct type *a, const struct type *b);

/* What is known of an unknown by now: never one that is known; parts may still be unknown. */
const struct type *unifier_look(const struct unifier *u, const struct type *t);

/* The type with all that is known put in; what is still unknown stays, or becomes dyn. */
const struct type *unifier_settle(struct unifier *u, const struct type *t, bool unknown_is_dyn);

/* The same for a message: only so many parts of it, the rest is dyn. */
const struct type *unifier_sketch(struct unifier *u, const struct type *t, unsigned parts);

/* Equal as type_eq has it, where an unknown equals only itself. */
bool type_same(const struct type *a, const struct type *b);

/* The type, cut where it has more parts than expr_type_parts: it may be shared between its parts,
 * and twice as large in every step. */
const struct type *unifier_cut(struct unifier *u, const struct type *t);

/* Whether there is an unknown in it, which must not be larger than that. */
bool type_has_unknowns(const struct type *t);
