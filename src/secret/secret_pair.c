/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_pair.h"

#define KEY_REACH   96 /* bytes of a key on either side of the place */
#define GAP_REACH   32 /* of a phrase that a key ends: "bot token for telegram: " */
#define SPACE_REACH 64 /* white space between operator and value */

static bool is_key_char(char c)
{
	return char_is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '$';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static char char_at(struct str text, size_t at)
{
	return at < text.n ? text.p[at] : '\0';
}

/* ---- between key and value ---- */

struct cursor_ {
	struct str text;
	size_t at, end; /* end: not further */
};

static char peek(const struct cursor_ *c)
{
	return c->at < c->end ? c->text.p[c->at] : '\0';
}

static bool skip_blanks(struct cursor_ *c)
{
	size_t from = c->at;

	while (is_blank(peek(c)))
		c->at++;
	return c->at > from;
}

/* "key"], 'key'), \"key\" */
static bool skip_closers(struct cursor_ *c)
{
	size_t from = c->at;

	while (is_quote(peek(c)) || peek(c) == ']' || peek(c) == ')' || peek(c) == '\\')
		c->at++;
	return c->at > from;
}

/* <add key="password" value=, <param name="password" value= */
static void skip_attribute(struct cursor_ *c)
{
	struct cursor_ try = *c;

	if (skip_blanks(&try) && str_has_prefix(str_skip(try.text, try.at), STR("value="))) {
		try.at += 5;
		*c = try;
	}
}

/* var key string =, key: &'static str = */
static void skip_type(struct cursor_ *c)
{
	struct cursor_ try = *c;

	if (!skip_blanks(&try) && peek(&try) != ':')
		return;
	while (char_is_alnum(peek(&try)) || is_blank(peek(&try)) ||
	       (peek(&try) && strchr("&':?<>[]*._", peek(&try))))
		try.at++;
	if (peek(&try) == '=' && try.at > c->at && char_at(try.text, try.at - 1) != ':' &&
	    char_at(try.text, try.at - 1) != '?')
		*c = try;
}

static bool take(struct cursor_ *c, const char *sign)
{
	if (!str_has_prefix(str_skip(c->text, c->at), str_of(sign)))
		return false;
	c->at += strlen(sign);
	return true;
}

/* f("key", ... */
static bool is_argument(struct str text, struct str key)
{
	size_t at = (size_t)(key.p - text.p);

	if (at == 0 || !is_quote(text.p[--at]))
		return false;
	while (at > 0 && is_blank(text.p[at - 1]))
		at--;
	return at > 0 && text.p[at - 1] == '(';
}

static bool read_operator(struct cursor_ *c, struct secret_pair *p, bool is_option)
{
	static const char *const equals[] = {":::=", "::=", ":=", "?=", ".=", "+=", "||=", "===",
					     "==",   "=>",  "->", "!=", "=",  "||", "?:",  "??"};

	for (size_t i = 0; i < sizeof equals / sizeof equals[0]; i++)
		if (take(c, equals[i])) {
			p->operator_ = PAIR_EQUALS;
			return true;
		}
	if (take(c, ":"))
		p->operator_ = PAIR_COLON;
	else if (take(c, ">"))
		p->operator_ = PAIR_TAG;
	else if (is_argument(c->text, p->key) && take(c, ","))
		p->operator_ = PAIR_COMMA;
	else if (is_option && c->at > 0 && is_blank(char_at(c->text, c->at - 1)))
		p->operator_ = PAIR_SPACE;
	else
		return false;
	return true;
}

/* ---- the value ---- */

/* What opens a value without being of it: quotes, a prefix of a string, brackets. */
static void skip_openers(struct cursor_ *c, struct secret_pair *p)
{
	size_t spaces = c->at + SPACE_REACH;

	while (c->at < spaces && char_is_space(peek(c)) &&
	       (is_blank(peek(c)) || p->operator_ == PAIR_TAG))
		c->at++;
	while (peek(c) == '[' || peek(c) == '{' || peek(c) == '(' || peek(c) == '\\')
		c->at++;
	if ((peek(c) == 'b' || peek(c) == 'f' || peek(c) == 'r' || peek(c) == 'u' ||
	     peek(c) == '@' || peek(c) == 'L') &&
	    is_quote(char_at(c->text, c->at + 1)))
		c->at++;
	if (is_quote(peek(c))) {
		p->quote = peek(c);
		while (is_quote(peek(c)) && peek(c) == p->quote)
			c->at++;
	}
}

static bool ends_bare(char c)
{
	return char_is_space(c) || is_quote(c) || c == ';' || c == ',' || c == '\0' || c == '<';
}

/* ENV KEY value, setenv KEY value, #define KEY "value" */
static bool follows_word(struct str before)
{
	static const char *const words[] = {"ENV ", "setenv ", "#define ", "ENV\t", "#define\t"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_has_suffix(before, str_of(words[i])))
			return true;
	return false;
}

static char opener_of(char closer)
{
	return closer == ']' ? '[' : closer == '}' ? '{' : '\0';
}

/* A bare value in a map, {pass: abc}, ends before the bracket that it did not open. In a call,
 * f(pass: abc), a bare one is an expression. */
static struct str without_closer(struct str value)
{
	char opener = value.n > 1 ? opener_of(value.p[value.n - 1]) : '\0';

	while (opener && str_find_char(value, opener) >= value.n) {
		value.n--;
		opener = value.n > 1 ? opener_of(value.p[value.n - 1]) : '\0';
	}
	return value;
}

static size_t value_end(const struct cursor_ *c, char quote)
{
	size_t at = c->at;

	for (; at < c->end; at++) {
		char x = c->text.p[at];

		if (quote ? x == quote || x == '\n' || x == '\r' : ends_bare(x))
			break;
		if (x == '\\' && at + 1 < c->end && strchr("nrt\"'", c->text.p[at + 1]))
			break;
	}
	return at;
}

/* ---- together ---- */

static struct str key_round(struct str text, size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && at - from < KEY_REACH && is_key_char(text.p[from - 1]))
		from--;
	while (to < text.n && to - at < KEY_REACH && is_key_char(text.p[to]))
		to++;
	return str_sub(text, from, to - from);
}

