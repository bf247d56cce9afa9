/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one run: the packs that ship with the program, those of the user, the user's
 * settings.
 *
 *     CLEANUP(rule_set_freep) struct rule_set *set = NULL;
 *     r = rule_set_new(&set, err);
 *     r = rule_set_add_shipped(set, err);
 *     r = rule_set_add_pack(set, bytes, STR("mine.yaml"), err);
 *     r = rule_set_add_settings(set, bytes, STR(".plimsoll.yaml"), err);
 *     const struct rule *rule = rule_set_find(set, STR("DL3000"));
 *
 * Settings, below `rules:` in .plimsoll.yaml: a rule's id, or a code of it in another tool, and
 * what is to be different:
 *
 *     rules:
 *       apt-recommends: off
 *       DL3026: {severity: high, parameters: {registries: [registry.example.com]}}
 *
 * Ownership: the set owns everything; rules are borrowed from it. Threads: filled by one, then
 * read-only.
 * Errors: ERR_FORMAT with file and line: broken YAML, a key that does not exist (with the one that
 * was probably meant), an id that is there twice (both places), a required key that is missing, a
 * scope that does not exist. ERR_LIMIT: rule_packs, rules, rule_examples.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/rule.h"

struct rule_set {
	struct arena arena;
	struct vec files; /* struct yaml_file *, whose nodes the rules borrow */
	struct vec rules; /* struct rule *, in the order of the packs */
	struct map by_id; /* id -> struct rule */
};

int rule_set_new(struct rule_set **ret, struct err *err);
void rule_set_free(struct rule_set *set);
void rule_set_freep(struct rule_set **set);

int rule_set_add_pack(struct rule_set *set, struct str bytes, struct str file, struct err *err);
int rule_set_add_shipped(struct rule_set *set, struct err *err);
/* Only packs whose name begins with that: "image". */
int rule_set_add_shipped_about(struct rule_set *set, struct str name, struct err *err);

/* Its `rules:` map; other keys are somebody else's. */
int rule_set_add_settings(struct rule_set *set, struct str bytes, struct str file, struct err *err);

/* Before anything is judged: rules that pins satisfy speak, unless the settings say otherwise. */
void rule_set_want_pins(struct rule_set *set);

/* By id; else the only rule, or the first of several, with that code. NULL: none. */
struct rule *rule_set_find(const struct rule_set *set, struct str id_or_code);

/* The id that was perhaps meant; n == 0: none is near. */
struct str rule_set_nearest(const struct rule_set *set, struct str id);

/* The i-th, NULL behind the last. */
struct rule *rule_set_at(const struct rule_set *set, size_t i);
