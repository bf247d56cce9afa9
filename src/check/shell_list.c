/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipelines, and-or lists and lists (POSIX.1-2017 XCU 2.9.2, 2.9.3), and how reading goes on where
 * no command can stand: what stands there is told, skipped, and the next command begins.
 */
#include "check/shell_parser.h"

static const struct {
	const char *word;
	enum closer closer;
} closing_words[] = {
	{"then", CLOSE_THEN}, {"elif", CLOSE_ELIF}, {"else", CLOSE_ELSE}, {"fi", CLOSE_FI},
	{"do", CLOSE_DO},     {"done", CLOSE_DONE}, {"esac", CLOSE_ESAC}, {"}", CLOSE_BRACE},
};

bool sees_word(const struct parser *p, const char *word)
{
	struct parser behind;
	size_t n;

	if (peek(p, 0) != (unsigned char)word[0] || !parser_sees(p, word))
		return false;
	behind = *p;
	behind.at += strlen(word);
	while ((n = continuation(&behind)) > 0)
		behind.at += n;
	return ends_word(peek(&behind, 0)) ||
	       (peek(&behind, 0) == '\r' && peek(&behind, 1) == '\n');
}

bool takes_word(struct parser *p, const char *word)
{
	if (!sees_word(p, word))
		return false;
	p->at += strlen(word);
	return true;
}

void skip_newlines(struct parser *p)
{
	for (;;) {
		skip_blanks(p);
		if (peek(p, 0) != '\n')
			return;
		p->at++;
		read_heredocs(p);
	}
}

/* The word that closes a compound and stands here; NULL: none. */
static const char *sees_closing_word(const struct parser *p, unsigned *ret_closer)
{
	for (size_t i = 0; i < sizeof closing_words / sizeof closing_words[0]; i++)
		if (sees_word(p, closing_words[i].word)) {
			*ret_closer = closing_words[i].closer;
			return closing_words[i].word;
		}
	return NULL;
}

static bool list_ends(const struct parser *p)
{
	unsigned closer = 0;

	if (peek(p, 0) == ')')
		return p->closers & CLOSE_PAREN;
	if (parser_sees(p, ";;") || parser_sees(p, ";&"))
		return p->closers & CLOSE_CASE;
	return sees_closing_word(p, &closer) && (p->closers & closer);
}

/* --- where no command can stand --- */

static void skip_unexpected(struct parser *p)
{
	static const char *const operators[] = {";;&", ";;", ";&", "&&", "||", "|&",
						";",   "&",  "|",  "(",	 ")"};
	size_t start = p->at;
	unsigned closer = 0;
	const char *word = sees_closing_word(p, &closer);

	if (word) {
		p->at += strlen(word);
		parser_problem(p, start, p->at, "%s closes nothing", word);
		skip_blanks(p);
		if (!parser_sees(p, ";;"))
			(void)parser_takes(p, ";"); /* that ended it */
		return;
	}
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (parser_takes(p, operators[i])) {
			parser_problem(p, start, p->at, "no command stands in front of %s",
				       operators[i]);
			return;
		}
	p->at++;
	parser_problem(p, start, p->at, "no command can start here");
}

/* --- pipelines --- */

struct shell_command *parse_command(struct parser *p)
{
	size_t start = p->at;
	struct shell_command *c;
	unsigned closer;

	if (sees_closing_word(p, &closer))
		return NULL;
	if (!parser_enter(p))
		return NULL;
	c = parse_compound(p);
	if (c && c->kind != SHELL_FUNCTION) {
		parse_redirects(p, c);
		c->span = parser_span(p, start, p->at);
	}
	if (!c)
		c = parse_simple(p);
	parser_leave(p);
	return c;
}

/* `time` and `!`; time with options of its own is the program of that name. */
static void parse_prefixes(struct parser *p, struct shell_pipeline *pipeline)
{
	for (;;) {
		size_t start = p->at;

		if (takes_word(p, "!")) {
			pipeline->negated = !pipeline->negated;
		} else if (takes_word(p, "time")) {
			skip_blanks(p);
			(void)(takes_word(p, "-p") || takes_word(p, "--")); /* may be absent */
			if (peek(p, 0) == '-') {
				p->at = start;
				return;
			}
			pipeline->timed = true;
		} else {
			return;
		}
		skip_blanks(p);
	}
}

