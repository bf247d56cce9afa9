/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <stdio.h>

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/command_list.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/command_list.def"
#undef COMMAND
	NULL,
};

int command_error(const struct err *err)
{
	(void)fprintf(stderr, "plimsoll: %s\n", err->msg); /* nowhere left to report to */
	return EXIT_ERROR;
}

/* The cost of turning a into b, for "did you mean"; words longer than 31 never match. */
static size_t edit_distance(struct str a, struct str b)
{
	size_t row[33];

	if (a.n > 31 || b.n > 31)
		return 32;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.n];
}

static int unknown_option(const struct command *cmd, struct str name, struct err *err)
{
	const char *nearest = NULL;
	size_t best = 4;

	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++) {
		size_t d = edit_distance(name, str_of(o->name));

		if (d < best) {
			best = d;
			nearest = o->name;
		}
	}
	if (nearest)
		return err_set(err, ERR_USAGE, "%s: unknown option --%.*s; did you mean --%s?",
			       cmd->name, STR_FMT(name), nearest);
	return err_set(err, ERR_USAGE, "%s: unknown option --%.*s; see plimsoll %s --help",
		       cmd->name, STR_FMT(name), cmd->name);
}

static const struct option_spec *find_option(const struct command *cmd, struct str name)
{
	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		if (str_is(name, o->name) || (name.n == 1 && o->letter == name.p[0]))
			return o;
	return NULL;
}

static int set_value(const struct command *cmd, const struct option_spec *o, const char *value,
		     struct err *err)
{
	if (o->kind == OPTION_KIND_STR) {
		*(const char **)o->target = value;
		return 0;
	}
	if (!str_parse_u64(str_of(value), o->target))
		return err_set(err, ERR_USAGE, "%s: --%s takes a number, not \"%s\"", cmd->name,
			       o->name, value);
	return 0;
}

struct option_walk {
	const struct command *cmd;
	const char **argv;
	int argc, at;
};

/* One word that starts with a dash; may consume the word behind it as the value. */
static int take_option(struct option_walk *w, struct str word, struct err *err)
{
	struct str name, value = STR_NULL, positive;
	const struct option_spec *o;
	const char *text = NULL;

	if (str_pull_prefix(&word, STR("--"))) {
		if (str_cut(word, '=', &name, &value))
			text = value.p ? value.p : "";
		else
			name = word;
	} else {
		name = str_sub(word, 1, 1);
		if (word.n > 2)
			text = word.p + 2;
	}
	o = find_option(w->cmd, name);
	positive = name;
	if (!o && str_pull_prefix(&positive, STR("no-"))) {
		o = find_option(w->cmd, positive);
		if (o && o->kind == OPTION_KIND_FLAG && !text) {
			*(bool *)o->target = false;
			return 0;
		}
		o = NULL;
	}
	if (!o)
		return unknown_option(w->cmd, name, err);
	if (o->kind == OPTION_KIND_FLAG) {
		if (text)
			return err_set(err, ERR_USAGE, "%s: --%s takes no value", w->cmd->name,
				       o->name);
		*(bool *)o->target = true;
		return 0;
	}
	if (!text) {
		if (w->at + 1 >= w->argc)
			return err_set(err, ERR_USAGE, "%s: --%s needs a value: --%s %s",
				       w->cmd->name, o->name, o->name, o->value);
		text = w->argv[++w->at];
	}
	return set_value(w->cmd, o, text, err);
}

int command_parse(const struct command *cmd, int argc, const char **argv, struct err *err)
{
	struct option_walk w = {.cmd = cmd, .argv = argv, .argc = argc};
	int n = 0;

	for (; w.at < argc; w.at++) {
		struct str word = str_of(argv[w.at]);

		if (str_is(word, "--")) {
			for (w.at++; w.at < argc; w.at++)
				argv[n++] = argv[w.at];
			break;
		}
		if (word.n > 1 && word.p[0] == '-') {
			int r = take_option(&w, word, err);

			if (r < 0)
				return r;
		} else {
			argv[n++] = argv[w.at];
		}
	}
	return n;
}
