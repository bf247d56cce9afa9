/* SPDX-License-Identifier: Apache-2.0 */
/* Words: quotes, escapes and expansions (POSIX.1-2017 XCU 2.2 and 2.6). */
#include "check/shell_parser.h"

enum context {
	IN_WORD,
	IN_REGEX,	 /* behind =~: ends at a blank outside of its parentheses */
	IN_DOUBLE,	 /* ends at " */
	IN_BRACE,	 /* the word of ${x:-word}, ends at } */
	IN_BRACE_DOUBLE, /* the same within double quotes: ' is text */
	IN_SUBSCRIPT,	 /* ends at ] */
	IN_HEREDOC,	 /* to the end of the text; " is text */
	IN_ARITH,	 /* to the end of the text; ' is text */
};

struct parts {
	enum context context;
	const struct shell_part *first;
	struct shell_part **tail;
	size_t start;	 /* of the word */
	size_t end;	 /* of the last part, its quotes with it */
	unsigned parens; /* open in an extended glob, a regular expression */
};

static void parse_parts(struct parser *p, struct parts *parts);

bool is_name_start(int c)
{
	return c >= 0 && (char_is_alpha((char)c) || c == '_');
}

bool is_name(int c)
{
	return c >= 0 && (char_is_alnum((char)c) || c == '_');
}

bool ends_word(int c)
{
	switch (c) {
	case -1:
	case ' ':
	case '\t':
	case '\n':
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
	case '(':
	case ')':
		return true;
	default:
		return false;
	}
}

size_t continuation(const struct parser *p)
{
	if (peek(p, 0) != '\\')
		return 0;
	if (peek(p, 1) == '\n')
		return 2;
	return peek(p, 1) == '\r' && peek(p, 2) == '\n' ? 3 : 0;
}

static bool is_line_end(const struct parser *p, size_t ahead)
{
	return peek(p, ahead) == '\n' || (peek(p, ahead) == '\r' && peek(p, ahead + 1) == '\n');
}

/* Of what stands here and separates words: a blank, the \r of a line's end, a continued line. */
static size_t blank_length(const struct parser *p)
{
	switch (peek(p, 0)) {
	case ' ':
	case '\t':
		return 1;
	case '\r':
		return peek(p, 1) == '\n' || peek(p, 1) == -1;
	default:
		return continuation(p);
	}
}

void skip_blanks(struct parser *p)
{
	size_t n;

	while ((n = blank_length(p)) > 0)
		p->at += n;
	if (peek(p, 0) == '#')
		p->at += str_find_char(str_skip(p->text, p->at), '\n');
}

/* --- parts --- */

static struct parts parts_make(const struct parser *p, enum context context)
{
	return (struct parts){.context = context, .start = p->at, .end = p->at};
}

static bool is_double(enum context c)
{
	return c == IN_DOUBLE || c == IN_BRACE_DOUBLE || c == IN_HEREDOC;
}

static struct shell_part *add_part(struct parser *p, struct parts *parts, enum shell_part_kind kind,
				   size_t start)
{
	struct shell_part *part = parser_node(p, sizeof *part);

	if (!part)
		return NULL;
	part->kind = kind;
	part->quote = is_double(parts->context) ? SHELL_DOUBLE : SHELL_BARE;
	part->source = slice(p, start, p->at);
	part->span = parser_span(p, start, p->at);
	if (!parts->first)
		parts->first = part;
	else
		*parts->tail = part;
	parts->tail = (struct shell_part **)&part->next;
	parts->end = p->at;
	return part;
}

static void add_text(struct parser *p, struct parts *parts, size_t start, struct str text,
		     enum shell_quote quote)
{
	struct shell_part *part = add_part(p, parts, SHELL_TEXT, start);

	if (part) {
		part->text = text;
		part->quote = quote;
	}
}

static bool opens_process(const struct parser *p, const struct parts *parts)
{
	int c = peek(p, 0);

	return parts->context == IN_WORD && (c == '<' || c == '>') && peek(p, 1) == '(';
}

/* The ( of ?(a|b) *( +( @( !(: the byte before it is of this word, and ! no word by itself. */
static bool opens_glob(const struct parser *p, const struct parts *parts)
{
	char before;

	if (peek(p, 0) != '(' || p->at == parts->start)
		return false;
	before = p->text.p[p->at - 1];
	return before == '?' || before == '*' || before == '+' || before == '@' ||
	       (before == '!' && p->at > parts->start + 1);
}

