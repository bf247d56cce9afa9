/* SPDX-License-Identifier: Apache-2.0 */
/* Simple commands (POSIX.1-2017 XCU 2.9.1) and the functions that start like one. */
#include "check/shell_parser.h"

/* The ends of a command's lists while it grows. */
struct tails {
	const struct shell_word **word;
	const struct shell_assignment **assignment;
	const struct shell_redirect **redirect;
	size_t end; /* of what was read last */
};

/* --- assignments --- */

/* The length of a subscript that starts here; 0 where none does that ends in this word. */
static size_t subscript_length(const struct parser *p, size_t from)
{
	size_t n = from;
	int c = peek(p, n);

	if (c != '[')
		return 0;
	for (; c != ']'; c = peek(p, n)) {
		if (c == -1 || c == '\n' || c == ' ' || c == ';' || c == '&' || c == '|')
			return 0;
		n++;
		if (c == '\'' || c == '"')
			n += 1 + str_find_char(str_skip(p->text, p->at + n), (char)c);
	}
	return n + 1 - from;
}

/* The length up to and with the '=' of name= name+= name[i]=; 0: no assignment starts here. */
static size_t assignment_length(const struct parser *p, size_t *ret_name, bool *ret_append)
{
	size_t n = 0;

	if (!is_name_start(peek(p, 0)))
		return 0;
	while (is_name(peek(p, n)))
		n++;
	*ret_name = n;
	n += subscript_length(p, n);
	*ret_append = peek(p, n) == '+' && peek(p, n + 1) == '=';
	n += *ret_append;
	return peek(p, n) == '=' ? n + 1 : 0;
}

const struct shell_word *parse_array(struct parser *p)
{
	const struct shell_word *first = NULL, **tail = &first;
	size_t start = p->at - 1;

	for (;;) {
		struct shell_word *w;

		skip_newlines(p);
		w = parse_word(p);
		if (!w)
			break;
		*tail = w;
		tail = &w->next;
	}
	if (!parser_takes(p, ")"))
		parser_problem(p, start, start + 1, "the list of an array is not closed");
	return first;
}

static struct shell_assignment *parse_assignment(struct parser *p)
{
	size_t start = p->at, name = 0, n;
	struct shell_assignment *a;
	bool append = false;

	n = assignment_length(p, &name, &append);
	a = n ? parser_node(p, sizeof *a) : NULL;
	if (!a)
		return NULL;
	a->name = slice(p, start, start + name);
	a->append = append;
	p->at += n;
	a->array = parser_takes(p, "(");
	if (a->array)
		a->elements = parse_array(p);
	else
		a->value = parse_word(p);
	a->span = parser_span(p, start, p->at);
	return a;
}

/* declare -a x=(1 2): a word of its arguments that a shell reads as an assignment. */
static bool sees_declared_array(const struct parser *p, const struct shell_command *c)
{
	static const char *const declarers[] = {"declare", "export", "local", "readonly",
						"typeset"};
	size_t name, n;
	bool append;

	if (!c->words)
		return false;
	n = assignment_length(p, &name, &append);
	if (n == 0 || peek(p, n) != '(')
		return false;
	for (size_t i = 0; i < sizeof declarers / sizeof declarers[0]; i++)
		if (str_is(c->words->text, declarers[i]))
			return true;
	return false;
}

/* --- commands --- */

static bool append_redirect(struct parser *p, struct tails *t)
{
	struct shell_redirect *r = parse_redirect(p);

	if (!r)
		return false;
	*t->redirect = r;
	t->redirect = &r->next;
	return true;
}

static bool append_assignment(struct parser *p, const struct shell_command *c, struct tails *t)
{
	struct shell_assignment *a;

	if (c->words && !sees_declared_array(p, c))
		return false;
	a = parse_assignment(p);
	if (!a)
		return false;
	*t->assignment = a;
	t->assignment = &a->next;
	return true;
}

static bool append_word(struct parser *p, struct tails *t)
{
	struct shell_word *w = parse_word(p);

	if (!w)
		return false;
	*t->word = w;
	t->word = &w->next;
	return true;
}

/* name(): behind the first word of a command that is nothing else yet. */
static bool takes_function(struct parser *p, const struct shell_command *c)
{
	size_t word_end = p->at;

	if (!c->words || c->words->next || c->assignments || c->redirects ||
	    !(c->words->flags & SHELL_WORD_BARE) || !shell_word_is_literal(c->words))
		return false;
	skip_blanks(p);
	if (parser_takes(p, "(")) {
		skip_blanks(p);
		if (parser_takes(p, ")"))
			return true;
	}
	p->at = word_end;
	return false;
}

struct shell_command *parse_simple(struct parser *p)
{
	struct shell_command *c = parser_node(p, sizeof *c);
	struct tails t = {.end = p->at};
	size_t start = p->at;

	if (!c)
		return NULL;
	t.word = &c->words;
	t.assignment = &c->assignments;
	t.redirect = &c->redirects;
	for (;;) {
		skip_blanks(p);
		if (append_redirect(p, &t) || append_assignment(p, c, &t)) {
			t.end = p->at;
		} else if (append_word(p, &t)) {
			t.end = p->at;
			if (takes_function(p, c))
				return parse_function(p, c->words->text, start);
		} else {
			break;
		}
	}
	if (p->parse->r < 0 || t.end == start)
		return NULL;
	p->at = t.end;
	c->span = parser_span(p, start, p->at);
	return c;
}
