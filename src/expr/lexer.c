/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/lexer.h"

#include "base/cleanup.h"

static const char *const kind_names[] = {
#define TOKEN(NAME, text) [TOKEN_##NAME] = (text),
#include "expr/token.def"
#undef TOKEN
};

static const char *const reserved[] = {
	"as",  "break", "const",   "continue",	"else",	  "for", "function", "if",    "import",
	"let", "loop",	"package", "namespace", "return", "var", "void",     "while",
};

static const struct {
	const char *word;
	enum token_kind kind;
} keywords[] = {
	{"in", TOKEN_IN},
	{"true", TOKEN_TRUE},
	{"false", TOKEN_FALSE},
	{"null", TOKEN_NULL},
};

/* Longer ones first. What other languages write is taken for what it means, with a word about it.
 */
static const struct {
	const char *text;
	enum token_kind kind;
	const char *instead;
} operators[] = {
	{"===", TOKEN_EQ, "'=='"},
	{"!==", TOKEN_NE, "'!='"},
	{"==", TOKEN_EQ, NULL},
	{"!=", TOKEN_NE, NULL},
	{"<=", TOKEN_LE, NULL},
	{">=", TOKEN_GE, NULL},
	{"<>", TOKEN_NE, "'!='"},
	{"&&", TOKEN_AND, NULL},
	{"||", TOKEN_OR, NULL},
	{"<", TOKEN_LT, NULL},
	{">", TOKEN_GT, NULL},
	{"!", TOKEN_NOT, NULL},
	{"-", TOKEN_MINUS, NULL},
	{"+", TOKEN_PLUS, NULL},
	{"*", TOKEN_TIMES, NULL},
	{"/", TOKEN_DIVIDE, NULL},
	{"%", TOKEN_MODULO, NULL},
	{".", TOKEN_DOT, NULL},
	{",", TOKEN_COMMA, NULL},
	{":", TOKEN_COLON, NULL},
	{"?", TOKEN_QUESTION, NULL},
	{"(", TOKEN_OPEN_PAREN, NULL},
	{")", TOKEN_CLOSE_PAREN, NULL},
	{"[", TOKEN_OPEN_BRACKET, NULL},
	{"]", TOKEN_CLOSE_BRACKET, NULL},
	{"{", TOKEN_OPEN_BRACE, NULL},
	{"}", TOKEN_CLOSE_BRACE, NULL},
	{"=", TOKEN_EQ, "'=='"},
	{"&", TOKEN_AND, "'&&'"},
	{"|", TOKEN_OR, "'||'"},
};

const char *token_kind_name(enum token_kind kind)
{
	return kind_names[kind];
}

/* A look at the first letter spares most comparisons: each word of the source is asked. */
static bool is_word_of(struct str word, const char *listed)
{
	return word.n && word.p[0] == listed[0] && str_is(word, listed);
}

bool word_is_reserved(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (is_word_of(word, reserved[i]))
			return true;
	return false;
}

static bool is_word_start(char c)
{
	return char_is_alpha(c) || c == '_';
}

static bool is_word(char c)
{
	return char_is_alnum(c) || c == '_';
}

static enum token_kind keyword_of(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (is_word_of(word, keywords[i].word))
			return keywords[i].kind;
	return TOKEN_IDENT;
}

bool word_is_selector(struct str word)
{
	if (!word.n || !is_word_start(word.p[0]))
		return false;
	for (size_t i = 1; i < word.n; i++)
		if (!is_word(word.p[i]))
			return false;
	return keyword_of(word) == TOKEN_IDENT;
}

/* The byte i behind the cursor; NUL behind the end (a NUL of the source is no token either). */
static char peek(const struct lexer *lx, size_t i)
{
	return i < lx->source.n - lx->at ? lx->source.p[lx->at + i] : '\0';
}

static struct str rest_of(const struct lexer *lx)
{
	return str_skip(lx->source, lx->at);
}

