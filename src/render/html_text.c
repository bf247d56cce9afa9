/* SPDX-License-Identifier: Apache-2.0 */
#include "render/html_text.h"

#include "base/cleanup.h"
#include "render/text.h"

#define PLAIN_MAX 16384 /* bytes of HTML_COLUMNS columns, marks that take no column counted in */

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
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void add_escaped(struct strbuf *out, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *text = entity(s.p[i]);

		if (!text)
			continue;
		strbuf_add(out, str_sub(s, from, i - from));
		strbuf_adds(out, text);
		from = i + 1;
	}
	strbuf_add(out, str_skip(s, from));
}

void html_add(struct strbuf *out, struct str s)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(4 * PLAIN_MAX + 16);

	(void)text_add(&plain, str_sub(s, 0, PLAIN_MAX), HTML_COLUMNS, true);
	if (plain.error == ERR_NOMEM && out->error == ERR_OK)
		out->error = ERR_NOMEM;
	add_escaped(out, strbuf_str(&plain));
}

void html_element(struct strbuf *out, const char *tag, struct str s)
{
	strbuf_addf(out, "<%s>", tag);
	html_add(out, s);
	strbuf_addf(out, "</%s>", tag);
}

/* What must not stand in a page as it is: markup, and control characters, which JSON lets pass. */
static unsigned code_to_escape(struct str s, size_t *ret_bytes)
{
	unsigned char c = (unsigned char)s.p[0], next = s.n > 1 ? (unsigned char)s.p[1] : 0;

	*ret_bytes = 1;
	if (c == '<' || c == '>' || c == '&' || c == 0x7f)
		return c;
	if (c != 0xc2 || next < 0x80 || next > 0x9f)
		return 0;
	*ret_bytes = 2;
	return next; /* U+0080 to U+009F */
}

/* All of them stand in strings only, where any character can be written as \uHHHH. */
void html_add_json(struct strbuf *out, struct str json)
{
	size_t from = 0, n;

	for (size_t i = 0; i < json.n; i += n) {
		unsigned code = code_to_escape(str_skip(json, i), &n);

		if (code == 0)
			continue;
		strbuf_add(out, str_sub(json, from, i - from));
		strbuf_addf(out, "\\u%04x", code);
		from = i + n;
	}
	strbuf_add(out, str_skip(json, from));
}

void html_count(struct strbuf *out, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(out, text_count(n, text));
	strbuf_addc(out, ' ');
	strbuf_adds(out, n == 1 ? one : many);
}
