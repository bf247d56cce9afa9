/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "base/nearest.h"
#include "render/text.h"

#define MESSAGE_MAX   (ERR_MSG_MAX * 8) /* bytes, each written as \\xHH and more */

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/command_list.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/command_list.def"
#undef COMMAND
	NULL,
};

const struct option_spec command_help_option = OPTION_FLAG("help", 'h', NULL, "print this help");

struct program_options program_options;

static const struct option_spec program_table[] = {
	OPTION_FLAG("limits", 0, &program_options.limits,
		    "list every limit with its value and its reason"),
	OPTION_FLAG("version", 0, &program_options.version, "print the version"),
	OPTION_END,
};

const struct command command_program = {
	.name = "",
	.arguments = "COMMAND",
	.summary = "tells whether a container image may set sail",
	.details =
		"Plimsoll looks into container images: what they are made of, layer by layer, and "
		"what of it could not be looked at.",
	.options = program_table,
};

int command_error(const struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);

	strbuf_adds(&sb, "plimsoll: ");
	(void)text_add(&sb, str_of(err->msg), MESSAGE_MAX, true); /* its width does not matter */
	strbuf_addc(&sb, '\n');
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere left to report to */
	return EXIT_ERROR;
}

int command_print(struct str text)
{
	struct err err = {0};
	int r = fd_write_all(STDOUT_FILENO, text, &err);

	if (r >= 0)
		return EXIT_DONE;
	(void)err_wrap(&err, r, "standard output"); /* r is known */
	return command_error(&err);
}

const struct command *command_find(struct str name)
{
	for (size_t i = 0; commands[i]; i++)
		if (str_is(name, commands[i]->name))
			return commands[i];
	return NULL;
}

int command_unknown(struct str name, struct err *err)
{
	struct nearest near = nearest_to(name);

	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group != COMMAND_HIDDEN)
			nearest_offer(&near, str_of(commands[i]->name));
	if (near.name.n)
		return err_set(err, ERR_USAGE, "no command \"%.*s\"; did you mean %.*s?",
			       STR_FMT(name), STR_FMT(near.name));
	return err_set(err, ERR_USAGE, "no command \"%.*s\"; plimsoll --help lists them",
		       STR_FMT(name));
}

static int unknown_option(const struct command *cmd, const char *dashes, struct str name,
			  struct err *err)
{
	struct nearest near = nearest_to(name);

	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		nearest_offer(&near, str_of(o->name));
	if (near.name.n)
		return err_set(err, ERR_USAGE, "unknown option %s%.*s; did you mean --%.*s?",
			       dashes, STR_FMT(name), STR_FMT(near.name));
	return err_set(err, ERR_USAGE, "unknown option %s%.*s; see plimsoll %s%s--help", dashes,
		       STR_FMT(name), cmd->name, cmd->name[0] ? " " : "");
}

const struct option_spec *command_option(const struct command *cmd, struct str name)
{
	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		if (str_is(name, o->name))
			return o;
	return NULL;
}

static const struct option_spec *find_letter(const struct command *cmd, char letter)
{
	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		if (letter && o->letter == letter)
			return o;
	return NULL;
}

int option_set(const struct option_spec *o, const char *dashes, const char *value, struct err *err)
{
	if (o->kind == OPTION_KIND_STR) {
		*(const char **)o->target = value;
		return 0;
	}
	if (o->kind == OPTION_KIND_LIST) {
		struct option_list *list = o->target;

		if (list->n == OPTION_LIST_MAX)
			return err_set(err, ERR_USAGE, "%s%s stands more than %d times", dashes,
				       o->name, OPTION_LIST_MAX);
		list->p[list->n++] = value;
		return 0;
	}
	if (!str_parse_u64(str_of(value), o->target))
		return err_set(err, ERR_USAGE, "%s%s takes a number, not \"%s\"", dashes, o->name,
			       value);
	return 0;
}

struct option_walk {
	const struct command *cmd;
	const char **argv;
	int argc, at;
	bool help;
};

/* The value of an option: what stands in its own word, else the next word. */
static int take_value(struct option_walk *w, const struct option_spec *o, const char *text,
		      struct err *err)
{
	if (!text && o->implied)
		text = o->implied;
	if (!text) {
		if (w->at + 1 >= w->argc)
			return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s", o->name,
				       o->name, o->value);
		text = w->argv[++w->at];
	}
	return option_set(o, "--", text, err);
}

/* --name, --name=value, --no-name */
static int take_long(struct option_walk *w, struct str word, struct err *err)
{
	struct str name = word, value, positive;
	const char *text = str_cut(word, '=', &name, &value) ? value.p : NULL;
	const struct option_spec *o = command_option(w->cmd, name);
	bool on = true;

	positive = name;
	if (!o && str_pull_prefix(&positive, STR("no-"))) {
		o = command_option(w->cmd, positive);
		on = false;
		if (o && o->kind != OPTION_KIND_FLAG)
			o = NULL;
	}
	if (!o && str_is(name, "help")) {
		w->help = true;
		return 0;
	}
	if (!o)
		return unknown_option(w->cmd, "--", name, err);
	if (o->kind != OPTION_KIND_FLAG)
		return take_value(w, o, text, err);
	if (text)
		return err_set(err, ERR_USAGE, "--%.*s takes no value", STR_FMT(name));
	*(bool *)o->target = on;
	return 0;
}

/* -x, -xy for flags, -xVALUE */
static int take_letters(struct option_walk *w, struct str letters, struct err *err)
{
	while (letters.n) {
		const struct option_spec *o = find_letter(w->cmd, letters.p[0]);

		if (!o && letters.p[0] == 'h') {
			w->help = true;
			return 0;
		}
		if (!o)
			return unknown_option(w->cmd, "-", str_sub(letters, 0, 1), err);
		letters = str_skip(letters, 1);
		if (o->kind != OPTION_KIND_FLAG)
			return take_value(w, o, letters.n ? letters.p : NULL, err);
		*(bool *)o->target = true;
	}
	return 0;
}

/* One word; may consume the word behind it as the value. */
static int take_option(struct option_walk *w, struct str word, struct err *err)
{
	if (str_pull_prefix(&word, STR("--")))
		return take_long(w, word, err);
	return take_letters(w, str_skip(word, 1), err);
}

int command_parse(const struct command *cmd, int argc, const char **argv, bool *ret_help,
		  struct err *err)
{
	struct option_walk w = {.cmd = cmd, .argv = argv, .argc = argc};
	int n = 0, r = 0;

	for (; w.at < argc && r == 0; w.at++) {
		struct str word = str_of(argv[w.at]);

		if (str_is(word, "--")) {
			for (w.at++; w.at < argc; w.at++)
				argv[n++] = argv[w.at];
			break;
		}
		if (word.n > 1 && word.p[0] == '-')
			r = w.help ? 0 : take_option(&w, word, err);
		else
			argv[n++] = argv[w.at];
	}
	if (r < 0)
		return cmd->name[0] ? err_wrap(err, r, "%s", cmd->name) : r;
	*ret_help = w.help;
	return n;
}