static struct token take(struct lexer *lx, enum token_kind kind, size_t n)
{
	struct token token = {kind, lx->at, str_sub(lx->source, lx->at, n)};

	lx->at += token.text.n;
	return token;
}

static void skip_blanks(struct lexer *lx)
{
	for (;;) {
		char c = peek(lx, 0);

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
			lx->at++;
		else if (c == '/' && peek(lx, 1) == '/')
			lx->at += str_find_char(rest_of(lx), '\n');
		else
			return;
	}
}

static size_t run_of(const struct lexer *lx, size_t from, bool (*belongs)(char c))
{
	size_t n = 0;

	while (belongs(peek(lx, from + n)))
		n++;
	return n;
}

static bool is_hex(char c)
{
	return char_hex(c) >= 0;
}

/* The length of an exponent (e+10) at `from`, or 0. */
static size_t exponent_at(const struct lexer *lx, size_t from)
{
	size_t sign = peek(lx, from + 1) == '+' || peek(lx, from + 1) == '-';
	size_t digits = run_of(lx, from + 1 + sign, char_is_digit);

	return char_lower(peek(lx, from)) == 'e' && digits ? 1 + sign + digits : 0;
}

/* 12 0x1f 12u 1.5 .5 1e3 */
static struct token lex_number(struct lexer *lx)
{
	enum token_kind kind = TOKEN_INT;
	size_t n = run_of(lx, 0, char_is_digit), more;

	if (n == 1 && peek(lx, 0) == '0' && peek(lx, 1) == 'x' && is_hex(peek(lx, 2))) {
		n = 2 + run_of(lx, 2, is_hex);
	} else {
		if (peek(lx, n) == '.' && char_is_digit(peek(lx, n + 1))) {
			n += 1 + run_of(lx, n + 1, char_is_digit);
			kind = TOKEN_DOUBLE;
		}
		more = exponent_at(lx, n);
		if (more)
			kind = TOKEN_DOUBLE;
		n += more;
	}
	if (kind == TOKEN_INT && char_lower(peek(lx, n)) == 'u') {
		kind = TOKEN_UINT;
		n++;
	}
	more = run_of(lx, n, is_word);
	if (more) {
		problem_add(lx->problems, lx->at, lx->at + n + more, "\"%.*s\" is no number",
			    STR_FMT(problem_quote(str_sub(lx->source, lx->at, n + more))));
		return take(lx, TOKEN_BROKEN, n + more);
	}
	return take(lx, kind, n);
}

/* The length of the prefix (r, b, br, in any case) of a string that starts here, else SIZE_MAX. */
static size_t string_prefix(const struct lexer *lx)
{
	size_t n = 0;

	n += char_lower(peek(lx, n)) == 'b';
	n += char_lower(peek(lx, n)) == 'r';
	return peek(lx, n) == '"' || peek(lx, n) == '\'' ? n : SIZE_MAX;
}

/* Whether the three (or one) closing quotes stand at the offset. */
static bool closes(const struct lexer *lx, size_t at, char quote, size_t quotes)
{
	for (size_t i = 0; i < quotes; i++)
		if (peek(lx, at + i) != quote)
			return false;
	return true;
}

/* The end of a text from n on, behind its closing quotes; 0 when there is none. */
static size_t text_end(const struct lexer *lx, size_t n, char quote, size_t quotes, bool raw)
{
	size_t left = lx->source.n - lx->at;

	while (n < left && !closes(lx, n, quote, quotes)) {
		char c = peek(lx, n);

		if (quotes == 1 && (c == '\n' || c == '\r'))
			return 0;
		n += c == '\\' && !raw ? 2 : 1;
	}
	return n < left ? n + quotes : 0;
}