/* | or |&, not ||. */
static bool takes_pipe(struct parser *p, struct shell_command *before)
{
	skip_blanks(p);
	if (parser_sees(p, "||") || !parser_takes(p, "|"))
		return false;
	before->pipes_stderr = parser_takes(p, "&");
	return true;
}

static void parse_stages(struct parser *p, struct shell_pipeline *pipeline,
			 struct shell_command *first)
{
	struct shell_command *last = first;
	size_t end = p->at;

	pipeline->commands = first;
	pipeline->n_commands = 1;
	while (takes_pipe(p, last)) {
		size_t operator_end = p->at;
		struct shell_command *c;

		skip_newlines(p);
		c = parse_command(p);
		if (!c) {
			parser_problem(p, operator_end - 1, operator_end,
				       "nothing stands behind |");
			return;
		}
		last->next = c;
		last = c;
		pipeline->n_commands++;
		end = p->at;
	}
	p->at = p->parse->r == 0 ? end : p->at;
}

/* NULL where none starts. */
static struct shell_pipeline *parse_pipeline(struct parser *p)
{
	struct shell_pipeline *pipeline = parser_node(p, sizeof *pipeline);
	size_t start = p->at;
	struct shell_command *c;

	if (!pipeline)
		return NULL;
	parse_prefixes(p, pipeline);
	c = parse_command(p);
	if (c)
		parse_stages(p, pipeline, c);
	else if (p->at == start)
		return NULL;
	pipeline->span = parser_span(p, start, p->at);
	return p->parse->r < 0 ? NULL : pipeline;
}

/* --- lists --- */

static enum shell_operator take_and_or(struct parser *p)
{
	skip_blanks(p);
	if (parser_takes(p, "&&"))
		return SHELL_AND;
	return parser_takes(p, "||") ? SHELL_OR : SHELL_NOTHING;
}

/* Leaves the parser directly behind the last pipeline. */
static void parse_more(struct parser *p, struct shell_pipeline *last)
{
	for (;;) {
		size_t last_end = p->at, end;
		enum shell_operator before = take_and_or(p);
		struct shell_pipeline *next;

		if (before == SHELL_NOTHING) {
			p->at = p->parse->r == 0 ? last_end : p->at;
			return;
		}
		end = p->at;

		skip_newlines(p);
		next = parse_pipeline(p);
		if (!next) {
			parser_problem(p, end - 2, end, "nothing stands behind %s",
				       before == SHELL_AND ? "&&" : "||");
			return;
		}
		next->before = before;
		last->next = next;
		last = next;
	}
}

static enum shell_operator take_terminator(struct parser *p)
{
	skip_blanks(p);
	if (peek(p, 0) == '\n')
		return SHELL_NEWLINE;
	if (parser_sees(p, ";;") || parser_sees(p, ";&"))
		return SHELL_NOTHING;
	if (parser_takes(p, ";"))
		return SHELL_SEMICOLON;
	if (parser_takes(p, "&"))
		return SHELL_BACKGROUND;
	if (peek(p, 0) == '(' || (!ends_word(peek(p, 0)) && !list_ends(p)))
		parser_problem(p, p->at, p->at + 1, "no ; stands between two commands");
	return SHELL_NOTHING;
}

/* NULL where none starts. */
static struct shell_and_or *parse_and_or(struct parser *p)
{
	struct shell_and_or *a = parser_node(p, sizeof *a);
	size_t start = p->at;
	struct shell_pipeline *first;

	if (!a)
		return NULL;
	first = parse_pipeline(p);
	if (!first)
		return NULL;
	a->pipelines = first;
	parse_more(p, first);
	a->span = parser_span(p, start, p->at);
	a->after = take_terminator(p);
	return p->parse->r < 0 ? NULL : a;
}

const struct shell_list *parse_list(struct parser *p)
{
	struct shell_list *list = parser_node(p, sizeof *list);
	const struct shell_and_or **tail;
	size_t start = p->at;

	if (!list)
		return NULL;
	tail = &list->first;
	for (;;) {
		struct shell_and_or *a;

		skip_newlines(p);
		if (at_end(p) || list_ends(p))
			break;
		a = parse_and_or(p);
		if (a) {
			*tail = a;
			tail = &a->next;
		} else if (p->parse->r == 0) {
			skip_unexpected(p);
		}
	}
	list->span = parser_span(p, start, p->at);
	return list;
}
