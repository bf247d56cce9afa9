/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads XML as a stream of elements, each with the path that leads to it.
 *
 *     static int end(void *ctx, struct str path, struct str text, struct err *err)
 *     {
 *             if (str_is(path, "package/metadata/id")) ...text
 *     }
 *     r = xml_parse(bytes, &(struct xml_handler){ctx, start, end}, err);      either may be NULL
 *
 * Names come without their namespace prefix. The text of an element is its own character data with
 * white space trimmed, without that of elements inside it. Entities that the document declares are
 * refused, whether used or not; external ones are never opened.
 *
 * Ownership: path, text and attributes are borrowed until the callback returns; text is UTF-8.
 * Threads: no state between calls.
 * Errors: ERR_FORMAT with line and column, ERR_LIMIT (xml_bytes, xml_depth, field_bytes), and what
 * a callback returns. Format: XML 1.0. Behind it: expat; no other file knows.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "base/stream.h"

struct xml_element;

struct xml_handler {
	void *ctx;
	int (*start)(void *ctx, struct str path, const struct xml_element *e, struct err *err);
	int (*end)(void *ctx, struct str path, struct str text, struct err *err);
};

int xml_parse(struct str bytes, const struct xml_handler *handler, struct err *err);

/* The same over a stream of any length: memory does not grow with it, xml_bytes does not hold. */
int xml_parse_stream(struct stream *in, const struct xml_handler *handler, struct err *err);

/* An attribute by its name as written; STR_NULL when absent. */
struct str xml_attribute(const struct xml_element *e, const char *name);