static struct token lex_string(struct lexer *lx, size_t prefix)
{
	enum token_kind kind = char_lower(peek(lx, 0)) == 'b' ? TOKEN_BYTES : TOKEN_STRING;
	bool raw = prefix > 0 && char_lower(peek(lx, prefix - 1)) == 'r';
	char quote = peek(lx, prefix);
	size_t quotes = closes(lx, prefix, quote, 3) ? 3 : 1;
	size_t end = text_end(lx, prefix + quotes, quote, quotes, raw);

	if (end)
		return take(lx, kind, end);
	problem_add(lx->problems, lx->at, lx->at + prefix + quotes, "the %s has no closing %.*s%s",
		    kind == TOKEN_BYTES ? "bytes literal" : "string",
		    STR_FMT(str_sub(lx->source, lx->at + prefix, quotes)),
		    quotes == 1 ? " on its line" : "");
	end = quotes == 1 ? str_find_char(rest_of(lx), '\n') : SIZE_MAX;
	return take(lx, TOKEN_BROKEN, end);
}

static bool is_quotable(char c)
{
	return is_word(c) || c == '.' || c == '-' || c == '/' || c == ' ';
}

/* `content-type` */
static struct token lex_quoted_name(struct lexer *lx)
{
	size_t n = run_of(lx, 1, is_quotable);

	if (n && peek(lx, 1 + n) == '`')
		return take(lx, TOKEN_QUOTED, n + 2);
	n++;
	problem_add(lx->problems, lx->at, lx->at + n,
		    "a quoted name has letters, digits, _ . - / and spaces up to its second `");
	while (peek(lx, n) != '`' && peek(lx, n) != '\n' && lx->at + n < lx->source.n)
		n++;
	return take(lx, TOKEN_BROKEN, n + (peek(lx, n) == '`'));
}

static bool lex_operator(struct lexer *lx, struct token *ret)
{
	struct str rest = rest_of(lx);

	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		if (rest.p[0] != operators[i].text[0] ||
		    !str_has_prefix(rest, str_of(operators[i].text)))
			continue;
		*ret = take(lx, operators[i].kind, strlen(operators[i].text));
		if (operators[i].instead)
			problem_add(lx->problems, ret->at, lx->at,
				    "there is no operator '%s', write %s", operators[i].text,
				    operators[i].instead);
		return true;
	}
	return false;
}

static bool is_stray(char c)
{
	return c == '\0' ||
	       !(is_word(c) || char_is_space(c) || strchr("\"'`!-+*/%.,:?()[]{}=<>&|", c));
}

/* Characters that are part of no token, a run at once: #, @, curly quotes, ... */
static void skip_stray(struct lexer *lx)
{
	size_t n = 1;

	while (lx->at + n < lx->source.n && is_stray(peek(lx, n)))
		n++;
	if ((unsigned char)peek(lx, 0) < 0x20 || peek(lx, 0) == 0x7f)
		problem_add(lx->problems, lx->at, lx->at + n,
			    "a control character outside of a string");
	else
		problem_add(lx->problems, lx->at, lx->at + n, "unexpected \"%.*s\"",
			    STR_FMT(problem_quote(str_sub(lx->source, lx->at, n))));
	lx->at += n;
}

struct token lexer_next(struct lexer *lx)
{
	struct token token;

	for (;;) {
		size_t prefix;

		skip_blanks(lx);
		if (lx->at == lx->source.n)
			return take(lx, TOKEN_END, 0);
		prefix = string_prefix(lx);
		if (prefix != SIZE_MAX)
			return lex_string(lx, prefix);
		if (is_word_start(peek(lx, 0))) {
			token = take(lx, TOKEN_IDENT, run_of(lx, 0, is_word));
			token.kind = keyword_of(token.text);
			return token;
		}
		if (char_is_digit(peek(lx, 0)) ||
		    (peek(lx, 0) == '.' && char_is_digit(peek(lx, 1))))
			return lex_number(lx);
		if (peek(lx, 0) == '`')
			return lex_quoted_name(lx);
		if (lex_operator(lx, &token))
			return token;
		skip_stray(lx);
	}
}
