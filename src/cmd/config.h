/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options that the command line leaves open: the environment and two YAML files.
 *
 *     r = config_apply(&config_usual, cmd, err);        then command_parse, which overwrites
 *
 * Lowest first, so that a later one wins: the system's file, the project's file (in the working
 * directory), PLIMSOLL_<NAME>. All is made from the option tables; `plimsoll help config` prints
 * what config_help writes. Format of a file, and where a value may stand:
 *
 *     jobs: 4                   for each command that has the option and can take the value
 *     sbom:                     a map under a command's name is for that command, and wins
 *       format: spdx-json
 *
 * The working directory may be a stranger's: from the project's file only rows of the tables with
 * `project` are taken, and of flags only true. The files belong to no target: what is scanned
 * cannot say how.
 *
 * Errors: ERR_USAGE with file and line, or the variable; a name that no table has proposes the
 * nearest. A file that is not there is fine, one that cannot be read is not. Limits: config_bytes.
 * Ownership: texts of files live until the process ends, as the options do. Threads: one.
 */
#pragma once

#include "base/strbuf.h"
#include "cmd/command.h"

struct config_sources {
	const char *system_file, *project_file; /* NULL: none */
	char *(*variable)(const char *name);	/* getenv */
};

extern const struct config_sources config_usual;

int config_apply(const struct config_sources *from, const struct command *cmd, struct err *err);

/* What stands before the list there, in the form of command.details; for the man page too. */
extern const char config_details[];
void config_help(struct strbuf *out);
