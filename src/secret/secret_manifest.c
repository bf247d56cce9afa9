/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_manifest.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "secret/secret_value.h"

#define DECODED_MIN 6 /* bytes; shorter ones are flags and names */
#define SURE	    0.85
#define DOUBTFUL    0.6 /* a value that people write to be replaced, and often leave */

struct walk {
	struct str text;
	secret_manifest_on_value on_value;
	void *context;
	bool is_encoded; /* data, not stringData */
	bool is_enough;
};

/* ---- what is no secret ---- */

static const char *const plain_keys[] = {
	"username", "user",   "login",	 "email",  "host",	"hostname",    "port",
	"database", "dbname", "db",	 "name",   "namespace", "url",	       "endpoint",
	"region",   "ca.crt", "tls.crt", "ca.pem", "cert.pem",	"ca-cert.pem",
};

static bool is_plain_key(struct str key)
{
	for (size_t i = 0; i < sizeof plain_keys / sizeof plain_keys[0]; i++)
		if (str_eq_nocase(key, str_of(plain_keys[i])))
			return true;
	return str_has_suffix(key, STR(".crt")) || str_has_suffix(key, STR(".pub"));
}

/* The text that the value stands for; empty when it is none. */
static bool decode(const struct walk *w, struct str value, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES);
	bool ok;

	if (!w->is_encoded) {
		strbuf_add(out, value);
		return strbuf_check(out, NULL) == 0;
	}
	for (size_t i = 0; i < value.n; i++)
		if (!char_is_space(value.p[i]))
			strbuf_addc(&joined, value.p[i]);
	ok = strbuf_check(&joined, NULL) == 0 &&
	     base64_decode(strbuf_str(&joined), BASE64_STANDARD, out, NULL) == 0;
	if (joined.p)
		explicit_bzero(joined.p, joined.n);
	return ok;
}

static bool is_no_secret(struct str text)
{
	return text.n < DECODED_MIN || secret_is_reference(text) ||
	       str_has_prefix(text, STR("ENC[")) ||
	       (str_find(text, STR("-----BEGIN ")) < text.n &&
		str_find(text, STR("PRIVATE KEY")) >= text.n);
}

static void tell(struct walk *w, struct str key, struct str value)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES);
	struct str plain;

	if (w->is_enough || value.n > LIMIT_SECRET_VALUE_BYTES || is_plain_key(key) ||
	    !decode(w, value, &text))
		return;
	plain = str_trim(strbuf_str(&text));
	if (!is_no_secret(plain))
		w->is_enough = !w->on_value(w->context, key, value,
					    secret_is_placeholder(plain) ? DOUBTFUL : SURE);
	if (text.p)
		explicit_bzero(text.p, text.n);
}

/* ---- YAML ---- */

/* Where the line's text begins; behind "- ". */
static size_t column_of(struct str line)
{
	size_t n = 0;

	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t' ||
			      (line.p[n] == '-' && n + 1 < line.n && line.p[n + 1] == ' ')))
		n++;
	return n;
}

static bool is_item(struct str line)
{
	return str_has_prefix(str_trim(line), STR("- "));
}

static bool is_silent(struct str line)
{
	struct str text = str_trim(line);

	return text.n == 0 || text.p[0] == '#';
}

static struct str unquoted(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return str_sub(s, 1, s.n - 2);
	return s;
}

static struct str line_at(struct str text, size_t at)
{
	return str_sub(text, at, str_find_char(str_skip(text, at), '\n'));
}

/* Not before `from`. */
static size_t line_start(struct str text, size_t from, size_t at)
{
	while (at > from && text.p[at - 1] != '\n')
		at--;
	return at;
}

/* The first line of the map that the line at `at` is an entry of. */
static size_t map_start(struct str text, size_t from, size_t at, size_t column)
{
	while (at > from && !is_item(line_at(text, at))) {
		size_t above = line_start(text, from, at - 1);
		struct str line = line_at(text, above);

		if (str_has_prefix(line, STR("---")) ||
		    (!is_silent(line) && column_of(line) < column))
			break;
		at = above;
	}
	return at;
}

/* Lines that belong to the key of that column: those further right. */
static struct str block_below(struct str rest, size_t column)
{
	struct str all = rest, line;

