/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cmd/command.h"

int main(int argc, char **argv)
{
	const struct command *cmd = NULL;
	struct err err = {0};
	int n;

	for (size_t i = 0; argc > 1 && commands[i]; i++)
		if (str_is(str_of(argv[1]), commands[i]->name))
			cmd = commands[i];
	if (!cmd) {
		err_set(&err, ERR_USAGE, "no such command; try --help");
		return command_error(&err);
	}
	n = command_parse(cmd, argc - 2, (const char **)argv + 2, &err);
	if (n < 0)
		return command_error(&err);
	return cmd->run(n, (const char *const *)argv + 2);
}
