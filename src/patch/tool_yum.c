/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/rpm_tool.h"

static int fix(struct tool_run *t, struct err *err)
{
	const char *const command[] = {
		"/usr/bin/yum",
		"-y",
		"--setopt=reposdir=/run/plimsoll/repos",
		"--setopt=cachedir=/run/plimsoll/cache",
		"--setopt=gpgcheck=1",
		arena_strf(t->arena, "--setopt=proxy=%s", jail_proxy(t->in)).p,
		"update",
	};
	int r = rpm_tool_open(t, "etc/yum.repos.d", err);

	return r == 0 ? rpm_tool_run(t, command, ARRAY_LEN(command), err) : r;
}

const struct tool tool_yum = {.id = "yum",
			      .type = "rpm",
			      .program = "/usr/bin/yum",
			      .fix = fix,
			      .leavings = rpm_tool_leavings};
