/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/xml_writer.h"

#include <assert.h>

void xml_writer_init(struct xml_writer *w, struct strbuf *out)
{
	*w = (struct xml_writer){.out = out};
	strbuf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

/* Length of the UTF-8 sequence at the start of s, 0 when it is none or XML has no place for it. */
static size_t xml_sequence(struct str s)
{
	if (str_has_prefix(s, STR("\xef\xbf\xbe")) || str_has_prefix(s, STR("\xef\xbf\xbf")))
		return 0;
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (str_is_utf8(str_sub(s, 0, n)))
			return n;
	return 0;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"';
}

/* The first character of s, which is not plain; how many bytes of s it took. */
static size_t add_odd_char(struct strbuf *out, struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	const char *known = entity(s.p[0]);
	size_t n = xml_sequence(s);

	if (known)
		strbuf_adds(out, known);
	else if (n == 0 || c < 0x20 || c == 0x7f)
		strbuf_addf(out, "\\x%02x", c);
	else
		strbuf_add(out, str_sub(s, 0, n));
	return n ? n : 1;
}

static void add_escaped(struct strbuf *out, struct str s)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && is_plain((unsigned char)s.p[n]))
			n++;
		strbuf_add(out, str_sub(s, 0, n));
		s = str_skip(s, n);
		if (s.n)
			s = str_skip(s, add_odd_char(out, s));
	}
}

static void indent(struct xml_writer *w)
{
	for (unsigned i = 0; i < w->depth; i++)
		strbuf_adds(w->out, "  ");
}

static void end_tag(struct xml_writer *w)
{
	if (w->in_tag)
		strbuf_addc(w->out, '>');
	w->in_tag = false;
}

void xml_open(struct xml_writer *w, const char *name)
{
	assert(w->depth < XML_DEPTH_MAX);
	if (w->in_tag) {
		end_tag(w);
		strbuf_addc(w->out, '\n');
	}
	indent(w);
	strbuf_addc(w->out, '<');
	strbuf_adds(w->out, name);
	w->open[w->depth++] = name;
	w->in_tag = true;
	w->empty = true;
}

void xml_attr(struct xml_writer *w, const char *name, struct str value)
{
	assert(w->in_tag);
	strbuf_addc(w->out, ' ');
	strbuf_adds(w->out, name);
	strbuf_adds(w->out, "=\"");
	add_escaped(w->out, value);
	strbuf_addc(w->out, '"');
}

void xml_content(struct xml_writer *w, struct str s)
{
	assert(w->in_tag && w->empty);
	end_tag(w);
	add_escaped(w->out, s);
}

void xml_close(struct xml_writer *w)
{
	const char *name;

	assert(w->depth > 0);
	name = w->open[--w->depth];
	if (w->in_tag) {
		strbuf_adds(w->out, "/>\n");
	} else {
		if (!w->empty)
			indent(w);
		strbuf_adds(w->out, "</");
		strbuf_adds(w->out, name);
		strbuf_adds(w->out, ">\n");
	}
	w->in_tag = false;
	w->empty = false; /* of the element around it */
}

void xml_text(struct xml_writer *w, const char *name, struct str s)
{
	xml_open(w, name);
	xml_content(w, s);
	xml_close(w);
}
