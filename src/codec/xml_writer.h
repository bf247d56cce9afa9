/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes XML 1.0 text in one pass, two-space indented, always valid UTF-8.
 *
 *     struct xml_writer w;
 *     xml_writer_init(&w, &sb);                          the declaration
 *     xml_open(&w, "component"); xml_attr(&w, "type", STR("library"));
 *     xml_text(&w, "name", name);                        <name>...</name>
 *     xml_close(&w);
 *     strbuf_check(&sb, err)
 *
 * Bytes that XML cannot hold (control characters, what is not UTF-8, U+FFFE, U+FFFF) are written as
 * the four characters \xHH. Attributes come before any content; element and attribute names are
 * literals of ours and are not escaped.
 * Errors: those of the buffer. Nesting mistakes are asserted.
 */
#pragma once

#include "base/strbuf.h"

#define XML_DEPTH_MAX 32

struct xml_writer {
	struct strbuf *out;
	const char *open[XML_DEPTH_MAX];
	unsigned depth;
	bool in_tag; /* "<name attr=.." has no '>' yet */
	bool empty;  /* the innermost element has no content yet */
};

void xml_writer_init(struct xml_writer *w, struct strbuf *out);
void xml_open(struct xml_writer *w, const char *name);
void xml_attr(struct xml_writer *w, const char *name, struct str value);
void xml_close(struct xml_writer *w);

/* The element's whole content: no white space is added around it. */
void xml_content(struct xml_writer *w, struct str s);

/* Open, content and close at once. */
void xml_text(struct xml_writer *w, const char *name, struct str s);
