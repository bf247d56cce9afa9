/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/rpm_tool.h"

static int fix(struct tool_run *t, struct err *err)
{
	const char *const command[] = {
		"/usr/bin/microdnf",
		"-y",
		"--setopt=reposdir=/run/plimsoll/repos",
		"--setopt=cachedir=/run/plimsoll/cache",
		"--setopt=gpgcheck=1",
		"--setopt=install_weak_deps=0",
		"--setopt=keepcache=0",
		arena_strf(t->arena, "--setopt=proxy=%s", jail_proxy(t->in)).p,
		"upgrade",
	};
	int r = rpm_tool_open(t, "etc/yum.repos.d", err);

	return r == 0 ? rpm_tool_run(t, command, ARRAY_LEN(command), err) : r;
}

const struct tool tool_microdnf = {.id = "microdnf",
				   .type = "rpm",
				   .program = "/usr/bin/microdnf",
				   .fix = fix,
				   .leavings = rpm_tool_leavings};
