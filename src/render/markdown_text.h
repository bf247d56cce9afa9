/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text inside Markdown: shown as it is, whatever it holds, also in a cell of a table.
 *
 *     markdown_add(out, title);            signs of Markdown and of HTML escaped
 *     markdown_add_code(out, version);     `7.88.1-10`
 *     markdown_add_link(out, url);         a link, or the text when it is no web address
 *
 * Control and other invisible characters become \xHH (render/text.h), so a text stays on its line.
 * Format: GitHub Flavored Markdown 0.29, https://github.github.com/gfm/.
 */
#pragma once

#include "base/strbuf.h"

void markdown_add(struct strbuf *out, struct str s);
void markdown_add_code(struct strbuf *out, struct str s);
void markdown_add_link(struct strbuf *out, struct str url);

/* "http://" or "https://" and only characters that an address may hold. */
bool is_web_address(struct str s);
