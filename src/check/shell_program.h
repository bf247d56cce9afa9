/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of check/shell_command.h: what is known of a program, and the calls that are made of it.
 *
 *     shell_program.c  the rows of shell_options.def and how they are found
 *     shell_options.c  the words of a call split by a row: flags, subcommand, operands
 *     shell_package.c  the packages that the operands name
 *     shell_script.c   the text of a script that words hold
 *     shell_command.c  the walk over the tree, the state a command runs in
 *
 * To teach a program's options: add a row to shell_options.def. To teach a way of naming packages:
 * add to enum package_syntax and to shell_package.c.
 */
#pragma once

#include "check/shell_command.h"

enum option_style {
	STYLE_GNU,   /* -abc are three, --name; options may stand behind operands */
	STYLE_WORDS, /* -name is one: go, find */
	STYLE_TAR,   /* GNU, and the first word is a cluster without its dash */
};

enum wraps {
	WRAPS_NOTHING,
	WRAPS_COMMAND,	       /* its operands are a command */
	WRAPS_COMMAND_OF_USER, /* if there is a flag "user" */
	WRAPS_SHELL,	       /* -c: the first operand is a script */
	WRAPS_EVAL,	       /* its operands joined are a script */
	WRAPS_TRAP,	       /* the first operand is a script */
	WRAPS_MODULE,	       /* -m: the value is a command, with what follows */
	WRAPS_FIND,	       /* -exec command ; */
};

enum package_syntax {
	PACKAGES_NONE,
	PACKAGES_APT,
	PACKAGES_APK,
	PACKAGES_RPM,
	PACKAGES_ZYPPER,
	PACKAGES_PACMAN,
	PACKAGES_PIP,
	PACKAGES_NPM,
	PACKAGES_GEM,
	PACKAGES_GO,
	PACKAGES_CARGO,
	PACKAGES_CONDA,
	PACKAGES_COMPOSER,
};

struct shell_program {
	const char *names; /* between blanks; the first is the canonical one */
	const char *subs;  /* or: "git fetch git pull", the subcommands that the row is for */
	const char *options;
	const char *subcommands;				  /* NULL: it has none */
	const char *install, *refresh, *upgrade, *remove, *clean; /* between commas; NULL: none */
	const char *manager;
	const char *script; /* the option whose value is a script */
	const char *unless; /* with one of these flags, between commas, it runs nothing */
	enum package_syntax syntax;
	enum option_style style;
	enum wraps wraps;
	unsigned skips;	   /* operands in front of the command it runs */
	bool stops;	   /* no options behind the first operand (and subcommand) */
	bool assigns;	   /* NAME=value in front of the command it runs */
	bool foreign_rest; /* what stands behind -- is for somebody else */
	bool modes;	   /* -x, -rw are operands: chmod */
};

/* By name, else by name without the version behind it: pip for pip3.11. NULL: no row. */
const struct shell_program *shell_program_find(struct str name, struct str *ret_name);

/* The row of one of its subcommands; NULL: none. */
const struct shell_program *shell_program_sub(const struct shell_program *program,
					      struct str subcommand);

enum takes_value { VALUE_NEVER, VALUE_MAYBE, VALUE_ALWAYS };

/*
 * The group of an option in a list: its first name, what it takes. `dashes` is what stands in front
 * (1 or 2). False: it is not in the list.
 */
bool shell_option_find(const char *options, struct str name, unsigned dashes, bool words,
		       struct str *ret_name, enum takes_value *ret_takes);

/* The first name of a group of subcommands; the name itself when it is in none. */
struct str shell_subcommand_find(const char *subcommands, struct str name);

/* Whether `list` (between commas; may be NULL) has the item. */
bool shell_list_has(const char *list, struct str item);

/* Fills in name, flags, subcommand, operands. *ret_rest: the first word that `stops` left alone. */
int shell_call_read(struct shell_call *c, const struct shell_program *program, struct arena *a,
		    const struct shell_word **ret_rest, struct err *err);

/* Fills in manager, action, packages. */
int shell_call_find_packages(struct shell_call *c, const struct shell_program *program,
			     struct arena *a, struct err *err);

/*
 * The script that n words hold, one blank between them, as the shell will read it that they are
 * given to; substitutions in it, which the outer shell runs, stand as "$_". *ret_map leads to the
 * original by way of `in`, the script that the words are of.
 */
int shell_script_text(const struct shell_word *words, size_t n, const struct shell_input *in,
		      struct arena *a, struct shell_input *ret, struct err *err);

/* A here-document as a script. */
int shell_script_parts(const struct shell_part *parts, const struct shell_input *in,
		       struct arena *a, struct shell_input *ret, struct err *err);

/* shell_parse with a count of nodes that goes on. */
int shell_parse_counted(const struct shell_input *in, struct arena *a, size_t *nodes,
			const struct shell **ret, struct err *err);
