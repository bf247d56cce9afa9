/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a Dockerfile the way BuildKit does, and goes on where BuildKit gives up.
 *
 *     const struct dockerfile *df;
 *     r = dockerfile_parse(bytes, &arena, &df, err);
 *     for (size_t i = 0; i < df->n_stages; i++)
 *             for (size_t k = 0; k < df->stages[i].n; k++)
 *                     look_at(&df->stages[i].instructions[k]);
 *     for (size_t i = 0; i < df->n_problems; i++) ...            what a build would refuse
 *
 * What it gives:
 *
 *     file         directives, comments, instructions in order, stages, problems
 *     stage        a FROM and the instructions behind it; what is before the first FROM is global
 *     instruction  keyword, flags, arguments, heredocs, the comments above, ONBUILD's trigger
 *     word         a text, and where it stands in the file, so that a finding can point at it and a
 *                  fix can replace it
 *
 * Nothing is expanded here: check/dockerfile_expand.h expands a word, check/dockerfile_scope.h
 * knows the variables at each instruction, check/dockerfile_stages.h which stage needs which.
 *
 * Recovers: an instruction that BuildKit refuses is listed as a problem, is `broken`, and has what
 * could be read of it. A heredoc without an end stops before the next line that starts with an
 * instruction in capitals.
 *
 * Ownership: the tree lives in the arena and borrows from `bytes`. Threads: it is never changed.
 * Errors: ERR_LIMIT (dockerfile_bytes, dockerfile_instructions, dockerfile_comments,
 * dockerfile_words, dockerfile_heredocs), ERR_NOMEM. A broken file is no error. Format:
 * docs.docker.com/reference/dockerfile, syntax docker/dockerfile:1 (BuildKit 0.2x). On purpose not
 * the same: bytes that are no UTF-8 are kept as they are, and so are letters beyond ASCII in flags;
 * a comment's text is without its '#' also when it is indented.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "check/text_map.h"

enum instruction_keyword {
	INSTRUCTION_UNKNOWN, /* no such keyword: `broken` */
	INSTRUCTION_ADD,
	INSTRUCTION_ARG,
	INSTRUCTION_CMD,
	INSTRUCTION_COPY,
	INSTRUCTION_ENTRYPOINT,
	INSTRUCTION_ENV,
	INSTRUCTION_EXPOSE,
	INSTRUCTION_FROM,
	INSTRUCTION_HEALTHCHECK,
	INSTRUCTION_LABEL,
	INSTRUCTION_MAINTAINER,
	INSTRUCTION_ONBUILD,
	INSTRUCTION_RUN,
	INSTRUCTION_SHELL,
	INSTRUCTION_STOPSIGNAL,
	INSTRUCTION_USER,
	INSTRUCTION_VOLUME,
	INSTRUCTION_WORKDIR,
};

/* Bytes [at, end) of the file. */
struct dockerfile_span {
	uint32_t at, end;
};

struct dockerfile_word {
	struct str text;	     /* continuations joined; .p NULL: not there */
	struct dockerfile_span span; /* as it stands in the file, with quotes and continuations */
};

struct dockerfile_directive {
	struct str name; /* lower case: "syntax", "escape", "check" */
	struct dockerfile_word value;
	uint32_t line;
};

struct dockerfile_comment {
	struct str text;	     /* behind the '#', trimmed */
	struct dockerfile_span span; /* from the '#' to the end of its line */
	uint32_t line;
	bool inside; /* between the lines of an instruction */
};

/* --name, --name=value */
struct dockerfile_flag {
	struct str name;  /* without the dashes */
	struct str value; /* quotes and escapes removed */
	bool has_value;
	struct dockerfile_word word;	   /* all of it */
	struct dockerfile_span value_span; /* behind the '='; empty when there is none */
};

/* ENV and LABEL: key and value; ARG: a name, perhaps with a default. Quotes are still there. */
struct dockerfile_pair {
	struct dockerfile_word key;
	struct dockerfile_word value; /* .text.p NULL: no '=' */
};

struct dockerfile_heredoc {
	struct str name; /* the end marker, unquoted */
	uint32_t fd;	 /* of 3<<EOF; 0 when none is written */
	bool expand;	 /* the marker is not quoted: variables are replaced */
	bool chomp;	 /* <<-: tabs in front of a line are dropped */
	bool unterminated;
	struct dockerfile_word word; /* <<-"EOF" */
	/* The lines, with their line ends, as they stand in the file, tabs and all. */
	struct dockerfile_word body;
	uint32_t line; /* of the first line of the body */
};

enum dockerfile_mount_type {
	MOUNT_BIND, /* also when no type is given */
	MOUNT_CACHE,
	MOUNT_TMPFS,
	MOUNT_SECRET,
	MOUNT_SSH,
	MOUNT_UNKNOWN, /* another, or one that a variable decides */
};

/* One key of RUN --mount or --device: "target=/x", or "ro" alone. */
struct dockerfile_option {
	struct str key; /* lower case, synonyms made one: "target", "source", "readonly" */
	struct dockerfile_word value; /* .text.p NULL: the key alone */
	struct dockerfile_span span;
};

struct dockerfile_mount {
	enum dockerfile_mount_type type;
	struct dockerfile_word word; /* all behind --mount= */
	const struct dockerfile_option *options;
	size_t n;
};

