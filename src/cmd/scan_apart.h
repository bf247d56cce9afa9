/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scan in a process of its own, for commands that do more than one thing: what a scan shuts off
 * for the parsers of one target (files, the network) the next still needs.
 *
 *     r = scan_apart(&options, "diff", target, &json, &told, err);       options.format: "json"
 *     r = scan_apart_report(&options, "patch", target, &report, &told, err);
 *
 * *ret_told: the scan has said itself on stderr what went wrong. Errors: ERR_IO, ERR_FORMAT.
 */
#pragma once

#include "cmd/scan_command.h"
#include "report/report.h"

int scan_apart(const struct scan_options *opt, const char *command, const char *target,
	       struct strbuf *sb, bool *ret_told, struct err *err);

int scan_apart_report(const struct scan_options *opt, const char *command, const char *target,
		      struct report **ret, bool *ret_told, struct err *err);
