/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The browser of the layers: keys in, lines of a screen out, and nothing of a terminal in between.
 *
 *     r = browser_new(&data, &options, &b, err);
 *     browser_size(b, 80, 24);
 *     r = browser_feed(b, bytes, is_final, err);         1: it goes on, 0: the user has left
 *     r = browser_draw(b, &out, err);                    bytes for the terminal
 *     browser_free(b);
 *
 * At the left the layers, at the right the files of the chosen one, or all that show with it on
 * top. Only the rows in the window are drawn; a key that moves costs no more in a large tree.
 * Ownership: the data are borrowed. Errors: ERR_NOMEM; those of a buffer.
 */
#pragma once

#include "browse/layer_text.h"

struct browser;

struct browser_options {
	size_t layer; /* to begin with */
	bool color, unicode;
};

int browser_new(const struct browse_data *data, const struct browser_options *options,
		struct browser **ret, struct err *err);
void browser_free(struct browser *b);
void browser_freep(struct browser **b);

/* Also when the terminal may show something else now. */
void browser_size(struct browser *b, size_t columns, size_t lines);

/* is_final: no more bytes are on their way, so that a lone ESC is a key. */
int browser_feed(struct browser *b, struct str bytes, bool is_final, struct err *err);
/* Whether bytes wait for the rest of their sequence. */
bool browser_waits(const struct browser *b);
int browser_draw(struct browser *b, struct strbuf *out, struct err *err);
