/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the body of a RUN, or any script, as shell into a tree.
 *
 *     struct shell_input in = {.text = body, .map = &joined};
 *     const struct shell *script;
 *     r = shell_parse(&in, arena, &script, err);
 *     for (const struct shell_and_or *a = script->body->first; a; a = a->next) ...
 *
 * Rules rarely want the tree; check/shell_command.h gives the commands it would run, one after
 * another, with their flags, packages and the state they run in.
 *
 *     list       a sequence of and-or lists, each with what ends it: `;` newline `&` or nothing
 *     and-or     pipelines joined by `&&` and `||`
 *     pipeline   commands joined by `|` (or `|&`), perhaps behind `!` or `time`
 *     command    words, assignments and redirections; or a compound with branches
 *     word       parts: text, variables, substitutions (with a list of their own), arithmetic
 *
 * Recovers: what is no shell is listed in `problems` with its place, skipped, and the rest is read.
 * Ranges are bytes of the original: of what `map` leads to, else of `text`. With the continuations
 * of a Dockerfile joined (and its comments dropped) by the caller, `map` says where from; text in
 * which they still stand is read too, as the shell itself continues lines behind a backslash.
 * Ownership: the tree lives in the arena and borrows from `text`. Threads: it is never changed.
 * Errors: ERR_LIMIT (shell_bytes, shell_depth, shell_nodes, shell_text_bytes), ERR_NOMEM.
 * Format: POSIX.1-2017, XCU chapter 2 (Shell Command Language), and of bash what scripts in the
 * field use: [[ ]], (( )), <<<, <( ), arrays, $'', &>, |&, select, function, coproc, ;& and ;;&,
 * C-like for. Aliases are not expanded; history and job control are not looked at.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "check/text_map.h"

struct shell_list;

enum shell_dialect {
	SHELL_SH,
	SHELL_BASH,
	SHELL_DASH, /* ash of busybox too */
	SHELL_KSH,
};

struct shell_input {
	struct str text;
	const struct text_map *map; /* NULL: the text is the original */
};

struct shell_span {
	size_t at, end; /* bytes [at, end) of the original */
};

enum shell_quote {
	SHELL_BARE,
	SHELL_ESCAPED, /* \x */
	SHELL_SINGLE,  /* 'x' */
	SHELL_DOUBLE,  /* "x", $"x" */
	SHELL_ANSI,    /* $'x' */
};

enum shell_part_kind {
	SHELL_TEXT,
	SHELL_VARIABLE,	    /* $x ${x} ${x:-y} ${#x} ${!x} ${x[@]} */
	SHELL_SUBSTITUTION, /* $(...) and `...` */
	SHELL_PROCESS,	    /* <(...) and >(...) */
	SHELL_ARITHMETIC,   /* $((...)) */
};

struct shell_part {
	const struct shell_part *next;
	enum shell_part_kind kind;
	enum shell_quote quote;
	struct shell_span span; /* with its quotes, but for the double ones */
	struct str source;	/* as it is written */
	struct str text;	/* unquoted text; the variable's name; the expression as written */
	struct str operator; /* of a variable: ":-" "##" "//" "!"...; "length" of ${#x}; or empty */
	/* The parts of what follows the operator, of a subscript, of an expression. */
	const struct shell_part *inner;
	const struct shell_list *body; /* of a substitution */
};

enum shell_word_flag {
	SHELL_WORD_LITERAL = 1 << 0, /* no expansion: `text` is the value, globs apart */
	SHELL_WORD_QUOTED = 1 << 1,  /* some of it */
	SHELL_WORD_BARE = 1 << 2,    /* none of it */
	SHELL_WORD_GLOB = 1 << 3,    /* unquoted * ? or [ */
	SHELL_WORD_BRACES = 1 << 4,  /* unquoted {a,b} or {1..9} */
	SHELL_WORD_TILDE = 1 << 5,   /* an unquoted ~ in front */
};

struct shell_word {
	const struct shell_word *next;
	struct shell_span span;
	struct str text; /* without its quotes; expansions stand as they are written */
	const struct shell_part *parts;
	unsigned flags; /* enum shell_word_flag */
};

