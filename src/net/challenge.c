/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commas part both parameters and challenges, so a word is a scheme unless '=' follows it:
 *
 *     Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a:pull",
 *     Basic realm="x"
 */
#include "net/challenge.h"

static bool is_token_char(char c)
{
	return char_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str pull_token(struct str *s)
{
	size_t n = 0;
	struct str token;

	while (n < s->n && is_token_char(s->p[n]))
		n++;
	token = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return token;
}

static void skip_blanks(struct str *s, bool commas)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' || (commas && s->p[0] == ',')))
		*s = str_skip(*s, 1);
}

/* A quoted string with its escapes undone; false when its end is missing. */
static bool pull_quoted(struct str *s, struct arena *a, struct str *ret)
{
	char *text = arena_alloc(a, s->n + 1);
	size_t n = 0;

	if (!text)
		return false;
	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '"') {
			*s = str_skip(*s, i + 1);
			*ret = str_make(text, n);
			return true;
		}
		if (s->p[i] == '\\' && ++i == s->n)
			break;
		text[n++] = s->p[i];
	}
	return false;
}

static bool pull_value(struct str *s, struct arena *a, struct str *ret)
{
	if (s->n && s->p[0] == '"')
		return pull_quoted(s, a, ret);
	*ret = pull_token(s);
	return ret->n > 0;
}

static void keep(struct challenge *c, struct str name, struct str value)
{
	if (str_eq_nocase(name, STR("realm")))
		c->realm = value;
	else if (str_eq_nocase(name, STR("service")))
		c->service = value;
	else if (str_eq_nocase(name, STR("scope")))
		c->scope = value;
	else if (str_eq_nocase(name, STR("error")))
		c->error = value;
}

/* 1 when a parameter was read, 0 when none is next. */
static int pull_parameter(struct str *s, struct arena *a, struct challenge *c)
{
	struct str at = *s, name, value;

	skip_blanks(&at, true);
	name = pull_token(&at);
	skip_blanks(&at, false);
	if (name.n == 0 || at.n == 0 || at.p[0] != '=')
		return 0;
	at = str_skip(at, 1);
	skip_blanks(&at, false);
	if (!pull_value(&at, a, &value))
		return -1;
	keep(c, name, value);
	*s = at;
	return 1;
}

int challenge_pull(struct str *field, struct arena *a, struct challenge *ret, struct err *err)
{
	struct str start = *field;
	struct challenge c = {0};
	int r = 1;

	skip_blanks(field, true);
	if (field->n == 0)
		return 0;
	c.scheme = pull_token(field);
	if (c.scheme.n == 0)
		return err_set(err, ERR_FORMAT,
			       "WWW-Authenticate: offset %zu: expected a scheme such as Bearer",
			       start.n - field->n);
	while (r == 1)
		r = pull_parameter(field, a, &c);
	if (r < 0)
		return err_set(err, ERR_FORMAT, "WWW-Authenticate: %.*s: a parameter has no value",
			       STR_FMT(str_sub(c.scheme, 0, 40)));
	*ret = c;
	return 1;
}
