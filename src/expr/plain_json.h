/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values from JSON and as JSON, as people expect it.
 *
 *     struct value v = value_from_json(c, doc);          or an error value
 *     value_to_json(c, v, &w);
 *
 * Reading: a whole number is an int, one with a point or an exponent a double; objects are maps.
 * Writing: bytes are base64, timestamps RFC 3339, durations "1.5s", types their name, an optional
 * its value or null, NaN and the infinities strings; map keys become strings. Objects are written
 * with the fields that are set, opaque ones as their text. Ownership: strings and keys borrow from
 * the document, the rest is the call's.
 */
#pragma once

#include "codec/json.h"
#include "codec/json_writer.h"
#include "expr/call.h"

struct value value_from_json(struct call *c, const struct json *doc);
void value_to_json(struct call *c, struct value v, struct json_writer *w);

/* The text of a scalar as value_to_json writes it, without quotes; for keys too. */
void value_add_text(struct call *c, struct value v, struct strbuf *out);
