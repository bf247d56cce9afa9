/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scan that tells somebody when its policy denies.
 *
 * The scan gives up the network and running programs before it reads (scan/sandbox.h), so it runs
 * in a process of its own. What it has to say comes back as the document of an alert, which is read
 * as strictly as any other; this process, which has read nothing of the target, sends it.
 *
 *     return scan_with_alerts(&options, "check", argc, argv);     an exit status
 *     r = scan_alert_write(fd, report, err);                      in the scan: if it is denied
 */
#pragma once

#include "cmd/scan_command.h"

int scan_with_alerts(const struct scan_options *opt, const char *command, int argc,
		     const char *const *argv);

int scan_alert_write(int fd, const struct report *report, struct err *err);
