/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON text in one pass, two-space indented or compact, always valid UTF-8.
 *
 *     struct json_writer w;
 *     json_writer_init(&w, &sb, JSON_INDENT);
 *     json_open_map(&w);
 *     json_key(&w, "name"); json_add_str(&w, name);
 *     json_close_map(&w);
 *     strbuf_check(&sb, err)
 *
 * Control bytes, '"', '\' are escaped; a byte that is not UTF-8 is written as the four characters
 * \xHH (in JSON "\\xHH"), so odd file names stay readable and distinct.
 * Errors: those of the buffer. Nesting mistakes are asserted.
 */
#pragma once

#include "base/strbuf.h"

enum json_layout { JSON_COMPACT, JSON_INDENT };

struct json_writer {
	struct strbuf *out;
	enum json_layout layout;
	unsigned depth;
	bool first; /* nothing written yet in the innermost map or list */
	bool keyed; /* a key was just written */
};

void json_writer_init(struct json_writer *w, struct strbuf *out, enum json_layout layout);
void json_open_map(struct json_writer *w);
void json_close_map(struct json_writer *w);
void json_open_list(struct json_writer *w);
void json_close_list(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_str(struct json_writer *w, struct str key);
void json_add_str(struct json_writer *w, struct str s);
void json_add_text(struct json_writer *w, const char *cstr);
void json_add_int(struct json_writer *w, int64_t v);
void json_add_uint(struct json_writer *w, uint64_t v);
void json_add_bool(struct json_writer *w, bool v);
void json_add_null(struct json_writer *w);
/* Text that is a JSON value already: a number. */
void json_add_raw(struct json_writer *w, struct str json);

/* Key and value at once; the _opt form writes nothing for an empty string. */
void json_put_str(struct json_writer *w, const char *key, struct str s);
void json_put_opt(struct json_writer *w, const char *key, struct str s);
void json_put_text(struct json_writer *w, const char *key, const char *cstr);
void json_put_uint(struct json_writer *w, const char *key, uint64_t v);
void json_put_bool(struct json_writer *w, const char *key, bool v);
/* A finite number with at most `places` decimals, trailing zeros left out; the same in any locale.
 */
void json_put_decimal(struct json_writer *w, const char *key, double v, int places);
