/* SPDX-License-Identifier: Apache-2.0 */
/* Compound commands (POSIX.1-2017 XCU 2.9.4) and those of bash. */
#include "check/shell_parser.h"

struct compound {
	struct shell_command *command;
	const struct shell_branch **tail;
	size_t start; /* of its first word, for what is missing at its end */
	size_t n;     /* bytes of it */
};

static struct shell_branch *add_branch(struct parser *p, struct compound *c)
{
	struct shell_branch *b = parser_node(p, sizeof *b);

	if (b) {
		*c->tail = b;
		c->tail = &b->next;
	}
	return b;
}

/* A list that ends at what `closers` says, or at what somebody further out waits for. */
static const struct shell_list *parse_body(struct parser *p, unsigned closers)
{
	unsigned outside = p->closers;
	const struct shell_list *list;

	p->closers |= closers;
	list = parse_list(p);
	p->closers = outside;
	return list;
}

static void expect(struct parser *p, const struct compound *c, const char *word)
{
	skip_newlines(p);
	if (!takes_word(p, word))
		parser_problem(p, c->start, c->start + c->n, "%.*s without %s",
			       STR_FMT(slice(p, c->start, c->start + c->n)), word);
}

/* --- ( ) { } (( )) --- */

static void parse_subshell(struct parser *p, struct compound *c)
{
	struct shell_branch *b = add_branch(p, c);
	unsigned outside = p->closers;

	if (!b)
		return;
	p->closers = CLOSE_PAREN;
	b->body = parse_list(p);
	p->closers = outside;
	if (!parser_takes(p, ")"))
		parser_problem(p, c->start, c->start + 1, "( is not closed");
}

static void parse_group(struct parser *p, struct compound *c)
{
	struct shell_branch *b = add_branch(p, c);

	if (!b)
		return;
	b->body = parse_body(p, CLOSE_BRACE);
	expect(p, c, "}");
}

/* The opening (( is taken. */
static void parse_arith(struct parser *p, struct compound *c, size_t end)
{
	c->command->parts = parse_arithmetic(p, p->at, end);
	if (p->parse->r == 0)
		p->at = end + 2;
}

/* --- if, loops --- */

static void parse_if(struct parser *p, struct compound *c)
{
	struct shell_branch *b;

	do {
		b = add_branch(p, c);
		if (!b)
			return;
		b->condition = parse_body(p, CLOSE_THEN | CLOSE_ELIF | CLOSE_ELSE | CLOSE_FI);
		expect(p, c, "then");
		b->body = parse_body(p, CLOSE_ELIF | CLOSE_ELSE | CLOSE_FI);
	} while (takes_word(p, "elif"));
	if (takes_word(p, "else")) {
		b = add_branch(p, c);
		if (!b)
			return;
		b->body = parse_body(p, CLOSE_FI);
	}
	expect(p, c, "fi");
}

static void parse_do(struct parser *p, struct compound *c, struct shell_branch *b)
{
	expect(p, c, "do");
	b->body = parse_body(p, CLOSE_DONE);
	expect(p, c, "done");
}

static void parse_while(struct parser *p, struct compound *c)
{
	struct shell_branch *b = add_branch(p, c);

	if (!b)
		return;
	b->condition = parse_body(p, CLOSE_DO | CLOSE_DONE);
	parse_do(p, c, b);
}

static const struct shell_word *parse_words(struct parser *p)
{
	const struct shell_word *first = NULL, **tail = &first;

	for (;;) {
		struct shell_word *w;

		skip_blanks(p);
		w = parse_word(p);
		if (!w)
			return first;
		*tail = w;
		tail = &w->next;
	}
}

/* for x [in words], select x [in words] */
static void parse_loop_words(struct parser *p, struct compound *c)
{
	struct shell_word *name;

	skip_blanks(p);
	name = parse_word(p);
	if (name)
		c->command->name = name->text;
	else
		parser_problem(p, c->start, c->start + c->n, "%.*s without a variable",
			       STR_FMT(slice(p, c->start, c->start + c->n)));
	skip_newlines(p);
	if (takes_word(p, "in"))
		c->command->words = parse_words(p);
}

