/* SPDX-License-Identifier: Apache-2.0 */
/* Redirections and here-documents (POSIX.1-2017 XCU 2.7). */
#include "check/shell_parser.h"

/* "2" or "{name}" directly in front of < or >; else nothing. */
static struct str sees_descriptor(const struct parser *p)
{
	size_t n = 0;

	if (peek(p, 0) == '{' && is_name_start(peek(p, 1))) {
		for (n = 1; is_name(peek(p, n)); n++)
			;
		n = peek(p, n) == '}' ? n + 1 : 0;
	} else {
		while (peek(p, n) >= '0' && peek(p, n) <= '9')
			n++;
	}
	if (peek(p, n) != '<' && peek(p, n) != '>')
		return STR_NULL;
	return slice(p, p->at, p->at + n);
}

static struct str take_operator(struct parser *p)
{
	static const char *const operators[] = {"&>>", "&>", "<<<", "<<-", "<<", "<&",
						"<>",  "<",  ">>",  ">&",  ">|", ">"};

	int first = peek(p, 0);

	if (first != '&' && first != '<' && first != '>')
		return STR_NULL;
	if (parser_sees(p, "<(") || parser_sees(p, ">("))
		return STR_NULL; /* a process substitution is a word */
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (parser_takes(p, operators[i]))
			return str_of(operators[i]);
	return STR_NULL;
}

static void expect_body(struct parser *p, struct shell_redirect *r, size_t start)
{
	struct heredoc *h = parser_node(p, sizeof *h);

	if (!h)
		return;
	h->redirect = r;
	h->at = start;
	h->end = p->at;
	h->dedent = str_is(r->operator, "<<-");
	h->quoted = r->target->flags & SHELL_WORD_QUOTED;
	if (p->heredocs)
		*p->heredoc_tail = h;
	else
		p->heredocs = h;
	p->heredoc_tail = &h->next;
}

struct shell_redirect *parse_redirect(struct parser *p)
{
	struct str fd = sees_descriptor(p), operator;
	size_t start = p->at;
	struct shell_redirect *r;

	p->at += fd.n;
	operator= take_operator(p);
	r = operator.n ? parser_node(p, sizeof *r) : NULL;
	if (!r) {
		if (p->parse->r == 0)
			p->at = start;
		return NULL;
	}
	r->operator= operator;
	r->fd = fd;
	skip_blanks(p);
	r->target = parse_word(p);
	r->span = parser_span(p, start, p->at);
	if (!r->target)
		parser_problem(p, start, p->at, "nothing stands behind %.*s", STR_FMT(operator));
	else if (str_is(operator, "<<") || str_is(operator, "<<-"))
		expect_body(p, r, start);
	return p->parse->r < 0 ? NULL : r;
}

void parse_redirects(struct parser *p, struct shell_command *c)
{
	const struct shell_redirect **tail = &c->redirects;
	struct shell_redirect *r;

	for (;;) {
		size_t end = p->at;

		skip_blanks(p);
		r = parse_redirect(p);
		if (!r) {
			if (p->parse->r == 0)
				p->at = end;
			return;
		}
		*tail = r;
		tail = &r->next;
	}
}

/* --- bodies --- */

static struct str line_at(const struct parser *p, size_t at)
{
	struct str line = str_skip(p->text, at);

	line.n = str_find_char(line, '\n');
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static struct str without_tabs(struct str line)
{
	while (line.n && line.p[0] == '\t')
		line = str_skip(line, 1);
	return line;
}

/* Moves behind the line that ends it; returns where the body ends. */
static size_t find_body_end(struct parser *p, const struct heredoc *h)
{
	while (!at_end(p)) {
		size_t start = p->at;
		struct str line = line_at(p, start);

		p->at += str_find_char(str_skip(p->text, start), '\n');
		p->at += !at_end(p);
		if (str_eq(h->dedent ? without_tabs(line) : line, h->redirect->target->text))
			return start;
	}
	parser_problem(p, h->at, h->end, "no line %.*s ends the here-document",
		       STR_FMT(h->redirect->target->text));
	return p->at;
}

static size_t copy_without_tabs(struct parser *p, size_t at, size_t end, char *out,
				struct text_map *map)
{
	bool line_start = true;
	size_t n = 0;

	for (size_t i = at; i < end; i++) {
		char c = p->text.p[i];

		if (line_start && c == '\t')
			continue;
		if (line_start)
			text_map_add(map, n, text_map_origin(p->map, i));
		out[n++] = c;
		line_start = c == '\n';
	}
	return n;
}

/* A parser for the body without the tabs in front of its lines. */
static struct parser dedent(struct parser *p, struct shell_redirect *r, size_t at, size_t end)
{
	struct shell_input *document = arena_alloc(p->parse->arena, sizeof *document);
	struct text_map *map = arena_alloc(p->parse->arena, sizeof *map);
	char *out = parser_copies(p, end - at) ? arena_alloc(p->parse->arena, end - at) : NULL;

	if (!document || !map || !out) {
		parser_fail(p, ERR_NOMEM, NULL, 0);
		return parser_inside(p, STR_NULL, NULL);
	}
	*map = text_map_make(p->parse->arena);
	document->text = str_make(out, copy_without_tabs(p, at, end, out, map));
	document->map = map;
	r->document = document;
	if (p->parse->arena->failed)
		parser_fail(p, ERR_NOMEM, NULL, 0);
	return parser_inside(p, document->text, map);
}

/* All of it as text: with a quoted delimiter nothing is expanded. */
static struct shell_word *quoted_body(struct parser *p)
{
	struct shell_part *part = parser_node(p, sizeof *part);

	if (!part)
		return NULL;
	part->quote = SHELL_SINGLE;
	part->source = part->text = str_skip(p->text, p->at);
	part->span = parser_span(p, p->at, p->text.n);
	return word_of(p, p->at, p->text.n, part);
}

void read_heredocs(struct parser *p)
{
	struct heredoc *next;

	for (struct heredoc *h = p->heredocs; h && p->parse->r == 0; h = next) {
		size_t start = p->at, end = find_body_end(p, h);
		struct parser body;

		next = h->next;
		p->heredocs = next;
		body = h->dedent ? dedent(p, h->redirect, start, end) : parser_part(p, start, end);
		h->redirect->heredoc = h->quoted ? quoted_body(&body) : parse_heredoc_body(&body);
	}
}
