/* SPDX-License-Identifier: Apache-2.0 */
/* For `make install` and packagers: prints what is installed beside the program. */
#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/help.h"
#include "cmd/manual.h"

static int print_man(const char *name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);
	const struct command *cmd = name ? command_find(str_of(name)) : NULL;
	struct err err = {0};

	if (name && !cmd) {
		(void)command_unknown(str_of(name), &err); /* only makes the message */
		return command_error(&err);
	}
	manual_man(&sb, cmd);
	return command_print(strbuf_str(&sb));
}

static int print_completion(void (*write)(struct strbuf *out))
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);

	write(&sb);
	return command_print(strbuf_str(&sb));
}

/* The names of the commands that have a man page, a line each. */
static int print_names(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);

	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group != COMMAND_HIDDEN)
			strbuf_addf(&sb, "%s\n", commands[i]->name);
	return command_print(strbuf_str(&sb));
}

static int run(int argc, const char *const *argv)
{
	struct str what = str_of(argc > 0 ? argv[0] : NULL);
	struct err err = {0};

	if (str_is(what, "man") && argc <= 2)
		return print_man(argc > 1 ? argv[1] : NULL);
	if (str_is(what, "commands") && argc == 1)
		return print_names();
	if (str_is(what, "bash") && argc == 1)
		return print_completion(manual_bash);
	if (str_is(what, "zsh") && argc == 1)
		return print_completion(manual_zsh);
	if (str_is(what, "fish") && argc == 1)
		return print_completion(manual_fish);
	err_set(&err, ERR_USAGE, "docs: say one of man [COMMAND], commands, bash, zsh, fish");
	return command_error(&err);
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_docs = {
	.name = "docs",
	.arguments = "man [COMMAND] | commands | bash | zsh | fish",
	.summary = "print man pages and shell completions",
	.details =
		"man prints plimsoll(1), or the page of one command. commands lists the commands "
		"that have one. bash, zsh and fish print the completion script of that shell.",
	.options = options,
	.run = run,
	.group = COMMAND_HIDDEN,
};