	while (rest.n > 0) {
		struct str before = rest;

		(void)str_pull_line(&rest, &line);
		if (!is_silent(line) && (column_of(line) <= column || is_item(line)))
			return str_sub(all, 0, all.n - before.n);
	}
	return all;
}

static bool is_block_sign(struct str value)
{
	return value.n > 0 && value.n <= 3 && (value.p[0] == '|' || value.p[0] == '>');
}

static void tell_entries(struct walk *w, struct str block)
{
	struct str line, key, value;

	while (!w->is_enough && str_pull_line(&block, &line)) {
		if (is_silent(line) || !str_cut(line, ':', &key, &value))
			continue;
		value = str_trim(value);
		if (is_block_sign(value)) {
			struct str below = block_below(block, column_of(line));

			block = str_skip(block, below.n);
			value = str_trim(below);
		}
		tell(w, unquoted(key), unquoted(value));
	}
}

static size_t each_of_yaml(struct walk *w, size_t from, size_t at)
{
	size_t here = line_start(w->text, from, at), column = column_of(line_at(w->text, here));
	size_t start = map_start(w->text, from, here, column);
	struct str rest = str_skip(w->text, start), line, key, value;
	bool is_first = true;

	while (!w->is_enough && rest.n > 0) {
		struct str before = rest;

		(void)str_pull_line(&rest, &line);
		if (!is_silent(line) &&
		    (column_of(line) < column || str_has_prefix(line, STR("---")) ||
		     (!is_first && is_item(line) && column_of(line) == column)))
			return w->text.n - before.n;
		is_first = false;
		if (column_of(line) != column || !str_cut(line, ':', &key, &value))
			continue;
		key = unquoted(str_skip(key, column));
		if (!str_is(key, "data") && !str_is(key, "stringData"))
			continue;
		w->is_encoded = str_is(key, "data");
		tell_entries(w, block_below(rest, column));
	}
	return w->text.n;
}

/* ---- JSON ---- */

/* The string that begins at the quote, without quotes; *at goes behind it. */
static struct str pull_string(struct str text, size_t *at)
{
	size_t from = ++*at;
	struct str s;

	while (*at < text.n && text.p[*at] != '"' && text.p[*at] != '\n')
		*at += text.p[*at] == '\\' ? 2 : 1;
	if (*at > text.n)
		*at = text.n;
	s = str_sub(text, from, *at - from);
	++*at;
	return s;
}

/* The '{' of the object that holds `at`; text.n: none within reach. */
static size_t object_start(struct str text, size_t from, size_t at)
{
	size_t depth = 0;

	while (at-- > from) {
		if (text.p[at] == '}')
			depth++;
		else if (text.p[at] == '{' && depth-- == 0)
			return at;
	}
	return text.n;
}

static size_t each_of_json(struct walk *w, size_t from, size_t at)
{
	size_t i = object_start(w->text, from, at), depth = 0;
	struct str last = STR_NULL, part = STR_NULL, key = STR_NULL;

	while (i < w->text.n && !w->is_enough) {
		char c = w->text.p[i];

		if (c == '"') {
			last = pull_string(w->text, &i);
			if (depth == 2 && key.n > 0 &&
			    (str_is(part, "data") || str_is(part, "stringData"))) {
				w->is_encoded = str_is(part, "data");
				tell(w, key, last);
				key = STR_NULL;
			}
			continue;
		}
		if (c == ':' && depth == 1)
			part = last;
		else if (c == ':' && depth == 2)
			key = last;
		else if (c == ',' || c == '{')
			key = STR_NULL;
		depth += c == '{' || c == '[';
		if ((c == '}' || c == ']') && --depth == 0)
			return i + 1;
		i++;
	}
	return w->text.n;
}

size_t secret_manifest_each(struct str text, size_t from, size_t at,
			    secret_manifest_on_value on_value, void *context)
{
	struct walk w = {.text = str_sub(text, 0, at + SECRET_MANIFEST_REACH),
			 .on_value = on_value,
			 .context = context};
	bool is_json = at > 0 && text.p[at - 1] == '"';
	size_t end;

	if (at > SECRET_MANIFEST_REACH && from < at - SECRET_MANIFEST_REACH)
		from = at - SECRET_MANIFEST_REACH;
	if (is_json && object_start(text, from, at) >= text.n)
		is_json = false; /* YAML with quotes */
	end = is_json ? each_of_json(&w, from, at) : each_of_yaml(&w, from, at);
	return end > at ? end : at + 1;
}
