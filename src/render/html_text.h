/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in a page: made harmless as text.h does it, then escaped, so that nothing of an image
 * becomes markup, turns the direction of what follows, or hides.
 *
 *     html_add(out, name);                 between tags or in a quoted attribute
 *     html_element(out, "td", name);       <td>name</td>
 *     html_add_json(out, bytes);           JSON inside <script>: no '<', '>' or '&' is left in it
 *
 * A text is cut behind HTML_COLUMNS columns: the JSON of the page holds it whole.
 * Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"

#define HTML_COLUMNS 400

void html_add(struct strbuf *out, struct str s);
void html_element(struct strbuf *out, const char *tag, struct str s);
void html_add_json(struct strbuf *out, struct str json);

/* "1 finding", "4,120 findings" */
void html_count(struct strbuf *out, uint64_t n, const char *one, const char *many);