static bool ends_bare_word(const struct parser *p, struct parts *parts)
{
	int c = peek(p, 0);

	if (!ends_word(c))
		return c == '\r' && is_line_end(p, 0);
	if (opens_glob(p, parts) || (c == '(' && parts->parens)) {
		parts->parens++;
		return false;
	}
	if (parts->parens && (c == ')' || c == '|')) {
		parts->parens -= c == ')';
		return false;
	}
	return !opens_process(p, parts);
}

static bool ends_regex(const struct parser *p, struct parts *parts)
{
	int c = peek(p, 0);

	if (c == '(')
		parts->parens++;
	else if (c == ')' && parts->parens)
		parts->parens--;
	else if (c == ' ' || c == '\t')
		return parts->parens == 0;
	return c == '\n';
}

/* Asked once for each byte, since it counts parentheses. */
static bool ends_here(const struct parser *p, struct parts *parts)
{
	if (at_end(p))
		return true;
	switch (parts->context) {
	case IN_WORD:
		return ends_bare_word(p, parts);
	case IN_REGEX:
		return ends_regex(p, parts);
	case IN_DOUBLE:
		return peek(p, 0) == '"';
	case IN_BRACE:
	case IN_BRACE_DOUBLE:
		return peek(p, 0) == '}';
	case IN_SUBSCRIPT:
		return peek(p, 0) == ']';
	case IN_HEREDOC:
	case IN_ARITH:
		break;
	}
	return false;
}

static bool is_special(const struct parser *p, const struct parts *parts)
{
	switch (peek(p, 0)) {
	case '\\':
	case '$':
	case '`':
		return true;
	case '"':
		return parts->context != IN_HEREDOC;
	case '\'':
		return !is_double(parts->context) && parts->context != IN_ARITH;
	default:
		return opens_process(p, parts);
	}
}

/* Most bytes are text in every context. */
static bool is_plain(int c)
{
	return is_name(c) || c == '-' || c == '.' || c == '/' || c == '=' || c == ':' || c >= 0x80;
}

/* The first byte is text whatever it is. */
static void parse_run(struct parser *p, struct parts *parts)
{
	size_t start = p->at++;

	while (is_plain(peek(p, 0)) ||
	       (!at_end(p) && !is_special(p, parts) && !ends_here(p, parts)))
		p->at++;
	add_text(p, parts, start, slice(p, start, p->at),
		 is_double(parts->context) ? SHELL_DOUBLE : SHELL_BARE);
}

/* --- quotes --- */

static bool is_escapable(int c, enum context context)
{
	switch (c) {
	case '$':
	case '`':
	case '\\':
		return true;
	case '"':
		return context != IN_HEREDOC;
	case '}':
		return context == IN_BRACE_DOUBLE;
	default:
		return false;
	}
}

static void parse_backslash(struct parser *p, struct parts *parts)
{
	size_t start = p->at, n = continuation(p);
	bool kept;

	if (n) {
		p->at += n;
		return;
	}
	kept = is_double(parts->context) && !is_escapable(peek(p, 1), parts->context);
	p->at += peek(p, 1) < 0 ? 1 : 2;
	if (kept || p->at == start + 1)
		add_text(p, parts, start, slice(p, start, p->at),
			 is_double(parts->context) ? SHELL_DOUBLE : SHELL_BARE);
	else
		add_text(p, parts, start, slice(p, start + 1, p->at),
			 is_double(parts->context) ? SHELL_DOUBLE : SHELL_ESCAPED);
}

static void parse_single(struct parser *p, struct parts *parts)
{
	size_t start = p->at++;
	size_t end = p->at + str_find_char(str_skip(p->text, p->at), '\'');
	struct str text = slice(p, p->at, end);

	if (end == p->text.n)
		parser_problem(p, start, start + 1, "the quote ' is not closed");
	p->at = end < p->text.n ? end + 1 : end;
	add_text(p, parts, start, text, SHELL_SINGLE);
}

