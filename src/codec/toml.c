/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     title = "x"              # a comment
 *     a.b.c = 1                # dotted keys make tables
 *     list = [1, "two", {three = 3}]
 *     [table.below]            # a table, opened once
 *     [[table.list]]           # one more element of a list of tables
 */
#include "codec/toml.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"

struct parser {
	struct str in;
	size_t at, line;
	unsigned depth;
	struct arena *arena;
	struct map
		members; /* table address + key -> struct toml: no slow search on hostile input */
	struct err *err;
};

static int value_parse(struct parser *p, struct toml *v);

/* --- bytes --- */

static int peek(const struct parser *p)
{
	return p->at < p->in.n ? (unsigned char)p->in.p[p->at] : -1;
}

static bool looking_at(const struct parser *p, struct str s)
{
	return str_has_prefix(str_skip(p->in, p->at), s);
}

static bool accept(struct parser *p, struct str s)
{
	if (!looking_at(p, s))
		return false;
	p->at += s.n;
	return true;
}

static void skip_blanks(struct parser *p)
{
	while (peek(p) == ' ' || peek(p) == '\t')
		p->at++;
}

static int fail(struct parser *p, const char *what)
{
	return err_set(p->err, ERR_FORMAT, "line %zu: %s", p->line, what);
}

static bool is_control(int c)
{
	return (c >= 0 && c < ' ' && c != '\t') || c == 127;
}

static int skip_comment(struct parser *p)
{
	if (peek(p) != '#')
		return 0;
	while (peek(p) >= 0 && peek(p) != '\n' && !looking_at(p, STR("\r\n"))) {
		if (is_control(peek(p)))
			return fail(p, "control byte in a comment");
		p->at++;
	}
	return 0;
}

static bool accept_newline(struct parser *p)
{
	if (!accept(p, STR("\n")) && !accept(p, STR("\r\n")))
		return false;
	p->line++;
	return true;
}

/* Blanks, comments and line ends. */
static int skip_lines(struct parser *p)
{
	int r;

	do {
		skip_blanks(p);
		r = skip_comment(p);
	} while (r == 0 && accept_newline(p));
	return r;
}

static int end_of_line(struct parser *p)
{
	int r;

	skip_blanks(p);
	r = skip_comment(p);
	if (r < 0)
		return r;
	return accept_newline(p) || peek(p) < 0 ? 0 : fail(p, "expected the end of the line");
}

/* --- the tree --- */

static struct toml *node_new(struct parser *p, enum toml_kind kind)
{
	struct toml *v = arena_alloc(p->arena, sizeof *v);

	if (!v)
		return NULL;
	v->kind = kind;
	v->line = p->line;
	return v;
}

static void append(struct toml *parent, struct toml *v)
{
	if (parent->last)
		parent->last->next = v;
	else
		parent->first = v;
	parent->last = v;
}

static struct str member_key(struct parser *p, const struct toml *table, struct str key)
{
	char *text = arena_alloc(p->arena, sizeof table + key.n + 1);

	if (!text)
		return STR_NULL;
	memcpy(text, &table, sizeof table);
	if (key.n)
		memcpy(text + sizeof table, key.p, key.n);
	return str_make(text, sizeof table + key.n);
}

/* The member of that name, or a new one of kind (*ret_is_new). */
static int find_or_add(struct parser *p, struct toml *table, struct str key, enum toml_kind kind,
		       struct toml **ret, bool *ret_is_new)
{
	struct str name = member_key(p, table, key);
	struct toml *v;

	if (!name.p)
		return err_nomem(p->err);
	v = map_get(&p->members, name);
	*ret_is_new = !v;
	if (!v) {
		v = node_new(p, kind);
		if (!v || map_put(&p->members, name, v) < 0)
			return err_nomem(p->err);
		v->key = key;
		append(table, v);
	}
	*ret = v;
	return 0;
}

/* --- strings --- */

