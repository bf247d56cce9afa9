/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of subcommands: one descriptor each in cmd_<name>.c, listed in command_list.def.
 *
 * The descriptor's option table is the only place where an option is written: parsing, --help, the
 * man page, the shell completions and configuration files are made from it (command_parse, help.h,
 * manual.h, config.h).
 *
 *     static struct { const char *format; bool quiet; } opt;
 *     static const struct option_spec options[] = {
 *             OPTION_STR("format", 'f', &opt.format, "FORMAT", "table, json, ..."),
 *             OPTION_FLAG("quiet", 'q', &opt.quiet, "no progress on stderr"),
 *             OPTION_END,
 *     };
 *     const struct command command_scan = { "scan", "TARGET", "one line", long_help, options, run
 * };
 *
 * The environment and configuration files fill the same targets first (config.h).
 *
 * To add a command: that file, one line in command_list.def (sorted).
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* What the process exits with (design.md section 4). */
enum exit_status { EXIT_DONE = 0, EXIT_FINDINGS = 1, EXIT_ERROR = 2, EXIT_INCOMPLETE = 3 };

enum option_kind {
	OPTION_KIND_END,
	OPTION_KIND_FLAG,
	OPTION_KIND_STR,
	OPTION_KIND_UINT,
	OPTION_KIND_LIST
};

/* The target of an option that may be given several times; those of all sources add up. */
#define OPTION_LIST_MAX 64
struct option_list {
	const char *p[OPTION_LIST_MAX];
	size_t n;
};

struct option_spec {
	enum option_kind kind;
	const char *name;  /* long name without the dashes */
	char letter;	   /* short form, 0: none */
	void *target;	   /* bool *, const char **, uint64_t *, struct option_list * */
	const char *value; /* "FORMAT", for help; NULL for flags */
	const char *help;
	const char *values; /* space-separated words for completion; NULL: anything */
	/*
	 * What it is when it stands without a value, which then only follows after a '=':
	 * --fix, --fix=write. NULL: the value must be there. Not for a letter.
	 */
	const char *implied;
	/*
	 * May stand in a project's own file (config.h), which can be a stranger's: false for all
	 * that weakens a protection, reads or writes other files, or says whom to trust. A flag
	 * can only be switched on there.
	 */
	bool project;
};

/* Behind the help text there may stand further members: OPTION_FLAG(..., .project = true). */
#define OPTION_FLAG(name_, letter_, target_, help_, ...)                                           \
	{                                                                                          \
		.kind = OPTION_KIND_FLAG, .name = name_, .letter = letter_, .target = target_,     \
		.help = help_, ##__VA_ARGS__                                                       \
	}
#define OPTION_STR(name_, letter_, target_, value_, help_, ...)                                    \
	{                                                                                          \
		.kind = OPTION_KIND_STR, .name = name_, .letter = letter_, .target = target_,      \
		.value = value_, .help = help_, ##__VA_ARGS__                                      \
	}
#define OPTION_WORDS(name_, letter_, target_, value_, help_, words_, ...)                          \
	{                                                                                          \
		.kind = OPTION_KIND_STR, .name = name_, .letter = letter_, .target = target_,      \
		.value = value_, .help = help_, .values = words_, ##__VA_ARGS__                    \
	}
#define OPTION_LIST(name_, letter_, target_, value_, help_, ...)                                   \
	{                                                                                          \
		.kind = OPTION_KIND_LIST, .name = name_, .letter = letter_, .target = target_,     \
		.value = value_, .help = help_, ##__VA_ARGS__                                      \
	}
#define OPTION_UINT(name_, letter_, target_, value_, help_, ...)                                   \
	{                                                                                          \
		.kind = OPTION_KIND_UINT, .name = name_, .letter = letter_, .target = target_,     \
		.value = value_, .help = help_, ##__VA_ARGS__                                      \
	}
#define OPTION_END                                                                                 \
	{                                                                                          \
		.kind = OPTION_KIND_END                                                            \
	}

/* Where the command stands in the overview of --help. */
enum command_group { COMMAND_TOOL, COMMAND_IMAGE, COMMAND_PROGRAM, COMMAND_HIDDEN };

struct command {
	const char *name;
	const char *arguments; /* "TARGET", "parse|build", "" */
	const char *summary;   /* one line, no capital, no full stop */
	/*
	 * For --help and the man page: a paragraph a line, wrapped there; lines that start with a
	 * space stand as they are (examples). NULL: none.
	 */
	const char *details;
	const struct option_spec *options;
	/* argv: the words left after the options. Returns an exit status. Prints errors itself. */
	int (*run)(int argc, const char *const *argv);
	enum command_group group; /* left out: COMMAND_TOOL */
};

extern const struct command *const commands[];	     /* sorted by name, NULL-ended */
const struct command *command_find(struct str name); /* NULL: no such command */

/* The row of that name; NULL: none. */
const struct option_spec *command_option(const struct command *cmd, struct str name);

/* ERR_USAGE with the nearest command's name, if one is near; returns -ERR_USAGE. */
int command_unknown(struct str name, struct err *err);

/* --help, which every command has besides its table; it has no target. */
extern const struct option_spec command_help_option;

/* What stands before the command: --help, --version, --limits. */
extern const struct command command_program;
extern struct program_options {
	bool version, limits;
} program_options;

/*
 * Sets the target of an option that is no flag; the value is borrowed as long as the option is
 * used. dashes: before the name in the message.
 */
int option_set(const struct option_spec *o, const char *dashes, const char *value, struct err *err);

/*
 * Fills the targets of the options from argv (without the command's name) and moves the other words
 * to the front, in order. Understands --name=value, --name for an implied value, --name value,
 * -xVALUE, -x VALUE, -xy for flags,
 * --no-NAME for flags, "--". Every command has --help and -h besides its table: *ret_help says that
 * it was asked for, and then nothing else needs to be right.
 * Returns the number of words, or -ERR_USAGE with a message that proposes the nearest option.
 */
int command_parse(const struct command *cmd, int argc, const char **argv, bool *ret_help,
		  struct err *err);

/*
 * "plimsoll: <message>" on stderr; returns EXIT_ERROR. Messages may hold names from an image:
 * control characters are written as \xHH.
 */
int command_error(const struct err *err);

/* Writes text to stdout; EXIT_DONE, or says what went wrong and returns EXIT_ERROR. */
int command_print(struct str text);
