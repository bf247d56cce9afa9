/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/url.h"

bool url_is_escaped(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' &&
		    (s.n - i < 3 || char_hex(s.p[i + 1]) < 0 || char_hex(s.p[i + 2]) < 0))
			return false;
	}
	return true;
}

int url_pull_byte(struct str *s, bool plus)
{
	char c = s->p[0];

	if (c == '%' && s->n >= 3) {
		int byte = char_hex(s->p[1]) << 4 | char_hex(s->p[2]);

		*s = str_skip(*s, 3);
		return byte;
	}
	*s = str_skip(*s, 1);
	return plus && c == '+' ? ' ' : (unsigned char)c;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_unreserved(char c)
{
	return char_is_alnum(c) || is_one_of(c, "-_.~");
}

bool url_path_needs_escape(char c)
{
	return !is_unreserved(c) && !is_one_of(c, "$&+,/:;=@");
}

bool url_path_is_escaped(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (!is_unreserved(path.p[i]) && !is_one_of(path.p[i], "!$&'()*+,;=:@[]%/"))
			return false;
	}
	return true;
}

static int refuse(struct str s, const char *why, struct err *err)
{
	return err_set(err, ERR_FORMAT, "URL \"%.*s\": %s", STR_FMT(str_sub(s, 0, 80)), why);
}

/* "https:": false when a colon has nothing before it. */
static bool pull_scheme(struct str *s, struct str *ret)
{
	size_t n = 0;

	*ret = STR_NULL;
	while (n < s->n && (char_is_alpha(s->p[n]) ||
			    (n && (char_is_digit(s->p[n]) || is_one_of(s->p[n], "+-.")))))
		n++;
	if (n == s->n || s->p[n] != ':')
		return true;
	*ret = str_sub(*s, 0, n);
	*s = str_skip(*s, n + 1);
	return n > 0;
}

static bool is_port(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]))
			return false;
	}
	return true;
}

static bool is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((unsigned char)c < 0x80 && !is_unreserved(c) &&
		    !is_one_of(c, "!$&'()*+,;=:[]<>\"%"))
			return false;
	}
	return url_is_escaped(s);
}

static bool is_user(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_unreserved(s.p[i]) && !is_one_of(s.p[i], ":!$&'()*+,;=%@"))
			return false;
	}
	return url_is_escaped(s);
}

/* "user@host:port", "[::1]:port" */
static const char *parse_authority(struct str s, struct url *u)
{
	struct str user, address, behind;

	if (str_rcut(s, '@', &user, &s) && !is_user(user))
		return "the user part has characters that it cannot have";
	u->host = s;
	if (s.n && s.p[0] == '[') {
		if (!str_rcut(s, ']', &address, &behind))
			return "the host lacks its ]";
		if (behind.n && !str_pull_prefix(&behind, STR(":")))
			return "expected :PORT behind the ]";
		u->port = behind;
	} else if (!str_rcut(s, ':', &address, &u->port)) {
		u->port = STR_NULL;
	}
	if (!is_port(u->port))
		return "the port is no number";
	return is_host(s) ? NULL : "the host has characters that it cannot have";
}

/* NULL, or what is wrong. */
static const char *parse(struct str s, struct url *u)
{
	struct str authority;
	size_t n;

	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return "control characters are not allowed";
	}
	(void)str_cut(s, '#', &s, &authority); /* the fragment is not asked for */
	if (!pull_scheme(&s, &u->scheme))
		return "the scheme before the colon is missing";
	(void)str_cut(s, '?', &s, &u->query); /* may be missing */
	if (!s.n || s.p[0] != '/') {
		u->is_opaque = u->scheme.n > 0;
		return u->is_opaque ? NULL : "expected an absolute URL or an absolute path";
	}
	/* "///x" without a scheme is a path. */
	if ((u->scheme.n || !str_has_prefix(s, STR("///"))) && str_pull_prefix(&s, STR("//"))) {
		n = str_find_char(s, '/');
		authority = str_sub(s, 0, n);
		s = str_skip(s, n);
		u->path = s;
		if (!url_is_escaped(s))
			return "% must stand before two hexadecimal digits";
		return parse_authority(authority, u);
	}
	u->path = s;
	return url_is_escaped(s) ? NULL : "% must stand before two hexadecimal digits";
}

int url_parse(struct str s, struct url *ret, struct err *err)
{
	struct url u = {.is_opaque = false};
	const char *why = parse(s, &u);

	if (why)
		return refuse(s, why, err);
	*ret = u;
	return 0;
}

struct str url_hostname(const struct url *u)
{
	struct str host = u->host, rest;

	if (host.n && host.p[0] == '[') {
		(void)str_rcut(host, ']', &host, &rest); /* there is one: url_parse saw it */
		return str_skip(host, 1);
	}
	(void)str_rcut(host, ':', &host, &rest); /* no port: untouched */
	return host;
}