static int put_utf8(struct parser *p, uint64_t c, char *out, size_t *n)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return fail(p, "escape of a character that does not exist");
	if (c < 0x80) {
		out[(*n)++] = (char)c;
		return 0;
	}
	if (c >= 0x10000) {
		out[(*n)++] = (char)(0xf0 | c >> 18);
		out[(*n)++] = (char)(0x80 | (c >> 12 & 63));
	} else if (c >= 0x800) {
		out[(*n)++] = (char)(0xe0 | c >> 12);
	}
	if (c >= 0x800)
		out[(*n)++] = (char)(0x80 | (c >> 6 & 63));
	else
		out[(*n)++] = (char)(0xc0 | c >> 6);
	out[(*n)++] = (char)(0x80 | (c & 63));
	return 0;
}

/* Behind a backslash. An escape is never shorter than what it stands for. */
static int unescape(struct parser *p, char *out, size_t *n)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	int c = peek(p);
	const char *at = c > 0 ? strchr(from, c) : NULL;
	size_t digits = c == 'u' ? 4 : 8;
	uint64_t code;
	struct str hex;

	p->at++;
	if (at) {
		out[(*n)++] = to[at - from];
		return 0;
	}
	hex = str_sub(p->in, p->at, digits);
	if ((c != 'u' && c != 'U') || hex.n != digits || !str_parse_hex_u64(hex, &code))
		return fail(p, "unknown escape in a string");
	p->at += digits;
	return put_utf8(p, code, out, n);
}

/* Backslash at the end of a line: white space up to the next text goes away. */
static bool skip_folded(struct parser *p)
{
	size_t at = p->at, line = p->line;

	skip_blanks(p);
	if (!accept_newline(p)) {
		p->at = at;
		p->line = line;
		return false;
	}
	do
		skip_blanks(p);
	while (accept_newline(p));
	return true;
}

/* One unit of a string body; appends to out. */
static int string_unit(struct parser *p, bool escapes, bool lines, char *out, size_t *n)
{
	int c = peek(p);

	if (lines && accept_newline(p)) {
		out[(*n)++] = '\n';
		return 0;
	}
	if (c < 0 || is_control(c))
		return fail(p, c < 0 || c == '\n' ? "a string has no end"
						  : "control byte in a string");
	p->at++;
	if (c != '\\' || !escapes) {
		out[(*n)++] = (char)c;
		return 0;
	}
	if (lines && skip_folded(p))
		return 0;
	return unescape(p, out, n);
}

/* The closing quotes of a multi-line string; up to two more belong to the text. */
static bool close_lines(struct parser *p, struct str quotes, char *out, size_t *n)
{
	if (!accept(p, quotes))
		return false;
	for (int i = 0; i < 2 && peek(p) == quotes.p[0]; i++) {
		out[(*n)++] = quotes.p[0];
		p->at++;
	}
	return true;
}

/* The length of the string body at most: up to the next quotes that could close it. */
static size_t body_bound(const struct parser *p, struct str quotes, bool escapes)
{
	size_t at = p->at;

	while (at < p->in.n && !str_has_prefix(str_skip(p->in, at), quotes))
		at += escapes && p->in.p[at] == '\\' ? 2 : 1;
	return (at < p->in.n ? at : p->in.n) - p->at + 3;
}

static int string_parse(struct parser *p, struct str *ret)
{
	static const struct {
		const char *quotes;
		bool escapes, lines;
	} forms[] = {{"\"\"\"", true, true},
		     {"'''", false, true},
		     {"\"", true, false},
		     {"'", false, false}};
	struct str quotes = STR_NULL;
	size_t n = 0, form = 0;
	char *out;

	while (form < ARRAY_LEN(forms) && !accept(p, str_of(forms[form].quotes)))
		form++;
	if (form == ARRAY_LEN(forms))
		return fail(p, "expected a string");
	quotes = str_of(forms[form].quotes);
	if (forms[form].lines)
		(void)accept_newline(p); /* the first line end does not count */
	out = arena_alloc(p->arena, body_bound(p, quotes, forms[form].escapes));
	if (!out)
		return err_nomem(p->err);
	while (forms[form].lines ? !close_lines(p, quotes, out, &n) : !accept(p, quotes)) {
		int r = string_unit(p, forms[form].escapes, forms[form].lines, out, &n);

		if (r < 0)
			return r;
	}
	*ret = str_make(out, n);
	return 0;
}

