/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts deb822 text (dpkg status, control files, DEP-5 copyright) into fields and stanzas.
 *
 *     struct deb822 d = deb822_make(bytes);
 *     struct deb822_item item;
 *     while (deb822_next(&d, &item)) switch (item.kind) { ... }
 *
 *     Package: libc6                   DEB822_FIELD  "Package", "libc6"
 *     Description: GNU C Library       DEB822_FIELD  "Description", "GNU C Library\n Shared ..."
 *      Shared libraries
 *                                      DEB822_STANZA_END
 *     some text                        DEB822_BAD    "", "some text"
 *
 * Ownership: items borrow from the bytes. Errors: none; a line that is neither a field nor the
 * continuation of one is an item, so that the caller can name it and go on.
 * Format: deb822(5). A line of nothing but white space ends a stanza, '#' starts a comment line,
 * "\r\n" ends a line too, the last line may lack its end. Names are compared with
 * str_eq_nocase. Signatures around the text (OpenPGP armour) are not known here.
 */
#pragma once

#include "base/str.h"

struct deb822 {
	struct str rest;
	size_t line; /* number of the next line, from 1 */
	bool in_stanza;
};

enum deb822_kind {
	DEB822_FIELD,
	DEB822_STANZA_END, /* only behind a field, also at the end of the text */
	DEB822_BAD,
};

struct deb822_item {
	enum deb822_kind kind;
	size_t line;	 /* of its first line */
	struct str name; /* of the field, as written */
	/*
	 * The field's text without white space at the ends; continuation lines follow as they are,
	 * so a value that starts with '\n' has an empty first line. The whole line when bad.
	 */
	struct str value;
};

static inline struct deb822 deb822_make(struct str bytes)
{
	return (struct deb822){.rest = bytes, .line = 1};
}

/* False at the end. */
bool deb822_next(struct deb822 *d, struct deb822_item *ret);

/* The first line of a value, trimmed. */
struct str deb822_first_line(struct str value);
