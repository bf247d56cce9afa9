/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shell_program.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define NAMES_MAX 512 /* of all rows */

static const struct shell_program programs[] = {
#define PROGRAM(...) {__VA_ARGS__},
#include "check/shell_options.def"
#undef PROGRAM
};

#define N_PROGRAMS (sizeof programs / sizeof programs[0])

/* Whether a list of names between separators has this one; *ret_first is the first of them. */
static bool list_has(struct str list, char separator, struct str name, struct str *ret_first)
{
	struct str item, first = STR_NULL;

	while (str_pull_until(&list, separator, &item)) {
		if (!first.n)
			first = item;
		if (str_eq(item, name)) {
			*ret_first = first;
			return true;
		}
	}
	return false;
}

/* All names, sorted. Filled once under pthread_once, read-only afterwards. */
static struct {
	pthread_once_t once;
	struct known {
		struct str name;
		size_t row;
	} names[NAMES_MAX];
	size_t n;
} known = {.once = PTHREAD_ONCE_INIT};

static int compare_known(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order : (x->row > y->row) - (x->row < y->row);
}

static void list_names(void)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		struct str names = str_of(programs[i].names), name;

		while (known.n < NAMES_MAX && str_pull_until(&names, ' ', &name))
			known.names[known.n++] = (struct known){name, i};
	}
	assert(known.n < NAMES_MAX);
	qsort(known.names, known.n, sizeof known.names[0], compare_known);
}

/* The first row with that name. */
static const struct shell_program *find_exactly(struct str name)
{
	size_t low = 0, high;

	(void)pthread_once(&known.once, list_names); /* cannot fail with a static once */
	high = known.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(known.names[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return name.n && low < known.n && str_eq(known.names[low].name, name)
		       ? &programs[known.names[low].row]
		       : NULL;
}

const struct shell_program *shell_program_find(struct str name, struct str *ret_name)
{
	const struct shell_program *found = find_exactly(name);
	struct str bare = name;

	while (!found && bare.n && (char_is_digit(bare.p[bare.n - 1]) || bare.p[bare.n - 1] == '.'))
		bare.n--;
	if (!found && bare.n < name.n)
		found = find_exactly(bare);
	*ret_name = found ? bare : name;
	return found;
}

/* "git fetch git pull": pairs of a program and a subcommand. */
static bool pairs_have(struct str pairs, struct str program, struct str subcommand)
{
	struct str first, second;

	while (str_pull_word(&pairs, &first) && str_pull_word(&pairs, &second))
		if (str_eq(first, program) && str_eq(second, subcommand))
			return true;
	return false;
}

const struct shell_program *shell_program_sub(const struct shell_program *program,
					      struct str subcommand)
{
	struct str names = str_of(program->names), canonical;

	if (!subcommand.n || !str_pull_word(&names, &canonical))
		return NULL;
	for (size_t i = 0; i < N_PROGRAMS; i++)
		if (pairs_have(str_of(programs[i].subs), canonical, subcommand))
			return &programs[i];
	return NULL;
}

/* One letter is for one dash, more for two; "-nv" in the list is for one dash all the same. */
static bool option_is(struct str listed, struct str name, unsigned dashes, bool words)
{
	if (dashes == 1 && str_pull_prefix(&listed, STR("-")))
		return str_eq(listed, name);
	if (dashes == 1 && !words && listed.n != 1)
		return false;
	return (dashes == 1 || words || listed.n > 1) && str_eq(listed, name);
}

bool shell_option_find(const char *options, struct str name, unsigned dashes, bool words,
		       struct str *ret_name, enum takes_value *ret_takes)
{
	struct str rest = str_of(options), group;

	while (str_pull_word(&rest, &group)) {
		enum takes_value takes = VALUE_NEVER;
		struct str names, listed, first = STR_NULL;

		if (str_has_suffix(group, STR("=")) || str_has_suffix(group, STR("?"))) {
			takes = group.p[group.n - 1] == '=' ? VALUE_ALWAYS : VALUE_MAYBE;
			group.n--;
		}
		names = group;
		while (str_pull_until(&names, '|', &listed)) {
			if (!first.n)
				first = listed;
			if (!option_is(listed, name, dashes, words))
				continue;
			(void)str_pull_prefix(&first, STR("-")); /* of a name like -nv */
			*ret_name = first;
			*ret_takes = takes;
			return true;
		}
	}
	return false;
}

struct str shell_subcommand_find(const char *subcommands, struct str name)
{
	struct str rest = str_of(subcommands), group, first;

	while (str_pull_word(&rest, &group))
		if (list_has(group, '|', name, &first))
			return first;
	return name;
}

bool shell_list_has(const char *list, struct str item)
{
	struct str first;

	return item.n && list && list_has(str_of(list), ',', item, &first);
}
