/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/rpm_tool.h"

static int fix(struct tool_run *t, struct err *err)
{
	const char *const command[] = {
		"/usr/bin/zypper",
		"--non-interactive",
		"--reposd-dir",
		"/run/plimsoll/repos",
		"--cache-dir",
		"/run/plimsoll/cache",
		"update",
		"--no-recommends",
		"--auto-agree-with-licenses",
	};
	int r = rpm_tool_open(t, "etc/zypp/repos.d", err);

	return r == 0 ? rpm_tool_run(t, command, ARRAY_LEN(command), err) : r;
}

const struct tool tool_zypper = {.id = "zypper",
				 .type = "rpm",
				 .program = "/usr/bin/zypper",
				 .fix = fix,
				 .leavings = rpm_tool_leavings};
