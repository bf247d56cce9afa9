/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script runs: every simple command in order, with its options, packages and surroundings.
 *
 *     struct shell_start start = {.workdir = STR("/app")};
 *     struct shell_run run;
 *     r = shell_run_parse(&input, &start, arena, &run, err);
 *     for (const struct shell_call *c = run.calls; c; c = c->next)
 *             if (shell_call_is(c, "apt-get", "install") && !shell_call_flag(c, "yes")) ...
 *
 * A command inside another one is a call of its own: in $(...), <(...), a compound, a function;
 * behind sudo, env, exec, time, nice, xargs, su and the like; in the script of `sh -c '...'`,
 * `su -c`, `eval`, `trap`, `bash <<EOF`. `outer` is the call that runs it, `within` how. The outer
 * one comes first, except that a substitution comes before the command whose words it makes.
 *
 * How a program takes its options is data: one row in shell_options.def, by which clusters are
 * split (-yqq), values found (-t release, --target=x, -o=x) and all names of an option made one:
 * the first of its list ("yes" for -y, --yes, --assume-yes). The same for subcommands: `dnf in` and
 * `dnf localinstall` are "install". Of a program without a row every -word is one flag as written,
 * and --name=value has a value.
 *
 * Ownership: all in the arena. Threads: never changed after shell_run_parse.
 * Errors: those of shell_parse; ERR_LIMIT (shell_depth for wrappers in wrappers, too).
 * Not done: variables are not expanded, functions not followed, loops walked once.
 */
#pragma once

#include "check/shell.h"

/* The state a body starts in: from SHELL, ENV and WORKDIR, or from the program that reads it. */
struct shell_start {
	enum shell_dialect dialect;
	unsigned settings;  /* enum shell_setting */
	struct str workdir; /* absolute; empty: not known */
};

enum shell_setting {
	SHELL_ERREXIT = 1 << 0,	 /* set -e */
	SHELL_PIPEFAIL = 1 << 1, /* set -o pipefail */
	SHELL_NOUNSET = 1 << 2,	 /* set -u */
	SHELL_XTRACE = 1 << 3,	 /* set -x */
};

/* From the words of SHELL or of "#!": {"/bin/bash", "-euo", "pipefail", "-c"}. False: no shell. */
bool shell_start_from(const struct str *words, size_t n, struct shell_start *ret);

enum shell_within {
	SHELL_WITHIN_NOTHING,
	SHELL_WITHIN_SUBSTITUTION, /* $(...) in a word of `outer`, or of no call (outer NULL) */
	SHELL_WITHIN_PROCESS,	   /* <(...) or >(...) in a word of `outer` */
	SHELL_WITHIN_WRAPPER,	   /* sudo, env, xargs, find -exec: `outer` runs it */
	SHELL_WITHIN_SCRIPT,	   /* the text of sh -c, eval, su -c, a here-document to a shell */
};

struct shell_flag {
	struct str name;	       /* without dashes; of its row the first name */
	struct str value;	       /* as words have it: quotes removed; empty without one */
	bool has_value;		       /* --name=value, --name value, -nvalue */
	bool literal;		       /* the value holds no expansion */
	const struct shell_word *word; /* where it stands */
	const struct shell_word *value_word; /* where the value stands; NULL without one */
};

enum shell_package_kind {
	SHELL_PACKAGE_NAME, /* from a repository or registry */
	SHELL_PACKAGE_FILE, /* ./x.deb, /x.rpm, x.whl, a directory */
	SHELL_PACKAGE_URL,
	SHELL_PACKAGE_GIT, /* git+https://...@ref, a host's short form; version: the ref */
};

struct shell_package {
	enum shell_package_kind kind;
	struct str name;
	struct str relation; /* "=" "==" "~=" ">=" "@" "-" ":" as written; empty: none */
	struct str version;  /* empty: none */
	bool literal;	     /* no expansion in it; "$PKGS" may be many */
	const struct shell_word *word;
};

/* What a package manager is told to do. */
enum shell_action {
	SHELL_ACTION_OTHER,
	SHELL_ACTION_INSTALL,
	SHELL_ACTION_REFRESH, /* of the index: apt-get update */
	SHELL_ACTION_UPGRADE,
	SHELL_ACTION_REMOVE,
	SHELL_ACTION_CLEAN, /* of the cache */
};

/* A variable that is set for the commands behind it; found by shell_call_env. */
struct shell_binding {
	const struct shell_binding *older;
	struct str name;
	struct str value;
	bool literal;  /* no expansion in the value */
	bool exported; /* export, or in front of the command */
};

struct shell_call {
	const struct shell_call *next;
	size_t index; /* in the run, from 0 */
	const struct shell_command *command;
	struct shell_span span; /* from its first word (or assignment) to its end */

	/*
	 * Without directories and, of a program with a row, without a version: "apt-get", "pip" of
	 * /usr/bin/pip3.11. Empty: there is no word, or an expansion is in it.
	 */
	struct str name;
	struct str path;		/* as written, quotes removed: "/usr/bin/apt-get", "$CMD" */
	const struct shell_word *words; /* the name, its arguments; only n_words of the list */
	size_t n_words;
	struct str subcommand; /* canonical: "install"; empty when its program has none */
	const struct shell_flag *flags;
	size_t n_flags;
	const struct shell_word *const *operands; /* arguments that are no flags, no subcommand */
	size_t n_operands;

	struct str manager; /* of packages: "apt" "apk" "rpm" "zypper" "pip" "npm" ...; or empty */
	enum shell_action action;
	const struct shell_package *packages; /* of SHELL_ACTION_INSTALL */
	size_t n_packages;

	const struct shell_assignment *assignments; /* in front of it */
	const struct shell_redirect *redirects;	    /* its own, not those of a compound around it */

	enum shell_within within;
	const struct shell_call *outer;
	enum shell_operator before, after; /* its neighbours in its list or pipeline */
	const struct shell_pipeline *pipeline;
	size_t stage;			 /* in the pipeline, from 0; of pipeline->n_commands */
	const struct shell_call *source; /* whose output it reads through a pipe; NULL: none */
	unsigned subshells;		 /* ( ), substitutions and stages of pipelines around it */
	bool conditional;    /* may not run: behind ||, in a branch, loop, case or function */
	bool tested;	     /* its status is asked: by if, while, !, && or ||: set -e is off */
	struct str function; /* in the body of this one; or empty */

	unsigned settings;	     /* in force when it starts: enum shell_setting */
	const struct shell_call *cd; /* the last cd, pushd or popd in force; NULL: none */
	struct str workdir;	     /* absolute, where known; or empty */
	const struct shell_binding *bindings;
};

struct shell_run {
	const struct shell *script;
	const struct shell_call *calls;
	size_t n_calls;
	/* What could not be read in scripts inside the script; script->problems has the rest. */
	const struct shell_problem *problems;
	size_t n_problems;
};

int shell_run_parse(const struct shell_input *in, const struct shell_start *start, struct arena *a,
		    struct shell_run *ret, struct err *err);

/* Of this name and, unless NULL, this canonical subcommand. */
bool shell_call_is(const struct shell_call *c, const char *name, const char *subcommand);

/* The last flag of that canonical name, or NULL; how often it is given. */
const struct shell_flag *shell_call_flag(const struct shell_call *c, const char *name);
size_t shell_call_count(const struct shell_call *c, const char *name);

/* The value that a variable has been given in the body for this call; NULL: none. */
const struct shell_binding *shell_call_env(const struct shell_call *c, struct str name);
