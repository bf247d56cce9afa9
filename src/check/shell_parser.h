/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of check/shell.h: what its files share. Nobody else includes this.
 *
 *     shell.c          the entry: limits, #!, problems, nodes
 *     shell_word.c     words, quotes, expansions
 *     shell_redirect.c redirections and here-documents
 *     shell_simple.c   simple commands: assignments, words, redirections; functions
 *     shell_compound.c ( ) { } if for while case [[ ]] (( )) ...
 *     shell_list.c     pipelines, and-or lists, lists, and what to do where none can stand
 *
 * One parser walks the text byte by byte, without tokens in between, since what a byte means
 * depends on where it stands. A part of the text (a here-document, the inside of backquotes) is
 * read by a copy of the parser whose text ends there, or that has a text of its own.
 *
 * A failure sticks (parser_fail) and moves the parser to the end of its text, so that all loops
 * end; functions that make a node then return NULL, and their callers pass that on.
 */
#pragma once

#include "base/limits.h"
#include "check/shell.h"

/* What closes a list, as bits: a list ends where one that somebody around it waits for stands. */
enum closer {
	CLOSE_THEN = 1 << 0,
	CLOSE_ELIF = 1 << 1,
	CLOSE_ELSE = 1 << 2,
	CLOSE_FI = 1 << 3,
	CLOSE_DO = 1 << 4,
	CLOSE_DONE = 1 << 5,
	CLOSE_ESAC = 1 << 6,
	CLOSE_BRACE = 1 << 7,
	CLOSE_PAREN = 1 << 8,
	CLOSE_CASE = 1 << 9, /* ;; ;& ;;& */
};

/* What a whole parse shares, whichever copy of the parser reads. */
struct parse {
	struct arena *arena;
	struct shell *script;
	struct shell_problem **problem_tail;
	size_t nodes;
	size_t copied; /* bytes */
	size_t looked; /* bytes looked at in vain for the end of (( */
	unsigned depth;
	int r; /* the first failure */
	struct err *err;
};

struct heredoc {
	struct heredoc *next;
	struct shell_redirect *redirect;
	size_t at, end; /* of << and its delimiter */
	bool dedent;	/* <<- */
	bool quoted;
};

struct parser {
	struct parse *parse;
	struct str text;
	size_t at;
	const struct text_map *map;
	unsigned closers;			  /* enum closer */
	struct heredoc *heredocs, **heredoc_tail; /* whose bodies come behind this line */
};

/* shell.c */
int parser_fail(struct parser *p, enum err_code code, const char *limit, int value);
void *parser_node(struct parser *p, size_t size); /* zeroed; NULL after a failure */
bool parser_enter(struct parser *p);		  /* one level deeper; false: too deep */
void parser_leave(struct parser *p);
bool parser_copies(struct parser *p, size_t n); /* false: too much is copied */
struct shell_span parser_span(const struct parser *p, size_t at, size_t end);
void parser_problem(struct parser *p, size_t at, size_t end, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* One that reads [at, end) of the same text, and one for another text. */
struct parser parser_part(const struct parser *p, size_t at, size_t end);
struct parser parser_inside(const struct parser *p, struct str text, const struct text_map *map);

/* The byte that is ahead, or -1. */
static inline int peek(const struct parser *p, size_t ahead)
{
	return ahead < p->text.n - p->at ? (unsigned char)p->text.p[p->at + ahead] : -1;
}

static inline bool at_end(const struct parser *p)
{
	return p->at >= p->text.n;
}

static inline struct str slice(const struct parser *p, size_t at, size_t end)
{
	return str_sub(p->text, at, end > at ? end - at : 0);
}

/* Whether the text goes on with it; takes it. */
static inline bool parser_sees(const struct parser *p, const char *text)
{
	return str_has_prefix(str_skip(p->text, p->at), str_of(text));
}

static inline bool parser_takes(struct parser *p, const char *text)
{
	if (!parser_sees(p, text))
		return false;
	p->at += strlen(text);
	return true;
}

/* shell_word.c */
bool is_name_start(int c);
bool is_name(int c);
bool ends_word(int c); /* blank, newline, ; & | < > ( ) or the end */

/* The bytes of a continued line ("\" and the line's end) that stand here; 0: none. */
size_t continuation(const struct parser *p);

/* Blanks, continued lines and, where a word could start, a comment. */
void skip_blanks(struct parser *p);

/* NULL where no word stands (or after a failure). */
struct shell_word *parse_word(struct parser *p);
struct shell_word *parse_regex(struct parser *p);	 /* behind =~ */
struct shell_word *parse_heredoc_body(struct parser *p); /* the rest of the text */
/* The expansions of an arithmetic expression [at, end). */
const struct shell_part *parse_arithmetic(struct parser *p, size_t at, size_t end);
/* Where the `))` stands that closes what starts at `from`; SIZE_MAX: it is no arithmetic. */
size_t find_arithmetic_end(struct parser *p, size_t from);
/* A word of given bytes [at, end) with the parts of `words`. */
struct shell_word *word_of(struct parser *p, size_t at, size_t end, const struct shell_part *parts);

/* shell_redirect.c */
struct shell_redirect *parse_redirect(struct parser *p);	 /* NULL where none stands */
void parse_redirects(struct parser *p, struct shell_command *c); /* behind a compound */
/* At the start of the line behind theirs, or at the end of the text. */
void read_heredocs(struct parser *p);

/* shell_simple.c */
struct shell_command *parse_simple(struct parser *p);
const struct shell_word *parse_array(struct parser *p); /* behind its ( */

/* shell_compound.c: NULL where no compound starts */
struct shell_command *parse_compound(struct parser *p);
struct shell_command *parse_function(struct parser *p, struct str name, size_t start);

/* shell_list.c */
const struct shell_list *parse_list(struct parser *p);
struct shell_command *parse_command(struct parser *p);
void skip_newlines(struct parser *p); /* and blanks and comments */
/* Whether this unquoted word stands here, whole; takes it. */
bool sees_word(const struct parser *p, const char *word);
bool takes_word(struct parser *p, const char *word);