/* `opening` is " or $". */
static void parse_double(struct parser *p, struct parts *parts, size_t opening)
{
	enum context outside = parts->context;
	const struct shell_part **first_inside = NULL;
	size_t start = p->at;

	p->at += opening;
	if (parts->first)
		first_inside = (const struct shell_part **)parts->tail;
	parts->context = IN_DOUBLE;
	parse_parts(p, parts);
	if (first_inside ? !*first_inside : !parts->first)
		add_text(p, parts, start + opening, STR_NULL, SHELL_DOUBLE);
	parts->context = outside;
	if (at_end(p))
		parser_problem(p, start, start + opening, "the quote \" is not closed");
	else
		p->at++;
	parts->end = p->at;
}

static void add_utf8(char *out, size_t *n, uint32_t c)
{
	if (c >= 0x10000) {
		out[(*n)++] = (char)(0xf0 | (c >> 18 & 7));
		out[(*n)++] = (char)(0x80 | (c >> 12 & 63));
	} else if (c >= 0x800) {
		out[(*n)++] = (char)(0xe0 | c >> 12);
	}
	if (c >= 0x80)
		out[(*n)++] = (char)((c < 0x800 ? 0xc0 | c >> 6 : 0x80 | (c >> 6 & 63)));
	out[(*n)++] = (char)(c < 0x80 ? c : 0x80 | (c & 63));
}

/* Up to `most` digits of a base (8 or 16) from *i on. */
static uint32_t take_digits(struct str s, size_t *i, unsigned most, int base)
{
	uint32_t value = 0;

	for (; most && *i < s.n; most--, (*i)++) {
		int digit = char_hex(s.p[*i]);

		if (digit < 0 || digit >= base)
			break;
		value = value * (uint32_t)base + (uint32_t)digit;
	}
	return value;
}

/* One escape of $'', *i behind its backslash. None gives more bytes than it is long. */
static void decode_escape(struct str s, size_t *i, char *out, size_t *n)
{
	static const char from[] = "abeEfnrtv", to[] = "\a\b\033\033\f\n\r\t\v";
	char c = s.p[*i];
	const char *at = c ? strchr(from, c) : NULL;

	if (char_is_digit(c) && c < '8') {
		out[(*n)++] = (char)take_digits(s, i, 3, 8);
		return;
	}
	(*i)++;
	if (at)
		out[(*n)++] = to[at - from];
	else if (c == 'x')
		out[(*n)++] = (char)take_digits(s, i, 2, 16);
	else if (c == 'u')
		add_utf8(out, n, take_digits(s, i, 4, 16));
	else if (c == 'U')
		add_utf8(out, n, take_digits(s, i, 8, 16));
	else if (c == 'c' && *i < s.n)
		out[(*n)++] = s.p[(*i)++] & 31;
	else if (c == '\\' || c == '\'' || c == '"' || c == '?')
		out[(*n)++] = c;
	else {
		out[(*n)++] = '\\';
		out[(*n)++] = c;
	}
}

static struct str decode_ansi(struct parser *p, struct str s)
{
	size_t n = 0, i = 0;
	char *out;

	if (str_find_char(s, '\\') == s.n)
		return s;
	out = parser_copies(p, s.n) ? arena_alloc(p->parse->arena, s.n) : NULL;
	if (!out) {
		parser_fail(p, ERR_NOMEM, NULL, 0);
		return STR_NULL;
	}
	while (i < s.n) {
		char c = s.p[i++];

		if (c == '\\' && i < s.n)
			decode_escape(s, &i, out, &n);
		else
			out[n++] = c;
	}
	return str_make(out, n);
}

static void parse_ansi(struct parser *p, struct parts *parts)
{
	size_t start = p->at, end;

	p->at += 2;
	while (!at_end(p) && peek(p, 0) != '\'')
		p->at += peek(p, 0) == '\\' && peek(p, 1) >= 0 ? 2 : 1;
	end = p->at;
	if (at_end(p))
		parser_problem(p, start, start + 2, "the quote $' is not closed");
	else
		p->at++;
	add_text(p, parts, start, decode_ansi(p, slice(p, start + 2, end)), SHELL_ANSI);
}

/* --- substitutions --- */

/* A list up to its ), behind which the parser stands then. */
static const struct shell_list *parse_until_paren(struct parser *p, size_t start, const char *what)
{
	unsigned closers = p->closers;
	const struct shell_list *list;

	if (!parser_enter(p))
		return NULL;
	p->closers = CLOSE_PAREN;
	list = parse_list(p);
	p->closers = closers;
	parser_leave(p);
	if (!parser_takes(p, ")"))
		parser_problem(p, start, start + 2, "%s is not closed", what);
	return list;
}

