/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that a script runs, as facts for rules.
 *
 *     struct value list = command_facts(&run, start.dialect, &source, &arena);
 *
 * Ownership: the arena's; borrows the run and the source. Errors: none; what the arena has no room
 * for is absent, and the arena remembers.
 */
#pragma once

#include "check/fact_class.h"
#include "check/shell_command.h"

#define PACKAGE_FIELDS(FIELD)                                                                      \
	FIELD(name, "string", "without its version")                                               \
	FIELD(version, "string", "empty when none is asked for")                                   \
	FIELD(relation, "string", "what stands between them: =, ==, ~=, @; or empty")              \
	FIELD(kind, "string", "name, file, url or git")                                            \
	FIELD(literal, "bool", "no variable or command stands in it")                              \
	FIELD(text, "string", "as written, without quotes")                                        \
	FIELD(start, "int", "offset")                                                              \
	FIELD(end, "int", "offset of its end")

#define COMMAND_FIELDS(FIELD)                                                                      \
	FIELD(name, "string", "the program without its folder: apt-get; empty when not known")     \
	FIELD(path, "string", "the program as written")                                            \
	FIELD(subcommand, "string", "install, of apt-get install -y; or empty")                    \
	FIELD(args, "list(string)", "all words behind the program, without quotes")                \
	FIELD(operands, "list(string)", "the words that are no option and no subcommand")          \
	FIELD(literal, "bool", "no variable or command stands in any word")                        \
	FIELD(flags, "map(string, string)",                                                        \
	      "options by their first name (yes for -y); the last value")                          \
	FIELD(flag_words, "list(string)", "options as written")                                    \
	FIELD(manager, "string",                                                                   \
	      "apt, apk, rpm, zypper, pip, npm, ... when it is one of packages")                   \
	FIELD(action, "string", "of a manager: install, refresh, upgrade, remove, clean, other")   \
	FIELD(packages, "list(Package)", "what an install asks for")                               \
	FIELD(env, "map(string, string)", "variables set in front of it or earlier in the body")   \
	FIELD(before, "string", "what stands before it: && || ; | & newline, or empty")            \
	FIELD(after, "string", "what stands behind it")                                            \
	FIELD(index, "int", "position in its instruction")                                         \
	FIELD(first, "bool", "the first of its instruction")                                       \
	FIELD(pipe_length, "int", "commands of its pipeline; 1: it is alone")                      \
	FIELD(pipe_index, "int", "position in its pipeline")                                       \
	FIELD(source, "string", "the program whose output it reads, or empty")                     \
	FIELD(pipefail, "bool", "set -o pipefail is in force")                                     \
	FIELD(errexit, "bool", "set -e is in force")                                               \
	FIELD(conditional, "bool", "it may not run")                                               \
	FIELD(tested, "bool", "its status is asked for: if, while, !, && or ||")                   \
	FIELD(subshells, "int", "( ) and $( ) around it")                                          \
	FIELD(within, "string", "substitution, process, wrapper, script, or empty")                \
	FIELD(outer, "string", "the program that runs it (sudo, sh, env), or empty")               \
	FIELD(workdir, "string", "where it runs, or empty when not known")                         \
	FIELD(after_cd, "bool", "a cd is in force")                                                \
	FIELD(dialect, "string", "sh, bash, dash or ksh")                                          \
	FIELD(writes, "list(string)", "files its output goes to: > and >>")                        \
	FIELD(reads, "list(string)", "files it reads by <")                                        \
	FIELD(here_strings, "list(string)", "bodies of << and <<<")                                \
	FIELD(text, "string", "as written, continued lines joined; of a JSON array its words")     \
	FIELD(exec, "bool", "its words are those of a JSON array: a fix writes JSON too")          \
	FIELD(line, "int", "where it begins")                                                      \
	FIELD(start, "int", "offset")                                                              \
	FIELD(end, "int", "offset of its end")                                                     \
	FIELD(subcommand_end, "int", "offset of the end of the subcommand, else of the program")

FACT_STRUCT(package_fact, PACKAGE_FIELDS);
FACT_STRUCT(command_fact, COMMAND_FIELDS);

extern const struct object_class command_class, command_package_class;

/* What the ranges of a run are about. */
struct command_source {
	struct str text;
	uint64_t (*line)(const void *context, size_t at); /* of a byte; NULL: all are on line 0 */
	const void *context;
	char escape; /* at the end of a line it continues it */
	bool exec;   /* the script stands for the words of a JSON array */
};

/* list(Command) */
struct value command_facts(const struct shell_run *run, enum shell_dialect dialect,
			   const struct command_source *source, struct arena *a);
