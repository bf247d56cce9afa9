/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dnf, microdnf, yum and zypper have in common: repository files in a folder, one command.
 * Their scripts run while the gate is open. Mirror lists name hosts that are not in these files:
 * a user allows them by --package-host, or puts a base URL in their place.
 */
#pragma once

#include "patch/tool.h"

/* The repository files of `folder` as /run/plimsoll/repos, and the network of their hosts. */
int rpm_tool_open(struct tool_run *t, const char *folder, struct err *err);

/* The command with the names of the plan's packages behind it. */
int rpm_tool_run(struct tool_run *t, const char *const *command, size_t n, struct err *err);

extern const char *const rpm_tool_leavings[];