/* for ((i = 0; i < 3; i++)) */
static bool takes_arith_header(struct parser *p, struct compound *c)
{
	size_t end;

	skip_blanks(p);
	end = parser_sees(p, "((") ? find_arithmetic_end(p, p->at + 2) : SIZE_MAX;
	if (end == SIZE_MAX)
		return false;
	c->command->kind = SHELL_FOR_ARITH;
	p->at += 2;
	parse_arith(p, c, end);
	return true;
}

static void parse_for(struct parser *p, struct compound *c)
{
	struct shell_branch *b = add_branch(p, c);

	if (!b)
		return;
	if (c->command->kind != SHELL_FOR || !takes_arith_header(p, c))
		parse_loop_words(p, c);
	skip_blanks(p);
	(void)parser_takes(p, ";"); /* or a new line, or neither */
	skip_newlines(p);
	if (takes_word(p, "{")) {
		b->body = parse_body(p, CLOSE_BRACE);
		expect(p, c, "}");
	} else {
		parse_do(p, c, b);
	}
}

/* --- case --- */

static const struct shell_word *parse_patterns(struct parser *p)
{
	const struct shell_word *first = NULL, **tail = &first;

	do {
		struct shell_word *w;

		skip_newlines(p);
		w = parse_word(p);
		if (!w)
			break;
		*tail = w;
		tail = &w->next;
		skip_blanks(p);
	} while (parser_takes(p, "|"));
	return first;
}

/* One "a|b) list ;;"; false where none can be read. */
static bool parse_item(struct parser *p, struct compound *c)
{
	size_t start = p->at;
	struct shell_branch *b = add_branch(p, c);

	if (!b)
		return false;
	(void)parser_takes(p, "("); /* may stand in front of a pattern */
	b->patterns = parse_patterns(p);
	if (!parser_takes(p, ")"))
		parser_problem(p, start, p->at, "no ) stands behind a pattern of case");
	b->body = parse_body(p, CLOSE_CASE | CLOSE_ESAC);
	skip_newlines(p);
	return parser_takes(p, ";;&") || parser_takes(p, ";;") || parser_takes(p, ";&");
}

static void parse_case(struct parser *p, struct compound *c)
{
	skip_blanks(p);
	c->command->words = parse_word(p);
	if (!c->command->words)
		parser_problem(p, c->start, c->start + c->n, "case without a word");
	expect(p, c, "in");
	do
		skip_newlines(p);
	while (!at_end(p) && !sees_word(p, "esac") && parse_item(p, c));
	expect(p, c, "esac");
}

/* --- [[ ]] --- */

static struct shell_word *parse_test_operator(struct parser *p)
{
	static const char *const operators[] = {"&&", "||", "(", ")", "<", ">"};
	size_t start = p->at;

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (parser_takes(p, operators[i])) {
			struct shell_part *part = parser_node(p, sizeof *part);

			if (!part)
				return NULL;
			part->source = part->text = slice(p, start, p->at);
			part->span = parser_span(p, start, p->at);
			return word_of(p, start, p->at, part);
		}
	return NULL;
}

static void parse_test(struct parser *p, struct compound *c)
{
	const struct shell_word **tail = &c->command->words;
	bool regex = false;

	for (;;) {
		struct shell_word *w;

		skip_newlines(p);
		if (takes_word(p, "]]"))
			return;
		w = regex ? parse_regex(p) : parse_word(p);
		if (!w)
			w = parse_test_operator(p);
		if (!w)
			break;
		regex = str_is(w->text, "=~");
		*tail = w;
		tail = &w->next;
	}
	parser_problem(p, c->start, c->start + c->n, "[[ without ]]");
}

/* --- functions --- */

