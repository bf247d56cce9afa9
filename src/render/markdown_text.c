/* SPDX-License-Identifier: Apache-2.0 */
#include "render/markdown_text.h"

#include "base/cleanup.h"
#include "render/text.h"

#define TEXT_MAX 1048576 /* bytes of one text; more is cut */

/* Harmless, but for what Markdown makes of it. */
static struct str plain(struct strbuf *sb, struct str s)
{
	(void)text_add(sb, str_sub(s, 0, TEXT_MAX / 8), SIZE_MAX, true); /* columns: all */
	return strbuf_str(sb);
}

void markdown_add(struct strbuf *out, struct str s)
{
	const struct str special = STR("\\`*_[]<>|#~&$!");
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct str text = plain(&sb, s);

	for (size_t i = 0; i < text.n; i++) {
		if (str_find_char(special, text.p[i]) < special.n)
			strbuf_addc(out, '\\');
		strbuf_addc(out, text.p[i]);
	}
}

/* No backslash works in a code span but the one before '|', which tables ask for. */
void markdown_add_code(struct strbuf *out, struct str s)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct str text = plain(&sb, s);

	if (text.n == 0)
		return;
	strbuf_addc(out, '`');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '|')
			strbuf_addc(out, '\\');
		strbuf_addc(out, text.p[i] == '`' ? '\'' : text.p[i]);
	}
	strbuf_addc(out, '`');
}

/* RFC 3986, without the characters that would end a link. */
bool is_web_address(struct str s)
{
	const struct str others = STR("-._~:/?#@!$&'*+,;=%");
	struct str rest = s;

	if (!str_pull_prefix(&rest, STR("https://")) && !str_pull_prefix(&rest, STR("http://")))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (!char_is_alnum(rest.p[i]) && str_find_char(others, rest.p[i]) == others.n)
			return false;
	return rest.n > 0;
}

void markdown_add_link(struct strbuf *out, struct str url)
{
	if (!is_web_address(url)) {
		markdown_add_code(out, url);
		return;
	}
	strbuf_addc(out, '<');
	strbuf_add(out, url);
	strbuf_addc(out, '>');
}