/* --- keys --- */

static bool is_bare(int c)
{
	return c > 0 && (char_is_alnum((char)c) || c == '_' || c == '-');
}

static int key_part(struct parser *p, struct str *ret)
{
	size_t start = p->at;

	if (looking_at(p, STR("\"\"\"")) || looking_at(p, STR("'''")))
		return fail(p, "a key of many lines");
	if (peek(p) == '"' || peek(p) == '\'')
		return string_parse(p, ret);
	while (is_bare(peek(p)))
		p->at++;
	*ret = str_sub(p->in, start, p->at - start);
	return ret->n ? 0 : fail(p, "expected a key");
}

/* The table that a dotted key or header goes through. */
static int step_into(struct parser *p, struct toml **table, struct str key, bool header)
{
	struct toml *v;
	bool is_new;
	int r = find_or_add(p, *table, key, TOML_KIND_TABLE, &v, &is_new);

	if (r < 0)
		return r;
	if (is_new)
		v->state = header ? TOML_OPEN : TOML_DOTTED;
	if (header && v->kind == TOML_KIND_ARRAY && v->state == TOML_LIST)
		v = v->last;
	if (v->kind != TOML_KIND_TABLE || v->state == TOML_INLINE)
		return fail(p, "a key goes through something that is no table");
	if (!header && !is_new && v->state != TOML_DOTTED)
		return fail(p, "a dotted key adds to a table defined elsewhere");
	*table = v;
	return 0;
}

/* Parts parted by dots: enters all tables but the last, whose name is *ret_last. */
static int key_path(struct parser *p, struct toml **table, bool header, struct str *ret_last)
{
	struct str key;
	int r;

	for (unsigned n = 0;; n++) {
		if (n > LIMIT_TOML_DEPTH)
			return err_set(p->err, ERR_LIMIT, "line %zu: deeper than toml_depth (%d)",
				       p->line, LIMIT_TOML_DEPTH);
		skip_blanks(p);
		r = key_part(p, &key);
		if (r < 0)
			return r;
		skip_blanks(p);
		if (!accept(p, STR("."))) {
			*ret_last = key;
			return 0;
		}
		r = step_into(p, table, key, header);
		if (r < 0)
			return r;
	}
}

static int pair_parse(struct parser *p, struct toml *table)
{
	struct toml *v;
	struct str key;
	bool is_new;
	int r = key_path(p, &table, false, &key);

	if (r < 0)
		return r;
	if (!accept(p, STR("=")))
		return fail(p, "expected '=' behind a key");
	r = find_or_add(p, table, key, TOML_KIND_STRING, &v, &is_new);
	if (r < 0)
		return r;
	if (!is_new)
		return fail(p, "the same key twice");
	skip_blanks(p);
	return value_parse(p, v);
}

/* --- values --- */

static int array_parse(struct parser *p, struct toml *v)
{
	v->kind = TOML_KIND_ARRAY;
	v->state = TOML_INLINE;
	for (;;) {
		struct toml *element;
		int r = skip_lines(p);

		if (r < 0)
			return r;
		if (accept(p, STR("]")))
			return 0;
		element = node_new(p, TOML_KIND_STRING);
		if (!element)
			return err_nomem(p->err);
		r = value_parse(p, element);
		if (r == 0)
			r = skip_lines(p);
		if (r < 0)
			return r;
		append(v, element);
		if (!accept(p, STR(",")) && peek(p) != ']')
			return fail(p, "expected ',' or ']' in a list");
	}
}

static int inline_table_parse(struct parser *p, struct toml *v)
{
	v->kind = TOML_KIND_TABLE;
	skip_blanks(p);
	if (accept(p, STR("}"))) {
		v->state = TOML_INLINE; /* nothing may be added later */
		return 0;
	}
	for (;;) {
		int r = pair_parse(p, v);

		if (r < 0)
			return r;
		skip_blanks(p);
		if (accept(p, STR("}"))) {
			v->state = TOML_INLINE; /* nothing may be added later */
			return 0;
		}
		if (!accept(p, STR(",")))
			return fail(p, "expected ',' or '}' in a table");
	}
}

