/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML document as JSON text, for feeds that are served in either form.
 *
 *     CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(LIMIT_JSON_BYTES);
 *     r = yaml_as_json(bytes, &json, err);
 *
 * Every scalar becomes a string, as it is written: versions stay versions. Bare null words and
 * nothing become null. Of several documents the first is taken. An anchor is written out at each
 * alias, within the room that the buffer has.
 * Errors: those of codec/yaml.h; ERR_LIMIT for a text larger than the buffer takes.
 */
#pragma once

#include "vuln/feed.h"

int yaml_as_json(struct str yaml, struct strbuf *json, struct err *err);

/* The whole of a feed's file, at most yaml_bytes, as a JSON document. */
int yaml_read_json(const struct feed_file *file, struct json **ret, struct err *err);