/* The key is the last word of a longer phrase: "Telegram Bot Token: ". */
static void read_phrase(struct cursor_ *c, struct secret_pair *p)
{
	struct cursor_ try = *c;
	size_t limit = c->at + GAP_REACH;

	while (try.at < limit &&
	       (char_is_alnum(peek(&try)) || peek(&try) == '_' || is_blank(peek(&try))))
		try.at++;
	if (try.at == c->at || peek(&try) != ':' || !is_blank(char_at(try.text, try.at + 1)))
		return;
	while (try.at > c->at && is_blank(char_at(try.text, try.at - 1)))
		try.at--;
	p->key.n = try.at - (size_t)(p->key.p - try.text.p);
	c->at = try.at;
}

/* <key>value</key>: what stands between two tags. */
static bool is_closed(const struct cursor_ *c, size_t n)
{
	struct cursor_ end = *c;

	end.at += n;
	while (char_is_space(peek(&end)))
		end.at++;
	return peek(&end) == '<';
}

bool secret_pair_read(struct str text, size_t at, struct secret_pair *ret)
{
	struct cursor_ c = {.text = text};
	bool is_option;

	*ret = (struct secret_pair){.key = key_round(text, at)};
	at = (size_t)(ret->key.p - text.p);
	ret->before = at > SECRET_PAIR_BEFORE
			      ? str_sub(text, at - SECRET_PAIR_BEFORE, SECRET_PAIR_BEFORE)
			      : str_sub(text, 0, at);
	c.at = (size_t)(ret->key.p - text.p) + ret->key.n;
	c.end = text.n - c.at > SECRET_PAIR_REACH ? c.at + SECRET_PAIR_REACH : text.n;
	is_option = str_has_prefix(ret->key, STR("-")) || follows_word(ret->before);
	read_phrase(&c, ret);
	if (!skip_closers(&c))
		skip_type(&c);
	else
		skip_attribute(&c);
	skip_blanks(&c);
	if (!read_operator(&c, ret, is_option))
		return false;
	skip_openers(&c, ret);
	ret->value = str_sub(text, c.at, value_end(&c, ret->quote) - c.at);
	if (!ret->quote && (str_has_suffix(ret->before, STR("?")) ||
			    str_has_suffix(ret->before, STR("&")))) /* of a URL */
		ret->value = str_sub(ret->value, 0, str_find_char(ret->value, '&'));
	if (!ret->quote)
		ret->value = without_closer(ret->value);
	if (ret->operator_ == PAIR_TAG && !is_closed(&c, ret->value.n))
		return false;
	ret->is_call = !ret->quote && str_find_char(ret->value, '(') < ret->value.n;
	return ret->value.n > 0;
}

static bool is_joint(char c)
{
	return c == '_' || c == '-' || c == '.' || c == '$' || c == ' ';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Whether a word begins at `at`: glob has no lob, aLob and LOB have. */
static bool begins_word(struct str key, size_t at)
{
	if (at == 0 || !char_is_alpha(key.p[at - 1]))
		return true;
	return is_upper(key.p[at]) && !is_upper(key.p[at - 1]);
}

/* Whether what is before `at` is a whole word: pass in dbPass and PASS1, not in passed. */
static bool ends_word(struct str key, size_t at)
{
	if (at >= key.n || !char_is_alpha(key.p[at]))
		return true;
	if (!is_upper(key.p[at]))
		return false;
	return !is_upper(key.p[at - 1]) || (at + 1 < key.n && is_lower(key.p[at + 1]));
}

#define SHORT_NAME 4 /* letters; sumObj is not of sumo, but planetScale is of planetscale */

#define LONG_NAME  8 /* letters: PGPASSWORD is one of password, whatever stands before */

/* Letter by letter; joints of either side stand for nothing. Where it ends, 0: it is not there. */
static size_t name_end(struct str key, size_t at, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (is_joint(name.p[i]))
			continue;
		while (i > 0 && at < key.n && is_joint(key.p[at]))
			at++;
		if (at >= key.n || char_lower(key.p[at]) != char_lower(name.p[i]))
			return 0;
		if (name.n <= SHORT_NAME && i > 0 && is_upper(key.p[at]) &&
		    !is_upper(key.p[at - 1]))
			return 0;
		at++;
	}
	return at;
}

static size_t match_name(struct str key, size_t at, struct str name)
{
	return begins_word(key, at) || name.n >= LONG_NAME ? name_end(key, at, name) : 0;
}

bool secret_key_has(struct str key, struct str name, bool whole)
{
	if (str_has_prefix(key, STR("-D"))) /* -DapiKey=abc */
		key = str_skip(key, 2);
	for (size_t at = 0; at < key.n; at++) {
		size_t end = match_name(key, at, name);

		if (end && (!whole || ends_word(key, end)))
			return true;
	}
	return false;
}

struct str secret_key_behind(struct str key, struct str name)
{
	struct str behind = STR_NULL;

	if (str_has_prefix(key, STR("-D")))
		key = str_skip(key, 2);
	for (size_t at = 0; at < key.n; at++) {
		size_t end = match_name(key, at, name);

		if (end && ends_word(key, end))
			behind = str_skip(key, end);
	}
	return behind;
}
