/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs in parts, as expressions of Kubernetes ask for them.
 *
 *     struct url u;
 *     r = url_parse(STR("https://user@[::1]:80/a b?k=v#f"), &u, err);
 *     url_hostname(&u), u.port, ...
 *     url_escape_path(u.path, add, to);              "/a%20b"
 *
 * Taken are absolute URLs and absolute paths, as Go's url.ParseRequestURI takes them; what follows
 * '#' is dropped. Percent signs must stand before two hexadecimal digits.
 * Ownership: the parts borrow from the text. Errors: ERR_FORMAT that says which part is wrong.
 * Format: RFC 3986, with Go's tolerance for characters that a path should have escaped.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct url {
	struct str scheme; /* as written; "" in a path alone */
	struct str host;   /* with brackets and port: "[::1]:80" */
	struct str port;   /* "80", or "" */
	struct str path;   /* as written, still escaped */
	struct str query;  /* behind '?' */
	bool is_opaque;	   /* mailto:x: there is no host and no path */
};

int url_parse(struct str s, struct url *ret, struct err *err);

/* The host without port and brackets. */
struct str url_hostname(const struct url *u);

/* The path is as RFC 3986 wants it; otherwise it is unescaped and escaped again. */
bool url_path_is_escaped(struct str path);
/* Whether a byte of a path must be escaped. */
bool url_path_needs_escape(char c);

/* Takes one byte off, "%41" being one: 0 to 255; '+' is a space when `plus`. */
int url_pull_byte(struct str *s, bool plus);
/* No '%' but before two hexadecimal digits. */
bool url_is_escaped(struct str s);