static const struct shell_list *list_of(struct parser *p, struct shell_command *c)
{
	struct shell_list *list = parser_node(p, sizeof *list);
	struct shell_and_or *a = parser_node(p, sizeof *a);
	struct shell_pipeline *pipeline = parser_node(p, sizeof *pipeline);

	if (!list || !a || !pipeline)
		return NULL;
	list->first = c ? a : NULL;
	a->pipelines = pipeline;
	pipeline->commands = c;
	pipeline->n_commands = 1;
	if (c)
		list->span = a->span = pipeline->span = c->span;
	return list;
}

static void parse_one(struct parser *p, struct compound *c)
{
	struct shell_branch *b = add_branch(p, c);

	if (b)
		b->body = list_of(p, parse_command(p));
}

struct shell_command *parse_function(struct parser *p, struct str name, size_t start)
{
	struct shell_command *command = parser_node(p, sizeof *command);
	struct compound c = {.command = command, .start = start, .n = name.n};

	if (!command)
		return NULL;
	command->kind = SHELL_FUNCTION;
	command->name = name;
	c.tail = &command->branches;
	skip_newlines(p);
	parse_one(p, &c);
	if (p->parse->r == 0 && !command->branches->body->first)
		parser_problem(p, start, p->at, "the function %.*s has no body", STR_FMT(name));
	command->span = parser_span(p, start, p->at);
	return command;
}

/* function name [()] body */
static struct shell_command *parse_function_word(struct parser *p, size_t start)
{
	struct shell_word *name;

	skip_blanks(p);
	name = parse_word(p);
	skip_blanks(p);
	if (parser_takes(p, "(")) {
		skip_blanks(p);
		(void)parser_takes(p, ")"); /* its body is missing then */
	}
	return parse_function(p, name ? name->text : STR_NULL, start);
}

/* --- which --- */

static struct shell_command *start(struct parser *p, struct compound *c,
				   enum shell_command_kind kind, size_t n)
{
	struct shell_command *command = parser_node(p, sizeof *command);

	if (!command)
		return NULL;
	*c = (struct compound){command, &command->branches, p->at, n};
	command->kind = kind;
	p->at += n;
	return command;
}

static struct shell_command *parse_parenthesis(struct parser *p)
{
	size_t end = peek(p, 1) == '(' ? find_arithmetic_end(p, p->at + 2) : SIZE_MAX;
	struct compound c;

	if (!start(p, &c, end == SIZE_MAX ? SHELL_SUBSHELL : SHELL_ARITH, end == SIZE_MAX ? 1 : 2))
		return NULL;
	if (end == SIZE_MAX)
		parse_subshell(p, &c);
	else
		parse_arith(p, &c, end);
	return c.command;
}

struct shell_command *parse_compound(struct parser *p)
{
	static const struct {
		const char *word;
		enum shell_command_kind kind;
		void (*parse)(struct parser *p, struct compound *c);
	} kinds[] = {
		{"{", SHELL_GROUP, parse_group},     {"if", SHELL_IF, parse_if},
		{"while", SHELL_WHILE, parse_while}, {"until", SHELL_UNTIL, parse_while},
		{"for", SHELL_FOR, parse_for},	     {"select", SHELL_SELECT, parse_for},
		{"case", SHELL_CASE, parse_case},    {"[[", SHELL_TEST, parse_test},
		{"coproc", SHELL_COPROC, parse_one},
	};
	size_t first = p->at;
	struct compound c;

	if (peek(p, 0) == '(')
		return parse_parenthesis(p);
	if (takes_word(p, "function"))
		return parse_function_word(p, first);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (sees_word(p, kinds[i].word)) {
			if (!start(p, &c, kinds[i].kind, strlen(kinds[i].word)))
				return NULL;
			skip_blanks(p);
			kinds[i].parse(p, &c);
			return p->parse->r < 0 ? NULL : c.command;
		}
	return NULL;
}