/* Digits with single underscores between them. */
static bool integer_read(struct str s, int64_t *ret)
{
	bool minus = false, digit = false;
	uint64_t v = 0, base = 10;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		minus = s.p[0] == '-';
		s = str_skip(s, 1);
	}
	if (s.n > 2 && s.p[0] == '0' && strchr("xob", s.p[1])) {
		base = s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : 2;
		s = str_skip(s, 2);
	} else if (s.n > 1 && s.p[0] == '0') {
		return false;
	}
	for (size_t i = 0; i < s.n; i++) {
		int d = char_hex(s.p[i]);

		if (s.p[i] == '_' && digit && i + 1 < s.n) {
			digit = false;
			continue;
		}
		if (d < 0 || (uint64_t)d >= base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return false;
		digit = true;
	}
	if (!digit || v > (uint64_t)INT64_MAX)
		return false;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static size_t digits(struct str *s)
{
	size_t n = 0;

	while (n < s->n && (char_is_digit(s->p[n]) || (n > 0 && s->p[n] == '_')))
		n++;
	*s = str_skip(*s, n);
	return n;
}

static bool is_float(struct str s)
{
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_skip(s, 1);
	if (str_is(s, "inf") || str_is(s, "nan"))
		return true;
	if (!digits(&s))
		return false;
	if (str_pull_prefix(&s, STR(".")) && !digits(&s))
		return false;
	if (str_pull_prefix(&s, STR("e")) || str_pull_prefix(&s, STR("E"))) {
		if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
			s = str_skip(s, 1);
		if (!digits(&s))
			return false;
	}
	return s.n == 0;
}

static bool is_scalar_char(int c)
{
	return c > 0 && (char_is_alnum((char)c) || strchr("+-_.:", c));
}

/* "1979-05-27 07:32:00": the blank belongs to the date. */
static bool date_goes_on(const struct parser *p, size_t start)
{
	struct str s = str_sub(p->in, start, p->at - start);
	struct str next = str_skip(p->in, p->at);

	return s.n == 10 && s.p[4] == '-' && next.n > 3 && next.p[0] == ' ' &&
	       char_is_digit(next.p[1]) && char_is_digit(next.p[2]) && next.p[3] == ':';
}

static int scalar_parse(struct parser *p, struct toml *v)
{
	size_t start = p->at;
	struct str s;

	while (is_scalar_char(peek(p)) || date_goes_on(p, start))
		p->at++;
	s = str_sub(p->in, start, p->at - start);
	v->text = s;
	if (str_is(s, "true") || str_is(s, "false")) {
		v->kind = TOML_KIND_BOOL;
		v->truth = str_is(s, "true");
		return 0;
	}
	if (integer_read(s, &v->integer)) {
		v->kind = TOML_KIND_INTEGER;
		return 0;
	}
	if (s.n >= 8 && char_is_digit(s.p[0]) && (s.p[2] == ':' || s.p[4] == '-')) {
		v->kind = TOML_KIND_TIME;
		return 0;
	}
	v->kind = TOML_KIND_FLOAT;
	if (is_float(s))
		return 0;
	return fail(p, s.n ? "a value that is neither quoted nor a number, date or boolean"
			   : "expected a value");
}

static int value_parse(struct parser *p, struct toml *v)
{
	int r;

	v->line = p->line;
	if (++p->depth > LIMIT_TOML_DEPTH)
		return err_set(p->err, ERR_LIMIT, "line %zu: deeper than toml_depth (%d)", p->line,
			       LIMIT_TOML_DEPTH);
	if (peek(p) == '"' || peek(p) == '\'') {
		v->kind = TOML_KIND_STRING;
		r = string_parse(p, &v->text);
	} else if (accept(p, STR("["))) {
		r = array_parse(p, v);
	} else if (accept(p, STR("{"))) {
		r = inline_table_parse(p, v);
	} else {
		r = scalar_parse(p, v);
	}
	p->depth--;
	return r;
}

/* --- headers --- */

static int open_list(struct parser *p, struct toml *table, struct str key, struct toml **ret)
{
	struct toml *list, *element;
	bool is_new;
	int r = find_or_add(p, table, key, TOML_KIND_ARRAY, &list, &is_new);

	if (r < 0)
		return r;
	if (is_new)
		list->state = TOML_LIST;
	if (list->kind != TOML_KIND_ARRAY || list->state != TOML_LIST)
		return fail(p, "a list of tables has the name of something else");
	element = node_new(p, TOML_KIND_TABLE);
	if (!element)
		return err_nomem(p->err);
	element->state = TOML_DEFINED;
	append(list, element);
	*ret = element;
	return 0;
}

static int open_table(struct parser *p, struct toml *table, struct str key, struct toml **ret)
{
	struct toml *v;
	bool is_new;
	int r = find_or_add(p, table, key, TOML_KIND_TABLE, &v, &is_new);

	if (r < 0)
		return r;
	if (v->kind != TOML_KIND_TABLE || (!is_new && v->state != TOML_OPEN))
		return fail(p, "the same table twice");
	v->state = TOML_DEFINED;
	*ret = v;
	return 0;
}

static int header_parse(struct parser *p, struct toml *root, struct toml **ret)
{
	bool list = accept(p, STR("[["));
	struct toml *table = root;
	struct str key;
	int r;

	if (!list)
		(void)accept(p, STR("[")); /* seen by the caller */
	r = key_path(p, &table, true, &key);
	if (r < 0)
		return r;
	if (!accept(p, list ? STR("]]") : STR("]")))
		return fail(p, "expected ']' behind the name of a table");
	r = list ? open_list(p, table, key, ret) : open_table(p, table, key, ret);
	return r;
}

static int document_parse(struct parser *p, struct toml *root)
{
	struct toml *table = root;

	for (;;) {
		int r = skip_lines(p);

		if (r < 0 || peek(p) < 0)
			return r;
		if (peek(p) == '[')
			r = header_parse(p, root, &table);
		else
			r = pair_parse(p, table);
		if (r == 0)
			r = end_of_line(p);
		if (r < 0)
			return r;
	}
}

int toml_parse(struct str bytes, struct arena *a, const struct toml **ret, struct err *err)
{
	struct parser p = {.in = bytes, .line = 1, .arena = a, .err = err};
	struct toml *root;
	int r;

	if (bytes.n > LIMIT_TOML_BYTES)
		return err_set(err, ERR_LIMIT, "larger than toml_bytes (%d)", LIMIT_TOML_BYTES);
	if (!str_is_utf8(bytes))
		return err_set(err, ERR_FORMAT, "not UTF-8");
	root = node_new(&p, TOML_KIND_TABLE);
	if (!root)
		return err_nomem(err);
	root->state = TOML_DEFINED;
	map_init(&p.members, LIMIT_TOML_BYTES);
	(void)accept(&p, STR("\xef\xbb\xbf")); /* a byte order mark is no content */
	r = document_parse(&p, root);
	map_done(&p.members);
	if (r == 0)
		*ret = root;
	return r;
}

/* --- reading the tree --- */

const struct toml *toml_get(const struct toml *table, const char *key)
{
	if (!table || table->kind != TOML_KIND_TABLE)
		return NULL;
	for (const struct toml *v = table->first; v; v = v->next)
		if (str_is(v->key, key))
			return v;
	return NULL;
}

struct str toml_str(const struct toml *v)
{
	return v && v->kind == TOML_KIND_STRING ? v->text : STR_NULL;
}

struct str toml_get_str(const struct toml *table, const char *key)
{
	return toml_str(toml_get(table, key));
}

bool toml_get_bool(const struct toml *table, const char *key, bool *ret)
{
	const struct toml *v = toml_get(table, key);

	if (!v || v->kind != TOML_KIND_BOOL)
		return false;
	*ret = v->truth;
	return true;
}

bool toml_get_int(const struct toml *table, const char *key, int64_t *ret)
{
	const struct toml *v = toml_get(table, key);

	if (!v || v->kind != TOML_KIND_INTEGER)
		return false;
	*ret = v->integer;
	return true;
}
