/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads our own YAML files strictly, key by key: a table says which keys a map has.
 *
 *     static const struct yaml_key keys[] = {
 *             {"id", true, take_id}, {"title", false, take_title}, {NULL, false, NULL}};
 *     struct yaml_reading rd = {.file = STR("policy.yaml"), .arena = &arena, .err = err};
 *     r = yaml_take_keys(&rd, keys, "a rule", node, rule);
 *
 * A key that no row names is refused, with the one that was probably meant; so is a map that lacks
 * a key that must be there. Every message starts with "FILE:LINE: ".
 *
 * Ownership: texts are the YAML file's; lists are in the arena. Threads: as the file.
 * Errors: ERR_FORMAT, ERR_NOMEM.
 */
#pragma once

#include "codec/yaml.h"

struct yaml_reading {
	struct str file; /* for messages */
	struct arena *arena;
	struct err *err;
};

struct yaml_key {
	const char *name;
	bool required;
	int (*take)(struct yaml_reading *rd, void *into, const struct yaml_node *v);
};

#define YAML_KEYS_MAX 64 /* rows of one table */

/* -ERR_FORMAT, "FILE:LINE: ...". */
int yaml_refuse(const struct yaml_reading *rd, const struct yaml_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* keys end at a NULL name. what: "a rule", for messages. */
int yaml_take_keys(struct yaml_reading *rd, const struct yaml_key *keys, const char *what,
		   const struct yaml_node *map, void *into);

/* A scalar that is not empty, trimmed. */
int yaml_take_text(struct yaml_reading *rd, const struct yaml_node *v, struct str *ret);

/* A list of such, or one alone. */
int yaml_take_texts(struct yaml_reading *rd, const struct yaml_node *v, struct str_list *ret);

/* true or false, unquoted. */
int yaml_take_bool(struct yaml_reading *rd, const struct yaml_node *v, bool *ret);

/* A whole number from 0. */
int yaml_take_u64(struct yaml_reading *rd, const struct yaml_node *v, uint64_t *ret);

/* What yaml_parse gave as "line 3, column 4: text", as "FILE:3: column 4: text". */
int yaml_refuse_parse(const struct yaml_reading *rd, int r, const struct err *why);
