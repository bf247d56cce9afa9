/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program: finds the command and hands over. Nothing is set up before a command asks for it,
 * so that a run starts in a millisecond.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/config.h"
#include "cmd/help.h"

static int print_limits(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);

	for (size_t i = 0; i < n_limits; i++)
		strbuf_addf(&sb, "%-22s %14lld %-10s %s\n", limits[i].name, limits[i].value,
			    limits[i].unit, limits[i].why);
	return command_print(strbuf_str(&sb));
}

/* No command at all: the overview, where it does not get into somebody's pipe. */
static int nothing_asked(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);

	help_overview(&sb);
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere left to report to */
	return EXIT_ERROR;
}

/* --help, --version and --limits; anything else in front of the command is a mistake. */
static int run_program(int argc, const char **argv)
{
	struct err err = {0};
	bool help = false;
	int n = command_parse(&command_program, argc, argv, &help, &err);

	if (n < 0)
		return command_error(&err);
	if (help)
		return help_print(n > 0 ? argv[0] : NULL);
	if (program_options.version)
		return command_print(STR("plimsoll " PLIMSOLL_VERSION "\n"));
	if (program_options.limits)
		return print_limits();
	err_set(&err, ERR_USAGE, "options of a command stand behind its name; see plimsoll --help");
	return command_error(&err);
}

static int run_command(const struct command *cmd, int argc, const char **argv)
{
	struct err config_err = {0}, err = {0};
	bool help = false;
	int configured = config_apply(&config_usual, cmd, &config_err);
	int n = command_parse(cmd, argc, argv, &help, &err);

	if (n < 0)
		return command_error(&err);
	if (help)
		return help_print(cmd->name);
	if (configured < 0)
		return command_error(&config_err);
	return cmd->run(n, (const char *const *)argv);
}

int main(int argc, char **argv)
{
	const char **words = (const char **)argv + 1;
	const struct command *cmd;
	struct err err = {0};

	log_enable(getenv("PLIMSOLL_DEBUG") != NULL);
	if (argc < 2)
		return nothing_asked();
	if (words[0][0] == '-')
		return run_program(argc - 1, words);
	cmd = command_find(str_of(words[0]));
	if (!cmd) {
		(void)command_unknown(str_of(words[0]), &err); /* only makes the message */
		return command_error(&err);
	}
	return run_command(cmd, argc - 2, words + 1);
}
