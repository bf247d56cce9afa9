/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json_writer.h"

#include <assert.h>

void json_writer_init(struct json_writer *w, struct strbuf *out, enum json_layout layout)
{
	*w = (struct json_writer){.out = out, .layout = layout, .first = true};
}

static void new_line(struct json_writer *w)
{
	if (w->layout == JSON_COMPACT || w->depth == 0)
		return;
	strbuf_addc(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		strbuf_adds(w->out, "  ");
}

/* What stands before a value: nothing behind its key, else a comma and a line. */
static void before_value(struct json_writer *w)
{
	if (w->keyed) {
		w->keyed = false;
		return;
	}
	if (!w->first)
		strbuf_addc(w->out, ',');
	w->first = false;
	new_line(w);
}

static void open_bracket(struct json_writer *w, char c)
{
	before_value(w);
	strbuf_addc(w->out, c);
	w->depth++;
	w->first = true;
}

static void close_bracket(struct json_writer *w, char c)
{
	assert(w->depth > 0 && !w->keyed);
	w->depth--;
	if (!w->first && w->layout == JSON_INDENT) {
		strbuf_addc(w->out, '\n');
		for (unsigned i = 0; i < w->depth; i++)
			strbuf_adds(w->out, "  ");
	}
	strbuf_addc(w->out, c);
	w->first = false;
}

void json_open_map(struct json_writer *w)
{
	open_bracket(w, '{');
}

void json_close_map(struct json_writer *w)
{
	close_bracket(w, '}');
}

void json_open_list(struct json_writer *w)
{
	open_bracket(w, '[');
}

void json_close_list(struct json_writer *w)
{
	close_bracket(w, ']');
}

static void add_escaped_char(struct strbuf *out, unsigned char c)
{
	switch (c) {
	case '"':
		strbuf_adds(out, "\\\"");
		break;
	case '\\':
		strbuf_adds(out, "\\\\");
		break;
	case '\n':
		strbuf_adds(out, "\\n");
		break;
	case '\t':
		strbuf_adds(out, "\\t");
		break;
	case '\r':
		strbuf_adds(out, "\\r");
		break;
	default:
		strbuf_addf(out, "\\u%04x", c);
		break;
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Length of the UTF-8 sequence at the start of s, 0 when it is none. */
static size_t utf8_length(struct str s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (str_is_utf8(str_sub(s, 0, n)))
			return n;
	return 0;
}

static void add_quoted(struct strbuf *out, struct str s)
{
	strbuf_addc(out, '"');
	while (s.n) {
		unsigned char c = (unsigned char)s.p[0];
		size_t n = 0;

		while (n < s.n && is_plain((unsigned char)s.p[n]))
			n++;
		if (n) {
			strbuf_add(out, str_sub(s, 0, n));
		} else if (c < 0x80) {
			add_escaped_char(out, c);
			n = 1;
		} else {
			n = utf8_length(s);
			if (n)
				strbuf_add(out, str_sub(s, 0, n));
			else
				strbuf_addf(out, "\\\\x%02x", c);
			n = n ? n : 1;
		}
		s = str_skip(s, n);
	}
	strbuf_addc(out, '"');
}

void json_key_str(struct json_writer *w, struct str key)
{
	assert(!w->keyed);
	before_value(w);
	add_quoted(w->out, key);
	strbuf_adds(w->out, w->layout == JSON_INDENT ? ": " : ":");
	w->keyed = true;
}

void json_key(struct json_writer *w, const char *key)
{
	json_key_str(w, str_of(key));
}

void json_add_str(struct json_writer *w, struct str s)
{
	before_value(w);
	add_quoted(w->out, s);
}

void json_add_text(struct json_writer *w, const char *cstr)
{
	json_add_str(w, str_of(cstr));
}

void json_add_int(struct json_writer *w, int64_t v)
{
	before_value(w);
	strbuf_addf(w->out, "%lld", (long long)v);
}

void json_add_uint(struct json_writer *w, uint64_t v)
{
	before_value(w);
	strbuf_addf(w->out, "%llu", (unsigned long long)v);
}

void json_add_bool(struct json_writer *w, bool v)
{
	before_value(w);
	strbuf_adds(w->out, v ? "true" : "false");
}

void json_add_null(struct json_writer *w)
{
	before_value(w);
	strbuf_adds(w->out, "null");
}

void json_add_raw(struct json_writer *w, struct str json)
{
	before_value(w);
	strbuf_add(w->out, json);
}

void json_put_str(struct json_writer *w, const char *key, struct str s)
{
	json_key(w, key);
	json_add_str(w, s);
}

void json_put_opt(struct json_writer *w, const char *key, struct str s)
{
	if (s.n)
		json_put_str(w, key, s);
}

void json_put_text(struct json_writer *w, const char *key, const char *cstr)
{
	json_put_str(w, key, str_of(cstr));
}

void json_put_uint(struct json_writer *w, const char *key, uint64_t v)
{
	json_key(w, key);
	json_add_uint(w, v);
}

void json_put_bool(struct json_writer *w, const char *key, bool v)
{
	json_key(w, key);
	json_add_bool(w, v);
}

void json_put_decimal(struct json_writer *w, const char *key, double v, int places)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%.*f", places, v);

	while (places > 0 && n > 1 && text[n - 1] == '0')
		text[--n] = '\0';
	if (n > 1 && text[n - 1] == '.')
		text[--n] = '\0';
	json_key(w, key);
	before_value(w);
	strbuf_adds(w->out, text);
}
