/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an expression may name: variables, functions, types, a container for short names.
 *
 *     struct env *env;
 *     r = env_new(&env, err);                                   with all libraries
 *     r = env_add_variable(env, STR("image"), type, &slot, err);
 *     r = env_set_container(env, STR("com.example"), err);
 *     ... check and compile any number of expressions ...
 *     env_free(env);
 *
 * Ownership: names and types given are copied or borrowed as said; the env owns the rest and must
 * outlive the programs made with it. Threads: read-only sharing once it is filled.
 * Errors: ERR_FORMAT for a malformed signature or name, ERR_LIMIT (expr_names).
 */
#pragma once

#include "base/map.h"
#include "expr/function.h"

struct env_variable {
	struct str name;	 /* may be dotted: "x.y" */
	const struct type *type; /* &type_dyn when nothing is known */
	uint32_t slot; /* position in the array of facts; ENV_CONSTANT: `constant` instead */
	struct value constant; /* int, string, optional_type, net.IP, ...: type values */
};
#define ENV_CONSTANT UINT32_MAX

struct overload {
	const struct function_row *row; /* NULL: declared only, no code */
	struct str id;			/* unique in its function, for people */
	bool is_method;			/* params[0] is the receiver */
	unsigned n_params;		/* the receiver counts */
	const struct type *const *params;
	const struct type *result;
	const uint16_t
		*kinds; /* bit 1 << enum value_kind for each parameter: what fits at run time */
};

struct function {
	struct str name;
	const struct overload *const *overloads; /* in order of declaration */
	size_t n_overloads;
};

struct env {
	struct arena arena;
	struct map variables; /* name -> struct env_variable */
	struct map functions; /* name -> struct function */
	struct map classes;   /* name -> const struct object_class */
	struct str container; /* "" or "com.example" */
	uint32_t n_slots;
};

int env_new(struct env **ret, struct err *err);
void env_free(struct env *env);
void env_freep(struct env **env);

/* The type is borrowed, the name copied. *ret_slot may be NULL. Replaces one of the same name. */
int env_add_variable(struct env *env, struct str name, const struct type *type, uint32_t *ret_slot,
		     struct err *err);
int env_add_constant(struct env *env, struct str name, const struct type *type,
		     struct value constant, struct err *err);

/* Declares the class's name as a type with its fields; the class is borrowed. */
int env_add_class(struct env *env, const struct object_class *class, struct err *err);

/* One more overload; the row is borrowed. */
int env_add_function(struct env *env, const struct function_row *row, struct err *err);

/* Declared with types at hand and without code (type_env of the suite); borrowed. */
int env_declare_function(struct env *env, struct str name, const struct overload *overload,
			 struct err *err);
int env_set_container(struct env *env, struct str container, struct err *err);

/* Exactly this name; NULL when there is none. */
const struct env_variable *env_variable(const struct env *env, struct str name);
const struct function *env_function(const struct env *env, struct str name);
const struct object_class *env_class(const struct env *env, struct str name);
/* The declared type of a field (parsed when the class was added), its position; NULL: no such
 * field. */
const struct type *env_field(const struct env *env, const struct object_class *class,
			     struct str name, uint32_t *ret_index);

/*
 * The names that `name` may mean in the container, innermost first: in a.b, x is a.b.x, a.x, x;
 * ".x" is only x. *at starts at 0. False at the end. buf holds what was made up last.
 */
bool env_candidate(const struct env *env, struct str name, size_t *at, struct strbuf *buf,
		   struct str *ret);
