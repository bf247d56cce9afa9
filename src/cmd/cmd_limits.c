/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/limits.h"
#include "cmd/command.h"

static int run(int argc, const char *const *argv)
{
	for (size_t i = 0; i < n_limits; i++)
		printf("%-22s %14lld %-10s %s\n", limits[i].name, limits[i].value, limits[i].unit,
		       limits[i].why);
	return EXIT_DONE;
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_limits = {
	.name = "limits",
	.arguments = "",
	.summary = "list every limit with its value and reason",
	.options = options,
	.run = run,
};
