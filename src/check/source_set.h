/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one language in one run, where they mean something for each other.
 *
 *     struct source_set set;
 *     source_set_init(&set, language);                 one whose language->set is there
 *     r = language->set->read(&file, &part, err);      for each file, on any thread
 *     r = source_set_add(&set, part, err);             in the order in which findings shall come
 *     r = source_set_join(&set, err);                  once, when all are read
 *     r = source_set_judge(&set, i, judge, err);       for each part, on any thread, a judge each
 *     source_set_done(&set);
 *
 * A path is in a set once; who comes again is let go. A set is incomplete when a file could not be
 * read, or somebody says so: rules about what is missing are then silent.
 *
 * Ownership: the set owns its parts from source_set_add on, also when that fails. Errors: ERR_LIMIT
 * (set_files, set_bytes): the part is not in the set, which is incomplete now.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/language.h"

struct source_set {
	const struct language *language;
	struct vec parts; /* struct source_part * */
	struct map by_path;
	size_t n_bytes;
	bool incomplete; /* something may stand elsewhere */
	bool is_full;	 /* a part was refused */
	struct arena arena;
};

void source_set_init(struct source_set *set, const struct language *language);
void source_set_done(struct source_set *set);

int source_set_add(struct source_set *set, struct source_part *part, struct err *err);
struct str source_set_path(const struct source_set *set, size_t i);
bool source_set_has(const struct source_set *set, struct str path);
int source_set_join(struct source_set *set, struct err *err);

/* The i-th part; 1: it was assessed; 0: it was told why not. */
int source_set_judge(const struct source_set *set, size_t i, struct judge *j, struct err *err);

/* A set of one: an example, a text that is being edited. complete: there is nothing beside it. */
int source_set_check(const struct language *language, const struct source_file *f, bool complete,
		     struct judge *j, struct err *err);

/* "./a//b/../c" is "a/c", to find a file again; an absolute path stays as it is. */
struct str source_path_plain(struct str path, struct arena *a);
