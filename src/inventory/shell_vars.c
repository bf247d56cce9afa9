/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/shell_vars.h"

static bool is_key(struct str s)
{
	if (s.n == 0 || char_is_digit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && s.p[i] != '_')
			return false;
	return true;
}

/* Within double quotes a backslash is itself before any other byte. */
static bool is_escapable(char quote, char c)
{
	return quote == 0 || c == '"' || c == '\\' || c == '$' || c == '`';
}

/* Writes the unquoted form of s, never longer than s, to `to`; the quote that stayed open, or 0. */
static char unquote(struct str s, char *to, size_t *ret_n)
{
	char quote = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote == 0 && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = 0;
		else if (c == '\\' && quote != '\'' && i + 1 < s.n &&
			 is_escapable(quote, s.p[i + 1]))
			to[n++] = s.p[++i];
		else
			to[n++] = c;
	}
	*ret_n = n;
	return quote;
}

static void read_value(struct shell_vars *v, struct str raw)
{
	size_t n;
	char *to, open;

	v->value = raw;
	if (str_find_char(raw, '"') == raw.n && str_find_char(raw, '\'') == raw.n &&
	    str_find_char(raw, '\\') == raw.n)
		return;
	to = arena_alloc(v->arena, raw.n);
	if (!to) {
		(void)err_nomem(&v->problem);
		v->key = STR_NULL;
		return;
	}
	open = unquote(raw, to, &n);
	v->value = str_make(to, n);
	if (open)
		(void)err_set(&v->problem, ERR_FORMAT, "line %zu: %c is not closed", v->lineno,
			      open);
}

struct shell_vars shell_vars_make(struct str bytes, struct arena *arena)
{
	(void)str_pull_prefix(&bytes, STR("\xef\xbb\xbf"));
	return (struct shell_vars){.rest = bytes, .arena = arena};
}

bool shell_vars_next(struct shell_vars *v)
{
	struct str line, value;

	v->problem = (struct err){0};
	v->key = v->value = STR_NULL;
	do {
		if (!str_pull_line(&v->rest, &line))
			return false;
		v->lineno++;
		line = str_trim(line);
	} while (line.n == 0 || line.p[0] == '#');
	if (!str_cut(line, '=', &v->key, &value) || !is_key(v->key)) {
		v->key = STR_NULL;
		(void)err_set(&v->problem, ERR_FORMAT, "line %zu: expected NAME=value", v->lineno);
		return true;
	}
	if (memchr(value.p, '\0', value.n))
		(void)err_set(&v->problem, ERR_FORMAT, "line %zu: NUL byte", v->lineno);
	read_value(v, value);
	return true;
}
