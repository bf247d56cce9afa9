/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/config.h"
#include "cmd/help.h"

static int print_config(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);

	config_help(&sb);
	return command_print(strbuf_str(&sb));
}

static int run(int argc, const char *const *argv)
{
	struct err err = {0};

	if (argc > 1) {
		err_set(&err, ERR_USAGE, "help: one command at a time");
		return command_error(&err);
	}
	if (argc && str_is(str_of(argv[0]), "config"))
		return print_config();
	return help_print(argc ? argv[0] : NULL);
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND|config]",
	.summary = "explain plimsoll, one command, or the settings",
	.options = options,
	.run = run,
	.group = COMMAND_PROGRAM,
};