static void parse_substitution(struct parser *p, struct parts *parts)
{
	size_t start = p->at;
	bool process = peek(p, 0) != '$';
	const struct shell_list *list;
	struct shell_part *part;

	p->at += 2;
	list = parse_until_paren(p, start, process ? "<(" : "$(");
	part = add_part(p, parts, process ? SHELL_PROCESS : SHELL_SUBSTITUTION, start);
	if (part)
		part->body = list;
}

/* Backslashes in front of ` $ and \ go, as the shell does before it reads what is inside. */
static struct parser unescape(struct parser *p, size_t at, size_t end, bool in_double)
{
	struct text_map *map = arena_alloc(p->parse->arena, sizeof *map);
	char *out = parser_copies(p, end - at) ? arena_alloc(p->parse->arena, end - at) : NULL;
	size_t n = 0;

	if (!map || !out) {
		parser_fail(p, ERR_NOMEM, NULL, 0);
		return parser_inside(p, STR_NULL, NULL);
	}
	*map = text_map_make(p->parse->arena);
	for (size_t i = at; i < end; i++) {
		char c = p->text.p[i], next = i + 1 < end ? p->text.p[i + 1] : ' ';

		if (c == '\\' &&
		    (next == '`' || next == '$' || next == '\\' || (in_double && next == '"')))
			i++;
		text_map_add(map, n, text_map_origin(p->map, i));
		out[n++] = p->text.p[i];
	}
	if (p->parse->arena->failed)
		parser_fail(p, ERR_NOMEM, NULL, 0);
	return parser_inside(p, str_make(out, n), map);
}

static void parse_backquotes(struct parser *p, struct parts *parts)
{
	size_t start = p->at++;
	struct shell_part *part;
	struct parser inside;
	bool escapes = false;
	size_t end;

	for (; !at_end(p) && peek(p, 0) != '`'; p->at++)
		if (peek(p, 0) == '\\' && peek(p, 1) >= 0) {
			escapes = true;
			p->at++;
		}
	end = p->at;
	if (at_end(p))
		parser_problem(p, start, start + 1, "the quote ` is not closed");
	else
		p->at++;
	part = add_part(p, parts, SHELL_SUBSTITUTION, start);
	if (!part || !parser_enter(p))
		return;
	inside = escapes ? unescape(p, start + 1, end, is_double(parts->context))
			 : parser_part(p, start + 1, end);
	part->body = parse_list(&inside);
	read_heredocs(&inside);
	parser_leave(p);
}

size_t find_arithmetic_end(struct parser *p, size_t from)
{
	size_t i = from, depth = 0, found = SIZE_MAX;

	/* Looking again and again at the same bytes has an end; then it is taken for a subshell. */
	if (p->parse->looked > 16 * p->parse->script->text.n + 65536)
		return SIZE_MAX;
	for (; i < p->text.n && found == SIZE_MAX; i++) {
		char c = p->text.p[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == ')' && i + 1 < p->text.n && p->text.p[i + 1] == ')')
			found = i;
		else if (c == ')')
			break;
		else if (c == '\\')
			i++;
		else if (c == '\'' || c == '"' || c == '`')
			i += 1 + str_find_char(str_skip(p->text, i + 1), c);
	}
	p->parse->looked += i - from;
	return found;
}

const struct shell_part *parse_arithmetic(struct parser *p, size_t at, size_t end)
{
	struct parser inside = parser_part(p, at, end);
	struct parts parts = parts_make(&inside, IN_ARITH);

	if (!parser_enter(p))
		return NULL;
	parse_parts(&inside, &parts);
	read_heredocs(&inside);
	parser_leave(p);
	return parts.first;
}

/* --- $ --- */

static void parse_arithmetic_expansion(struct parser *p, struct parts *parts, size_t end)
{
	size_t start = p->at;
	struct shell_part *part;

	p->at = end + 2;
	part = add_part(p, parts, SHELL_ARITHMETIC, start);
	if (!part)
		return;
	part->text = slice(p, start + 3, end);
	part->inner = parse_arithmetic(p, start + 3, end);
}