struct shell_redirect {
	const struct shell_redirect *next;
	struct shell_span span;
	struct str operator; /* "<" ">" ">>" "<<" "<<-" "<<<" "<&" ">&" "<>" ">|" "&>" "&>>" */
	struct str fd;	     /* "2", "{name}", or empty */
	/* The file, the descriptor, the delimiter; NULL: it is missing. */
	const struct shell_word *target;
	/* The body of << and <<-, with its expansions unless the delimiter is quoted; or NULL. */
	const struct shell_word *heredoc;
	/* What its parts are slices of: with <<- a text without tabs. NULL: of the script. */
	const struct shell_input *document;
};

struct shell_assignment {
	const struct shell_assignment *next;
	struct shell_span span;
	struct str name;
	bool append;			   /* += */
	bool array;			   /* the value is a list in parentheses */
	const struct shell_word *value;	   /* NULL: none is written, or it is an array */
	const struct shell_word *elements; /* of an array */
};

enum shell_command_kind {
	SHELL_SIMPLE,
	SHELL_SUBSHELL, /* ( ) */
	SHELL_GROUP,	/* { } */
	SHELL_IF,	/* branches with conditions; the else branch has none */
	SHELL_WHILE,
	SHELL_UNTIL,
	SHELL_FOR,	 /* name, words */
	SHELL_FOR_ARITH, /* for ((...)): parts */
	SHELL_SELECT,	 /* name, words */
	SHELL_CASE,	 /* words (one), branches with patterns */
	SHELL_FUNCTION,	 /* name; the body is one command in the branch */
	SHELL_TEST,	 /* [[ ]]: words, its operators among them */
	SHELL_ARITH,	 /* (( )): parts */
	SHELL_COPROC,	 /* the command is in the branch */
};

struct shell_branch {
	const struct shell_branch *next;
	const struct shell_word *patterns;  /* of case */
	const struct shell_list *condition; /* of if, while, until; NULL: none */
	const struct shell_list *body;	    /* may be empty, never NULL */
};

struct shell_command {
	const struct shell_command *next; /* in the pipeline */
	enum shell_command_kind kind;
	bool pipes_stderr; /* |& to the next */
	struct shell_span span;
	struct str name;
	const struct shell_assignment *assignments;
	const struct shell_word *words;
	const struct shell_part *parts;
	const struct shell_branch *branches;
	const struct shell_redirect *redirects;
};

enum shell_operator {
	SHELL_NOTHING,	 /* the start or the end of the list */
	SHELL_SEMICOLON, /* ; */
	SHELL_NEWLINE,
	SHELL_BACKGROUND, /* & */
	SHELL_AND,	  /* && */
	SHELL_OR,	  /* || */
	SHELL_PIPE,	  /* | and |& */
};

struct shell_pipeline {
	const struct shell_pipeline *next;
	enum shell_operator before; /* SHELL_AND, SHELL_OR; SHELL_NOTHING of the first */
	bool negated;		    /* ! */
	bool timed;		    /* time */
	struct shell_span span;
	const struct shell_command *commands;
	size_t n_commands;
};

struct shell_and_or {
	const struct shell_and_or *next;
	enum shell_operator after; /* SHELL_SEMICOLON, _NEWLINE, _BACKGROUND, _NOTHING */
	struct shell_span span;
	const struct shell_pipeline *pipelines;
};

struct shell_list {
	const struct shell_and_or *first;
	struct shell_span span;
};

struct shell_problem {
	const struct shell_problem *next;
	struct shell_span span;
	struct str message; /* "the quote ' is not closed" */
};

struct shell {
	struct str text;
	const struct shell_list *body;	      /* never NULL */
	const struct shell_problem *problems; /* as they were found, about in order */
	size_t n_problems;		      /* those listed; at most LIMIT_SHELL_PROBLEMS */
	size_t more_problems;		      /* not listed */
	struct str shebang;		      /* "/bin/bash -e" of a first line "#!/bin/bash -e" */
};

int shell_parse(const struct shell_input *in, struct arena *a, const struct shell **ret,
		struct err *err);

/* "/bin/bash", "ash": the shell of that name; false when it is no POSIX-like shell we read. */
bool shell_dialect_find(struct str program, enum shell_dialect *ret);

static inline bool shell_word_is_literal(const struct shell_word *w)
{
	return w->flags & SHELL_WORD_LITERAL;
}
