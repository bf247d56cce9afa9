/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"
#include "cmd/help.h"

static int run(int argc, const char *const *argv)
{
	struct err err = {0};

	if (argc > 1) {
		err_set(&err, ERR_USAGE, "help: one command at a time");
		return command_error(&err);
	}
	return help_print(argc ? argv[0] : NULL);
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "explain plimsoll, or one command",
	.options = options,
	.run = run,
	.group = COMMAND_PROGRAM,
};
