/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values from and as JSON that loses nothing: {"int": "-1"}, {"list": [{"bool": true}]}, ...
 *
 *     struct value v = value_from_tagged(c, doc, &arena);     or an error value
 *     value_to_tagged(c, v, &w);
 *
 * Forms: null, bool; int, uint, double as strings (double: shortest that reads back, "NaN",
 * "Infinity"); string; bytes in base64; list; map as a list of pairs; type by name; timestamp (RFC
 * 3339, UTC); duration ("1.5s"). Written besides: {"optional": V or null}, {"object": {"type":
 * NAME, "text": TEXT}}. These are the forms of the conformance suite for CEL that `plimsoll eval
 * --jsonl` speaks. Ownership: strings borrow from the document, the rest is the call's; types are
 * the arena's.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "expr/call.h"

struct value value_from_tagged(struct call *c, const struct json *doc, struct arena *a);
void value_to_tagged(struct call *c, struct value v, struct json_writer *w);