static bool is_special_parameter(int c)
{
	return c > 0 && strchr("@*#?-$!", c);
}

/* A name, a number, or one of @*#?-$!. */
static struct str take_parameter(struct parser *p)
{
	size_t start = p->at;

	if (is_name_start(peek(p, 0)))
		while (is_name(peek(p, 0)))
			p->at++;
	else if (peek(p, 0) >= '0' && peek(p, 0) <= '9')
		while (peek(p, 0) >= '0' && peek(p, 0) <= '9')
			p->at++;
	else if (is_special_parameter(peek(p, 0)))
		p->at++;
	return slice(p, start, p->at);
}

static struct str take_operator(struct parser *p)
{
	static const char *const operators[] = {":-", ":=", ":?", ":+", "##", "%%", "//", "/#",
						"/%", "^^", ",,", "#",	"%",  "/",  "^",  ",",
						"-",  "=",  "?",  "+",	"@",  ":"};

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (parser_takes(p, operators[i]))
			return str_of(operators[i]);
	return STR_NULL;
}

/* # in front is for the length, ! for what the variable names; unless they are the variable. */
static struct str take_prefix(struct parser *p)
{
	int next = peek(p, 1);

	if (peek(p, 0) == '#' &&
	    (is_name(next) || (is_special_parameter(next) && peek(p, 2) == '}'))) {
		p->at++;
		return STR("length");
	}
	if (peek(p, 0) == '!' && is_name(next)) {
		p->at++;
		return STR("!");
	}
	return STR_NULL;
}

static enum context operand_context(enum context outside, struct str operator)
{
	bool pattern = operator.n && strchr("#%/^,", operator.p[0]);

	return is_double(outside) && !pattern ? IN_BRACE_DOUBLE : IN_BRACE;
}

/* What stands in ${ } up to the brace: name, subscript, operator, word. */
static void parse_braced(struct parser *p, enum context outside, struct shell_part *found)
{
	struct parts inner = parts_make(p, IN_SUBSCRIPT);
	struct str prefix = take_prefix(p), operator;
	size_t start = p->at;

	found->text = take_parameter(p);
	if (parser_takes(p, "[")) {
		parse_parts(p, &inner);
		(void)parser_takes(p, "]"); /* the missing } is told below */
	}
	operator= take_operator(p);
	found->operator= operator.n ? operator: prefix;
	if (!found->text.n || (!operator.n && !at_end(p) && peek(p, 0) != '}'))
		parser_problem(p, start, p->at + !at_end(p), "what is in ${ } is no expansion");
	inner.context = operand_context(outside, operator);
	parse_parts(p, &inner);
	found->inner = inner.first;
}

static void parse_brace(struct parser *p, struct parts *parts)
{
	struct shell_part found = {0}, *part;
	size_t start = p->at;

	p->at += 2;
	if (!parser_enter(p))
		return;
	parse_braced(p, parts->context, &found);
	parser_leave(p);
	if (!parser_takes(p, "}"))
		parser_problem(p, start, start + 2, "${ is not closed");
	part = add_part(p, parts, SHELL_VARIABLE, start);
	if (!part)
		return;
	part->text = found.text;
	part->operator= found.operator;
	part->inner = found.inner;
}

static void parse_parameter(struct parser *p, struct parts *parts)
{
	size_t start = p->at++;
	struct str name = STR_NULL;
	struct shell_part *part;

	if (peek(p, 0) >= '0' && peek(p, 0) <= '9')
		name = slice(p, p->at, p->at + 1); /* $10 is $1 and a 0 */
	else
		name = take_parameter(p);
	p->at = start + 1 + name.n;
	part = add_part(p, parts, name.n ? SHELL_VARIABLE : SHELL_TEXT, start);
	if (part)
		part->text = name.n ? name : part->source;
}

static void parse_dollar(struct parser *p, struct parts *parts)
{
	bool bare = !is_double(parts->context) && parts->context != IN_ARITH;
	size_t end;

	if (peek(p, 1) == '(') {
		end = peek(p, 2) == '(' ? find_arithmetic_end(p, p->at + 3) : SIZE_MAX;
		if (end != SIZE_MAX)
			parse_arithmetic_expansion(p, parts, end);
		else
			parse_substitution(p, parts);
	} else if (peek(p, 1) == '{') {
		parse_brace(p, parts);
	} else if (peek(p, 1) == '\'' && bare) {
		parse_ansi(p, parts);
	} else if (peek(p, 1) == '"' && bare) {
		parse_double(p, parts, 2);
	} else {
		parse_parameter(p, parts);
	}
}

