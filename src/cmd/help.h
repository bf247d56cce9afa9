/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --help prints, made from the descriptors of the commands (command.h). Fits 80 columns.
 *
 * Errors: those of the buffer; HELP_MAX is enough for everything we write ourselves.
 */
#pragma once

#include "base/strbuf.h"
#include "cmd/command.h"

#define HELP_MAX 1048576 /* bytes */

void help_overview(struct strbuf *out);
void help_command(struct strbuf *out, const struct command *cmd);

/* The help of an option, with the values it takes where they are listed: "how: a, b, c". */
void help_option(struct strbuf *out, const struct option_spec *o);

/* Paragraphs in the form of command.details, wrapped, an empty line before each. */
void help_details(struct strbuf *out, const char *details);

/* Prints the overview (NULL) or the help of the named command; an exit status. */
int help_print(const char *name);

/* The title of a group of commands, NULL for the hidden ones; groups in the order of help. */
const char *help_group_title(enum command_group group);
extern const enum command_group help_groups[];
extern const size_t n_help_groups;