struct instruction {
	enum instruction_keyword keyword;
	bool json;		     /* the arguments are a JSON array (exec form) */
	bool legacy;		     /* ENV and LABEL: `key value` without '=' */
	bool broken;		     /* a problem of the file says why */
	bool has_empty_continuation; /* a blank line between its lines */
	uint32_t stage;		     /* index; DOCKERFILE_GLOBAL before the first FROM */
	uint32_t line, last_line;    /* from 1, with its heredocs */
	struct dockerfile_span span; /* whole lines, with their ends, with its heredocs */
	struct dockerfile_word name; /* the keyword as written */
	struct str text;	     /* its lines joined, without comments and heredocs */
	struct text_map map;	     /* from `text` to the file */
	const struct dockerfile_flag *flags;
	size_t n_flags;
	/*
	 * RUN, CMD, ENTRYPOINT, SHELL: the command as one word, or those of the JSON array.
	 * HEALTHCHECK: its type, then the same. ONBUILD: none (see trigger). USER, WORKDIR,
	 * STOPSIGNAL, MAINTAINER: all of it, one word. ENV, LABEL in the legacy form: key, value.
	 * The others: a word each.
	 */
	const struct dockerfile_word *args;
	size_t n_args;
	const struct dockerfile_pair *pairs; /* ENV, LABEL, ARG */
	size_t n_pairs;
	const struct dockerfile_mount *mounts; /* RUN */
	size_t n_mounts;
	const struct dockerfile_heredoc *heredocs; /* RUN, COPY, ADD; ONBUILD has its trigger's */
	size_t n_heredocs;
	const struct dockerfile_comment *comments; /* above it, behind an empty comment line */
	size_t n_comments;
	const struct instruction *trigger; /* of ONBUILD; NULL: none */
};

#define DOCKERFILE_GLOBAL UINT32_MAX

struct dockerfile_stage {
	const struct instruction *from;
	struct dockerfile_word image;	 /* as written, not expanded */
	struct dockerfile_word name;	 /* behind AS; .text.p NULL: none */
	struct dockerfile_word platform; /* of --platform */
	struct str id;			 /* the name in lower case, as COPY --from finds it */
	const struct instruction *instructions; /* those behind the FROM */
	size_t n;
};

enum dockerfile_level {
	DOCKERFILE_SYNTAX, /* the parser refuses the file */
	DOCKERFILE_USAGE,  /* the instruction is refused: its flags or arguments */
	DOCKERFILE_BUILD,  /* the file as a whole is: no stage, unknown stage */
};

/* What it is about, for who treats some differently. */
enum dockerfile_fault {
	DOCKERFILE_FAULT_ARGUMENTS, /* or flags, or whatever else */
	DOCKERFILE_FAULT_KEYWORD,   /* no instruction is called so */
	DOCKERFILE_FAULT_TRIGGER,   /* an instruction that cannot stand behind ONBUILD */
};

struct dockerfile_problem {
	enum dockerfile_level level;
	enum dockerfile_fault fault;
	uint32_t line;			       /* 0: the file as a whole */
	struct dockerfile_span span;	       /* what is wrong, at worst the first line */
	struct str message;		       /* "ENV: expected a value for PATH" */
	const struct instruction *instruction; /* NULL: none */
};

struct dockerfile {
	struct str source; /* as given */
	char escape;	   /* '\\' or '`' */
	bool has_bom;
	const struct dockerfile_directive *directives;
	size_t n_directives;
	const struct dockerfile_comment *comments; /* all, in order; directives are none */
	size_t n_comments;
	const struct instruction *instructions; /* all, in order, FROM too */
	size_t n_instructions;
	size_t n_global; /* those before the first FROM */
	const struct dockerfile_stage *stages;
	size_t n_stages;
	const struct dockerfile_problem *problems; /* by place; at most LIMIT_DOCKERFILE_PROBLEMS */
	size_t n_problems;
	size_t more_problems;  /* not listed */
	const uint32_t *lines; /* where each line starts */
	size_t n_lines;
};

int dockerfile_parse(struct str bytes, struct arena *a, const struct dockerfile **ret,
		     struct err *err);

/* "COPY"; of INSTRUCTION_UNKNOWN "". */
const char *instruction_name(enum instruction_keyword keyword);
enum instruction_keyword instruction_find(struct str name); /* in any case */

/* The last of that name, or NULL. */
const struct dockerfile_flag *instruction_flag(const struct instruction *in, const char *name);

/* The last of that key, or NULL; names as in dockerfile_option.key. */
const struct dockerfile_option *mount_option(const struct dockerfile_mount *m, const char *key);

/* ONBUILD's trigger, else the instruction itself: what will run. */
static inline const struct instruction *instruction_effective(const struct instruction *in)
{
	return in->trigger ? in->trigger : in;
}

/*
 * The place of a part of instruction.text, which it must be a slice of: the words of a shell
 * command in args[0]. instruction_map is the same for all of its bytes, for shell_input.map.
 */
struct dockerfile_span instruction_span(const struct instruction *in, struct str part);
struct text_map instruction_map(const struct instruction *in, struct str part, struct arena *a);

/* The heredoc's lines as the build sees them: without tabs in front if it chomps. */
struct str dockerfile_heredoc_text(const struct dockerfile_heredoc *h, struct arena *a);

struct dockerfile_place {
	uint32_t line, column; /* from 1; columns in bytes */
};
struct dockerfile_place dockerfile_place(const struct dockerfile *df, uint32_t at);

/*
 * `start` is a COPY's or ADD's source, a RUN's command: whether a word is a heredoc ("<<EOF"), and
 * which of the instruction's; NULL: none.
 */
const struct dockerfile_heredoc *instruction_heredoc(const struct instruction *in,
						     const struct dockerfile_word *word);