static void parse_parts(struct parser *p, struct parts *parts)
{
	while (p->parse->r == 0 && !ends_here(p, parts)) {
		int c = peek(p, 0);

		if (!is_special(p, parts))
			parse_run(p, parts);
		else if (c == '\\')
			parse_backslash(p, parts);
		else if (c == '$')
			parse_dollar(p, parts);
		else if (c == '`')
			parse_backquotes(p, parts);
		else if (c == '\'')
			parse_single(p, parts);
		else if (c == '"')
			parse_double(p, parts, 1);
		else
			parse_substitution(p, parts);
	}
}

/* --- words --- */

static unsigned glob_flags(struct str s)
{
	unsigned flags = 0;
	bool open = false, separated = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '*' || c == '?' || c == '[')
			flags |= SHELL_WORD_GLOB;
		if (c == '{') {
			open = true;
			separated = false;
		} else if (c == ',' || (c == '.' && i + 1 < s.n && s.p[i + 1] == '.')) {
			separated = open;
		} else if (c == '}' && separated) {
			flags |= SHELL_WORD_BRACES;
		}
	}
	return flags;
}

static unsigned word_flags(const struct shell_part *parts)
{
	unsigned flags = SHELL_WORD_LITERAL | SHELL_WORD_BARE;

	for (const struct shell_part *part = parts; part; part = part->next) {
		if (part->kind != SHELL_TEXT)
			flags &= ~(unsigned)SHELL_WORD_LITERAL;
		if (part->quote != SHELL_BARE)
			flags = (flags | SHELL_WORD_QUOTED) & ~(unsigned)SHELL_WORD_BARE;
		else if (part->kind == SHELL_TEXT)
			flags |= glob_flags(part->text);
	}
	if (parts && parts->quote == SHELL_BARE && parts->text.n && parts->text.p[0] == '~')
		flags |= SHELL_WORD_TILDE;
	return flags;
}

static struct str part_text(const struct shell_part *part)
{
	return part->kind == SHELL_TEXT ? part->text : part->source;
}

/* Without its quotes; the text as it stands where there are none. */
static struct str word_text(struct parser *p, struct str source, const struct shell_part *parts)
{
	size_t n = 0, at = 0;
	char *out;

	for (const struct shell_part *part = parts; part; part = part->next)
		n += part_text(part).n;
	if (n == source.n)
		return source;
	if (!n || !parts->next)
		return n ? part_text(parts) : STR("");
	out = parser_copies(p, n) ? arena_alloc(p->parse->arena, n) : NULL;
	if (!out) {
		parser_fail(p, ERR_NOMEM, NULL, 0);
		return STR_NULL;
	}
	for (const struct shell_part *part = parts; part; part = part->next) {
		struct str piece = part_text(part);

		if (piece.n)
			memcpy(out + at, piece.p, piece.n);
		at += piece.n;
	}
	return str_make(out, n);
}

struct shell_word *word_of(struct parser *p, size_t at, size_t end, const struct shell_part *parts)
{
	struct shell_word *w = parser_node(p, sizeof *w);

	if (!w)
		return NULL;
	w->span = parser_span(p, at, end);
	w->parts = parts;
	w->flags = word_flags(parts);
	w->text = word_text(p, slice(p, at, end), parts);
	return w;
}

static struct shell_word *parse_in(struct parser *p, enum context context)
{
	struct parts parts = parts_make(p, context);
	size_t start = p->at;

	parse_parts(p, &parts);
	return parts.end > start ? word_of(p, start, parts.end, parts.first) : NULL;
}

struct shell_word *parse_word(struct parser *p)
{
	return parse_in(p, IN_WORD);
}

struct shell_word *parse_regex(struct parser *p)
{
	return parse_in(p, IN_REGEX);
}

struct shell_word *parse_heredoc_body(struct parser *p)
{
	struct parts parts = parts_make(p, IN_HEREDOC);
	size_t start = p->at;

	parse_parts(p, &parts);
	read_heredocs(p);
	return word_of(p, start, parts.end, parts.first);
}
